/** What calls and callers leave behind: nothing, however many there were and however they ended. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EventEmitter, getEventListeners } from 'node:events';
import { expect } from 'chai';
import type { RemoteFunction } from '../../src/index.js';
import { HubError } from '../../src/core/errors.js';
import { HubParts } from '../../src/core/hub-parts.js';
import { checkExposing } from '../../src/core/services/options.js';
import type { Link } from '../../src/core/star/link.js';
import { star } from '../../src/core/star/star.js';
import { MemoryPlace } from '../../src/transports/memory.js';

interface Desk {
  call(listener: (n: number) => number): Promise<number>;
  retain(listener: () => void): Promise<void>;
  count(): AsyncIterable<number>;
  wait(options: { signal: AbortSignal }): Promise<never>;
  on(event: string, listener: () => void): Promise<Disposable>;
}

/** Its bell may be heard, and what it is told to retain it retains. */
class Provided extends EventEmitter {
  readonly kept: RemoteFunction[] = [];
  streams = 0;
  waiting = 0;

  async call(listener: (n: number) => Promise<number>): Promise<number> {
    return (await listener(1)) + 1;
  }

  retain(listener: RemoteFunction): void {
    this.kept.push(listener.retain());
  }

  async *count(): AsyncGenerator<number> {
    this.streams += 1;
    try {
      for (let n = 0; ; n++) yield n;
    } finally {
      this.streams -= 1;
    }
  }

  wait({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.waiting += 1;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        this.waiting -= 1;
        resolve();
      });
    });
  }
}

describe('Services', function () {
  this.timeout(120_000);
  let place: MemoryPlace;
  let provider: HubParts;
  let provided: Provided;

  beforeEach(async () => {
    place = new MemoryPlace();
    provider = partsOf(place, []);
    provided = new Provided();
    provider.services.expose('desk', provided, checkExposing({}), []);
    await provider.seat.ready();
  });
  afterEach(async () => {
    await provider.seat.close(new HubError('CLOSED', 'The test is over.'));
    provider.keepAlive.stop();
  });

  it('keep nothing of 100 000 calls with a callback, nor of their signals', async () => {
    const caller = partsOf(place, []);
    const desk = caller.services.service('desk', {}) as Desk;
    const { signal } = new AbortController();
    const callAll = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, n) => desk.call((m) => m + n)));
      }
    };
    await callAll(10_000);
    const before = await heap();

    await callAll(100_000);
    const waiting = Array.from({ length: 100 }, () => desk.call((n) => n));
    const aborted = new AbortController();
    const givenUp = desk.wait({ signal: aborted.signal }).catch((error: unknown) => error);
    await Promise.all(waiting);
    aborted.abort('enough');

    expect(await givenUp).to.equal('enough');
    expect(caller.services.lent).to.equal(0);
    expect(getEventListeners(signal, 'abort')).to.have.lengthOf(0);
    expect(getEventListeners(aborted.signal, 'abort')).to.have.lengthOf(0);
    expect(((await heap()) - before) / 110_000).to.be.below(20);
    await caller.seat.close(new HubError('CLOSED', 'The test is over.'));
    caller.keepAlive.stop();
  });

  it('keep nothing of 10 000 callers that died with a function retained, an event heard, a stream open and a call under way', async () => {
    await liveAndDie(place, 200, provided);
    const before = await heap();

    await liveAndDie(place, 10_000, provided);

    expect([provided.listenerCount('rung'), provided.streams, provided.waiting, provider.services.lent]).to.deep.equal([0, 0, 0, 0]);
    expect(provided.kept).to.have.lengthOf(10_200);
    const [first] = provided.kept;
    expect(await first?.().catch((error: unknown) => error)).to.include({ code: 'GONE' });
    provided.kept.length = 0;
    expect(((await heap()) - before) / 10_000).to.be.below(500);
  });
  it('forget what was retained and then forgotten', async () => {
    const caller = partsOf(place, []);
    const desk = caller.services.service('desk', {}) as Desk;
    await Promise.all(Array.from({ length: 1_000 }, () => desk.retain(() => {})));
    expect(caller.services.lent).to.equal(1_000);

    provided.kept.length = 0;
    await until(async () => (await heap()) > 0 && caller.services.lent === 0);

    await caller.seat.close(new HubError('CLOSED', 'The test is over.'));
    caller.keepAlive.stop();
  });
});

function partsOf(place: MemoryPlace, links: Link[]): HubParts {
  const rendezvous = place.rendezvous();
  let isDead = false;
  const transport = star({
    name: 'memory',
    async meet(signal) {
      if (isDead) throw new HubError('UNAVAILABLE', 'The dead meet nobody.');
      const meeting = await rendezvous.meet(signal);
      isDead = meeting.role === 'member';
      if (meeting.role === 'member') links.push(meeting.link);
      return meeting;
    },
  });
  return new HubParts({ transport, pid: 1, onError: () => {} });
}

/** In groups of 100: each is in the middle of everything when its link is cut. */
async function liveAndDie(place: MemoryPlace, count: number, provided: Provided): Promise<void> {
  for (let done = 0; done < count; done += 100) {
    const links: Link[] = [];
    const callers = Array.from({ length: 100 }, () => partsOf(place, links));
    await Promise.all(
      callers.map(async ({ services }) => {
        const desk = services.service('desk', { timeout: 0 }) as Desk;
        await Promise.all([desk.retain(() => {}), desk.on('rung', () => {})]);
        const parts = desk.count()[Symbol.asyncIterator]();
        await parts.next();
        desk.wait({ signal: new AbortController().signal }).catch(() => {});
        await desk.call((n) => n);
      }),
    );
    for (const link of links) link.destroy(new HubError('LOST', 'It has died.'));
    await until(() => provided.waiting === 0 && provided.streams === 0 && provided.listenerCount('rung') === 0);
    for (const { keepAlive } of callers) keepAlive.stop();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await turn();
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is finalized is let go of in a turn of its own, after what it was found in. */
async function heap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 4; n++) {
    collect();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

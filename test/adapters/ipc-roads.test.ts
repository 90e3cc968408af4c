import { expect } from 'chai';
import sinon from 'sinon';
import { askForLink } from '../../src/adapters/ipc/asking.js';
import { IpcDoors } from '../../src/adapters/ipc/doors.js';
import type { Road, Roads } from '../../src/adapters/ipc/roads.js';
import type { Link } from '../../src/core/star/link.js';
import { host } from '../../src/core/host.js';
import { linkPair } from '../../src/core/star/pair.js';
import { ipcPair } from '../support/ipc-pair.js';
import type { IpcPair } from '../support/ipc-pair.js';
import { LinksTaken } from '../support/links-taken.js';
import { RecordingSink } from '../support/recording-sink.js';

describe('A road beside an IPC channel', () => {
  let links: LinksTaken;

  beforeEach(() => {
    links = new LinksTaken();
  });
  afterEach(() => {
    links.stop();
  });

  it('is taken when both can, and carries all that is said', async () => {
    const pair = ipcPair();
    const { near, far, nearSink, farSink } = await linked(pair);

    near.send(Buffer.from('from the child'));
    far.send(Buffer.from('from the parent'));
    await Promise.all([farSink.has(14), nearSink.has(15)]);

    expect([farSink.text, nearSink.text]).to.deep.equal(['from the child', 'from the parent']);
    expect(pair.child.said).to.deep.equal(['open', 'laid']);
    expect(pair.parent.said).to.deep.equal(['lay']);
    expect(links.notices.map(({ peer, via }) => [peer, via])).to.have.deep.members([['the parent', 'socket'], ['process 4711', 'socket']]);
  });

  it('is shown a token that was told on the channel alone, another for each link', async () => {
    const roads = memoryRoads();
    const pair = ipcPair();
    open(pair, roads);

    await Promise.all([ask(pair, roads), ask(pair, roads)]);

    const tokens = roads.take.args.map(([, token]) => token);
    expect(new Set(tokens)).to.have.property('size', 2);
    for (const token of tokens) expect(token).to.match(/^[\w-]{24}$/);
  });

  for (const who of ['child', 'parent'] as const) {
    it(`is left alone when the ${who} would have none`, async () => {
      const pair = ipcPair();
      const { near, farSink } = await linked(pair, { child: memoryRoads(), parent: memoryRoads(), [who]: undefined });

      near.send(Buffer.from('hello'));
      await farSink.has(5);

      expect(pair.child.said).to.deep.equal(['open', 'packets']);
      expect(pair.parent.said).to.deep.equal(['opened']);
      expect(links.notices.map(({ via, because }) => [via, because])).to.deep.equal(Array(2).fill(['ipc', 'it was asked for by `via`']));
    });
  }

  it('is done without when the child can lay none, and both are told why', async () => {
    const roads = memoryRoads();
    roads.lay.rejects(new Error('there is no room'));
    const { near, farSink } = await linked(ipcPair(), bothWith(roads));

    near.send(Buffer.from('hello'));
    await farSink.has(5);

    expect(links.notices.map(({ via, because }) => [via, because])).to.deep.equal(Array(2).fill(['ipc', 'there is no room']));
  });

  it('is done without when the parent cannot come, and both are told why', async () => {
    const roads = memoryRoads();
    roads.take.rejects(new Error('it is closed'));
    const { near, farSink } = await linked(ipcPair(), bothWith(roads));

    near.send(Buffer.from('hello'));
    await farSink.has(5);

    expect(links.notices.map(({ via, because }) => [via, because])).to.deep.equal(Array(2).fill(['ipc', 'it is closed']));
    expect(roads.laid.map(({ signal }) => signal.aborted)).to.deep.equal([true]);
  });

  it('is done without when nobody comes within 5 s, and what the parent has of it ends', async () => {
    const roads = memoryRoads();
    roads.take.callsFake(async () => linkPair(host)[0]);
    const pair = ipcPair();
    const parent = open(pair, roads);
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

    try {
      const coming = ask(pair, roads);
      await ticks();
      const abandoned = openWithSink(parent.links[0]);
      clock.tick(5_000);
      const near = await coming;
      const farSink = openWithSink(parent.links[1]);
      near.send(Buffer.from('hello'));
      await farSink.has(5);

      expect(abandoned.told).to.deep.equal(['closed']);
      expect(links.notices.at(-1)).to.include({ via: 'ipc', because: 'the parent did not come within 5 s' });
      expect(clock.countTimers()).to.equal(0);
    } finally {
      clock.restore();
    }
  });

  describe('ends', () => {
    it('at both ends when one closes it, and leaves no listener on the channel', async () => {
      const pair = ipcPair();
      const before = listening(pair);
      const { doors, near, nearSink, farSink } = await linked(pair);

      near.close();
      await Promise.all([nearSink.hears('closed'), farSink.hears('closed')]);
      doors.close();

      expect([nearSink.error, farSink.error]).to.deep.equal([undefined, undefined]);
      expect(listening(pair)).to.deep.equal(before);
      expect(pair.child.channel.refs).to.equal(0);
    });

    it('with the channel, behind what was said before', async () => {
      const pair = ipcPair();
      const { near, nearSink, farSink } = await linked(pair);

      near.send(Buffer.from('last words'));
      pair.child.disconnect();
      await Promise.all([nearSink.hears('closed'), farSink.hears('closed')]);

      expect(nearSink.error).to.have.property('code', 'LOST');
      expect(farSink.text).to.equal('last words');
      expect(farSink.told).to.deep.equal(['received', 'closed']);
    });

    it('a second after the channel when the child cannot end it', async () => {
      const pair = ipcPair();
      const { farSink } = await linked(pair);
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

      try {
        pair.parent.connected = false;
        pair.parent.emit('disconnect');
        clock.tick(999);
        const before = [...farSink.told];
        clock.tick(1);
        await farSink.hears('closed');

        expect(before).to.deep.equal([]);
        expect(farSink.error).to.have.property('code', 'LOST');
      } finally {
        clock.restore();
      }
    });

    it('before it began when the joining is given up, and lies open no longer', async () => {
      const roads = memoryRoads();
      roads.take.returns(new Promise(() => {}));
      const pair = ipcPair();
      open(pair, roads);
      const joining = new AbortController();
      const failing = askForLink(pair.child, { ...OPTIONS, roads }, joining.signal).catch((reason: unknown) => reason);
      await ticks();

      joining.abort('changed my mind');

      expect(await failing).to.equal('changed my mind');
      expect(roads.laid.map(({ signal }) => signal.aborted)).to.deep.equal([true]);
      expect(pair.child.said).to.deep.equal(['open', 'laid', 'close']);
      expect(pair.child.listenerCount('message')).to.equal(0);
    });

    it('before it began when the channel does', async () => {
      const roads = memoryRoads();
      roads.take.returns(new Promise(() => {}));
      const pair = ipcPair();
      const { links: came } = open(pair, roads);
      const failing = ask(pair, roads).catch((error: unknown) => error);
      await ticks();

      pair.child.disconnect();

      expect(await failing).to.have.property('code', 'UNAVAILABLE');
      expect(roads.laid.map(({ signal }) => signal.aborted)).to.deep.equal([true]);
      expect(came).to.deep.equal([]);
    });

    it('at once when it is there too late for anybody', async () => {
      const roads = memoryRoads();
      const late = linkPair(host);
      let come = (_: Link): void => {};
      roads.take.returns(new Promise((resolve) => (come = resolve)));
      const pair = ipcPair();
      const { links: came } = open(pair, roads);
      void ask(pair, roads).catch(() => {});
      await ticks();

      pair.child.disconnect();
      come(late[0]);
      const sink = openWithSink(late[1]);
      await sink.hears('closed');

      expect(came).to.deep.equal([]);
    });
  });
});

const OPTIONS = { group: 'shop', peer: 'the parent', advice: 'Do something.' };

interface MemoryRoads extends Roads {
  readonly lay: sinon.SinonStub<Parameters<Roads['lay']>, Promise<Road>>;
  readonly take: sinon.SinonStub<Parameters<Roads['take']>, Promise<Link>>;
  readonly laid: readonly { readonly signal: AbortSignal }[];
}

/** Roads within this process: whoever takes one meets whoever has laid it. */
function memoryRoads(): MemoryRoads {
  const laid: { signal: AbortSignal }[] = [];
  const waiting = new Map<string, (link: Link) => void>();
  return {
    laid,
    lay: sinon.stub<Parameters<Roads['lay']>, Promise<Road>>().callsFake(async (token, signal, onEnded) => {
      const place = `road ${laid.push({ signal })}`;
      const link = new Promise<Link>((resolve, reject) => {
        waiting.set(place + token, (end) => resolve(telling(end, onEnded)));
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      return { place, link };
    }),
    take: sinon.stub<Parameters<Roads['take']>, Promise<Link>>().callsFake(async (place, token, onEnded) => {
      const [mine, other] = linkPair(host);
      waiting.get(place + token)?.(other);
      return telling(mine, onEnded);
    }),
  };
}

interface RoadsOfBoth {
  readonly child: Roads | undefined;
  readonly parent: Roads | undefined;
}

function bothWith(roads: Roads): RoadsOfBoth {
  return { child: roads, parent: roads };
}

/** The same link, which tells one more of its end. */
function telling(link: Link, onEnded: () => void): Link {
  return {
    open: (sink) => link.open({
      received: (bytes) => sink.received(bytes),
      drained: () => sink.drained(),
      closed: (error) => {
        onEnded();
        sink.closed(error);
      },
    }),
    send: (bytes) => link.send(bytes),
    close: (reason) => link.close(reason),
    destroy: (reason) => link.destroy(reason),
  };
}

function ask({ child }: IpcPair, roads: Roads | undefined): Promise<Link> {
  return askForLink(child, { ...OPTIONS, roads }, new AbortController().signal);
}

function open({ parent }: IpcPair, roads: Roads | undefined): { readonly doors: IpcDoors; readonly links: readonly Link[] } {
  const links: Link[] = [];
  const doors = new IpcDoors({ group: 'shop', roads, onLink: (link) => links.push(link) });
  doors.add(parent);
  return { doors, links };
}

async function linked(pair: IpcPair, roads: RoadsOfBoth = bothWith(memoryRoads())) {
  const { doors, links } = open(pair, roads.parent);
  const near = await ask(pair, roads.child);
  return { doors, near, far: at(links, 0), nearSink: openWithSink(near), farSink: openWithSink(links[0]) };
}

function openWithSink(link: Link | undefined): RecordingSink {
  const sink = new RecordingSink();
  at([link], 0).open(sink);
  return sink;
}

function at(links: readonly (Link | undefined)[], index: number): Link {
  const link = links[index];
  if (link === undefined) throw new Error(`There is no link number ${index}.`);
  return link;
}

function listening({ parent, child }: IpcPair): readonly number[] {
  return [parent, child].flatMap((end) => ['message', 'disconnect', 'exit'].map((event) => end.listenerCount(event)));
}

/** Whatever the ends of a pair had to say to each other has been said. */
async function ticks(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

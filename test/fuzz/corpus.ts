/** Real packets: all that some members and their broker say to each other, as it goes over their links. */
import { createHub } from '../../src/index.js';
import { HEADER } from '../../src/core/star/packet.js';
import type { Link } from '../../src/core/star/link.js';
import type { Meeting, Rendezvous } from '../../src/core/star/rendezvous.js';
import { star } from '../../src/core/star/star.js';
import { MemoryPlace } from '../../src/transports/memory.js';

export interface Corpus {
  readonly toBroker: readonly Uint8Array[];
  readonly toMember: readonly Uint8Array[];
}

export async function gather(): Promise<Corpus> {
  const toBroker: Uint8Array[] = [];
  const toMember: Uint8Array[] = [];
  const place = new MemoryPlace();
  const overheard: Rendezvous = { name: 'overheard', meet: async (signal) => overhear(await place.rendezvous().meet(signal), toBroker, toMember) };
  const broker = createHub({ transport: star(place.rendezvous()), name: 'broker' });
  await broker.ready();
  const ann = createHub({ transport: star(overheard), name: 'ann' });
  broker.handle('echo', (value) => value);
  broker.handle('parts', async function* () {
    yield* [1, 2, 3];
  });
  ann.handle('echo', (value) => value);
  ann.on('news.*', () => undefined);
  await ann.ready();

  const values = [undefined, 1, 'text', { a: [1, 2] }, new Map([[1, 2]]), Buffer.from('bytes'), new Error('no'), new Date(0), 10n];
  for (const value of values) {
    ann.broadcast('news.a', value, { self: true });
    broker.broadcast('news.b', value);
    await ann.request('echo', value, { to: 'broker' });
    await broker.request('echo', value, { to: 'ann' });
  }
  await ann.request('nobody', 1).catch(() => undefined);
  for await (const part of ann.stream('parts', 1)) void part;
  const map = ann.state('m', { maxEntries: 10 });
  const changes = map.watch();
  await map.set('k', { a: 1 }, { ttl: 1_000 });
  await map.add('n', 1);
  await map.getMany(['k', 'n']);
  await map.transact({ if: [{ key: 'k', expect: 0 }], then: [{ type: 'get', key: 'k' }] });
  await map.entries();
  await map.delete('k');
  await changes.return?.();
  const lock = await ann.lock(['a', 'b'], { mode: 'shared' });
  const waiting = broker.lock('a');
  await ann.locks();
  await lock.release();
  await (await waiting).release();
  await (await ann.elect('chief')).resign();
  await ann.close();
  await broker.close();
  return { toBroker, toMember };
}

function overhear(meeting: Meeting, toBroker: Uint8Array[], toMember: Uint8Array[]): Meeting {
  if (meeting.role === 'authority') return meeting;
  const { link } = meeting;
  const heard: Link = {
    open: (sink) =>
      link.open({
        received(bytes) {
          split(bytes, toMember);
          sink.received(bytes);
        },
        drained: () => sink.drained(),
        closed: (error) => sink.closed(error),
      }),
    send(bytes) {
      split(bytes, toBroker);
      return link.send(bytes);
    },
    close: (reason) => link.close(reason),
    destroy: (reason) => link.destroy(reason),
  };
  return { role: 'member', link: heard };
}

/** Links within a process keep packets whole. */
function split(bytes: Uint8Array, into: Uint8Array[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const end = at + HEADER + view.getUint32(at, true);
    into.push(Uint8Array.from(bytes.subarray(at, end)));
    at = end;
  }
}

/** Packets that are nearly right, said to a broker and to a member of their own, and what becomes of these. */
import { createHub } from '../../src/index.js';
import type { Hub } from '../../src/index.js';
import { HubError } from '../../src/core/errors.js';
import { host } from '../../src/core/host.js';
import type { Journal } from '../../src/core/star/journal.js';
import type { Link, LinkSink } from '../../src/core/star/link.js';
import type { Rendezvous } from '../../src/core/star/rendezvous.js';
import { HEADER, KIND } from '../../src/core/star/packet.js';
import { linkPair } from '../../src/core/star/pair.js';
import { star } from '../../src/core/star/star.js';
import { MemoryPlace } from '../../src/transports/memory.js';
import { Random } from '../simulation/random.js';
import { ListeningSeat } from '../support/listening-seat.js';
import { Allocation } from './allocation.js';
import type { Corpus } from './corpus.js';
import { mutate, whole } from './mutate.js';

/** So many come over one link, if it lasts. */
const OF_ONE = 25;
/** Nobody will read it. */
const FORGETFUL: Journal = { past: () => new Uint8Array(0), append: () => undefined, draft: () => ({ write: () => undefined, publish: () => undefined, drop: () => undefined }) };
const LIMITS = { packet: 65_536, queue: 1_048_576, commands: 1_000 };

export interface BrokerReport {
  readonly answer: unknown;
  /** What became of another member's seat. */
  readonly losses: readonly unknown[];
  readonly links: number;
  readonly ended: number;
  /** The most that one packet took, in ms and in bytes. */
  readonly slowest: number;
  readonly largest: number;
}

/** `isWriting`: the broker has a journal, so that what comes waits for the end of its turn. */
export async function tellBroker({ toBroker }: Corpus, packets: number, isWriting: boolean): Promise<BrokerReport> {
  const random = new Random(1);
  const memory = new Allocation();
  const place = new MemoryPlace();
  const writing: Rendezvous = {
    name: 'writing',
    meet: async (signal) => {
      const meeting = await place.rendezvous().meet(signal);
      return meeting.role === 'authority' && isWriting ? { ...meeting, journal: FORGETFUL } : meeting;
    },
  };
  const hub = (name: string): Hub => createHub({ transport: star(writing, { limits: LIMITS }), name, onError: () => undefined });
  const [broker, ann] = [hub('broker'), hub('ann')];
  await Promise.all([broker.ready(), ann.ready()]);
  const losses: unknown[] = [];
  ann.onStatus(({ status }) => losses.push(status));
  ann.handle('echo', (value) => value);
  ann.on('>', () => undefined);
  const hello = toBroker.find((packet) => packet[4] === KIND.hello) ?? new Uint8Array();
  const said = toBroker.filter((packet) => packet[4] !== KIND.bye);
  let slowest = 0;
  let links = 0;
  let ended = 0;

  for (let count = 0; count < packets; ) {
    const meeting = await place.rendezvous().meet(new AbortController().signal);
    if (meeting.role === 'authority') throw new Error('The broker has gone.');
    const stranger = new Stranger(meeting.link);
    if (random.chance(0.95)) stranger.say(anotherId(hello, links));
    links += 1;
    await turn();
    for (let n = 0; n < OF_ONE && !stranger.isClosed; n++) {
      const together = Array.from({ length: 1 + random.below(4) }, () => packetFrom(said, random));
      count += together.length;
      const begun = performance.now();
      memory.begin();
      stranger.say(Buffer.concat(together));
      await turn();
      memory.end();
      slowest = Math.max(slowest, performance.now() - begun);
    }
    if (stranger.isClosed) ended += 1;
    else stranger.leave();
  }
  const answer = await broker.request('echo', 'still there', { to: 'ann' });
  await ann.state('mine').set('k', 1);
  const seen = [...losses];
  await Promise.all([ann.close({ grace: 0 }), broker.close({ grace: 0 })]);
  return { answer, losses: seen, links, ended, slowest, largest: memory.most };
}

export interface MemberReport {
  /** Why sessions ended; `undefined`: they did not. */
  readonly codes: ReadonlySet<string | undefined>;
  readonly largest: number;
}

export async function tellMember({ toMember }: Corpus, packets: number): Promise<MemberReport> {
  const random = new Random(2);
  const memory = new Allocation();
  const welcome = toMember.find((packet) => packet[4] === KIND.welcome) ?? new Uint8Array();
  const codes = new Set<string | undefined>();

  for (let count = 0; count < packets; ) {
    const [near, far] = linkPair(host);
    const authority = new Stranger(far);
    const seat = new ListeningSeat(`m${count}`);
    const joining = star({ name: 'fuzzed', meet: async () => ({ role: 'member', link: near }) }, { limits: LIMITS }).join(seat);
    await turn();
    authority.say(welcome);
    await joining;
    for (let n = 0; n < OF_ONE && seat.losses.length === 0; n++) {
      count += 1;
      const packet = packetFrom(toMember, random);
      memory.begin();
      authority.say(packet);
      await turn();
      memory.end();
    }
    codes.add(seat.losses[0]?.code);
    if (seat.losses.length === 0) authority.leave();
    await turn();
  }
  return { codes, largest: memory.most };
}

class Stranger implements LinkSink {
  readonly #link: Link;
  error: HubError | undefined;
  isClosed = false;

  constructor(link: Link) {
    this.#link = link;
    link.open(this);
  }

  say(bytes: Uint8Array): void {
    if (!this.isClosed) this.#link.send(bytes);
  }

  leave(): void {
    this.#link.destroy(new HubError('CLOSED', 'It has said enough.'));
  }

  received(): void {}
  drained(): void {}

  closed(error?: HubError): void {
    this.isClosed = true;
    this.error = error;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Near to a real packet: half of them with its header, most of the others with a length that is right. */
function packetFrom(real: readonly Uint8Array[], random: Random): Uint8Array {
  const like = random.pick(real);
  if (random.chance(0.5)) return whole(Buffer.concat([like.subarray(0, HEADER), mutate(like.subarray(HEADER), real, random)]), HEADER);
  const packet = mutate(like, real, random);
  return random.chance(0.9) ? whole(packet, HEADER) : packet;
}

/** A hello of somebody who has not been there. */
function anotherId(hello: Uint8Array, i: number): Uint8Array {
  const text = Buffer.from(hello.subarray(HEADER)).toString();
  const { member, ...rest } = JSON.parse(text) as { readonly member: { readonly id: string } };
  const body = Buffer.from(JSON.stringify({ ...rest, member: { ...member, id: `fuzz ${i}` } }));
  return whole(Buffer.concat([hello.subarray(0, HEADER), body]), HEADER);
}

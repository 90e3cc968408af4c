import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITS } from '../../../src/core/limits.js';
import type { Limits } from '../../../src/core/limits.js';
import { HubError } from '../../../src/core/errors.js';
import type { Arrival, Envelope, Payload } from '../../../src/core/protocol.js';
import { BIG, WINDOW } from '../../../src/core/star/cutter.js';
import type { Link, LinkSink } from '../../../src/core/star/link.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { MemoryPlace } from '../../../src/transports/memory.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { VirtualHost } from '../../support/virtual-host.js';

interface Peer {
  readonly seat: ListeningSeat;
  readonly session: Session;
  readonly number: number;
  readonly link: SlowLink;
}

/** A link whose end may stop reading for a while. */
class SlowLink implements Link {
  readonly #link: Link;
  #sink: LinkSink | undefined;
  /** What has come meanwhile, and waits to be read. */
  #kept: Uint8Array[] | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  get waiting(): number {
    return (this.#kept ?? []).reduce((sum, { length }) => sum + length, 0);
  }

  stop(): void {
    this.#kept ??= [];
  }

  /** Reads what has come, in portions of this size. */
  read(portion = Infinity): void {
    const all = Buffer.concat(this.#kept ?? []);
    this.#kept = undefined;
    for (let at = 0; at < all.length; at += portion) this.#sink?.received(all.subarray(at, at + portion));
  }

  open(sink: LinkSink): void {
    this.#sink = sink;
    this.#link.open({
      received: (bytes, areGiven) => (this.#kept === undefined ? sink.received(bytes, areGiven) : void this.#kept.push(Buffer.from(bytes))),
      drained: () => sink.drained(),
      closed: (error) => sink.closed(error),
    });
  }

  send(bytes: Uint8Array): boolean {
    return this.#link.send(bytes);
  }

  close(reason?: HubError): void {
    this.#link.close(reason);
  }

  destroy(reason: HubError): void {
    this.#link.destroy(reason);
  }
}

class Group {
  readonly host = new VirtualHost();
  readonly #place = new MemoryPlace(this.host);

  /** The first is the broker too. */
  async join(name: string, limits: Partial<Limits> = {}): Promise<Peer> {
    const seat = new ListeningSeat(name);
    const rendezvous = this.#place.rendezvous();
    let link: SlowLink | undefined;
    const joining = star(
      {
        name: 'memory',
        meet: async (signal) => {
          const meeting = await rendezvous.meet(signal);
          if (meeting.role !== 'member') return meeting;
          link = new SlowLink(meeting.link);
          return { ...meeting, link };
        },
      },
      { host: this.host, limits },
    ).join(seat);
    await this.host.settle();
    const session = await joining;
    session.follow({ type: 'topic', name: 'news' });
    await this.host.settle();
    return { seat, session, number: session.member.number, link: link ?? new SlowLink(session as never) };
  }
}

function message(to: Peer, payload: Payload, name = 'news'): Envelope {
  return { type: 'message', member: to.number, name, call: 0, extra: 0, payload };
}

function bytesOf(size: number, seed = 1): Payload {
  return { form: 'bytes', bytes: Uint8Array.from({ length: size }, (_, i) => (i * 31 + seed) & 0xff) };
}

function textOf(size: number): string {
  return JSON.stringify('ü'.repeat(size));
}

function payloads({ seat }: Peer): unknown[] {
  return seat.envelopes.map(({ payload }: Envelope<Arrival>) => (typeof payload === 'object' && 'value' in payload ? JSON.stringify(payload.value) : payload));
}

const MEGABYTE = 1_048_576;

describe('What is big', () => {
  let group: Group;
  let ann: Peer;
  let bob: Peer;
  let cid: Peer;
  beforeEach(async () => {
    group = new Group();
    ann = await group.join('ann');
    bob = await group.join('bob');
    cid = await group.join('cid');
  });

  it('comes as it was sent, in every form', async () => {
    const sent: Payload[] = [textOf(200_000), bytesOf(3 * MEGABYTE), { form: 'buffer', bytes: Buffer.alloc(BIG + 1, 7) }, { form: 'tagged', bytes: Uint8Array.of(1, 2, 3) }];

    for (const payload of sent) bob.session.send(message(cid, payload));
    await group.host.settle();

    expect(payloads(cid)).to.deep.equal(sent);
  });

  it('keeps its place among all that is said to one member, whatever the portions in which it is read', async () => {
    const size = fc.constantFrom(1, 100, BIG, BIG + 1, 300_000, MEGABYTE + 5);
    const said = fc.record({ size, isText: fc.boolean(), to: fc.constantFrom('bob', 'cid') });
    await fc.assert(
      fc.asyncProperty(fc.array(said, { maxLength: 12 }), fc.integer({ min: 1_000, max: 200_000 }), async (all, portion) => {
        bob.seat.envelopes.length = 0;
        cid.seat.envelopes.length = 0;
        const expected: Record<string, Payload[]> = { bob: [], cid: [] };
        bob.link.stop();

        all.forEach(({ size: length, isText, to }, i) => {
          const payload = isText ? JSON.stringify(`${i}`.padEnd(length, 'x')) : bytesOf(length, i);
          expected[to]?.push(payload);
          ann.session.send(message(to === 'bob' ? bob : cid, payload));
        });
        await group.host.settle();
        bob.link.read(portion);
        await group.host.settle();

        expect(payloads(bob)).to.deep.equal(expected['bob']);
        expect(payloads(cid)).to.deep.equal(expected['cid']);
      }),
      { numRuns: 25 },
    );
  });

  it('holds up nothing that is said to others, and nothing that others say', async () => {
    bob.link.stop();

    ann.session.send(message(bob, bytesOf(8 * MEGABYTE)));
    ann.session.send(message(cid, '1'));
    await group.host.settle();
    const toCid = payloads(cid);
    cid.session.send(message(bob, '2'));
    await group.host.settle();
    bob.link.read();
    const toBob = payloads(bob);
    await group.host.settle();

    expect(toCid).to.deep.equal(['1']);
    expect(toBob).to.deep.equal(['2']);
    expect(bob.seat.envelopes).to.have.length(2);
  });

  it('is never on its way in more than a window, before its receiver has taken that', async () => {
    bob.link.stop();

    for (let i = 0; i < 4; i++) ann.session.send(message(bob, bytesOf(3 * MEGABYTE, i)));
    await group.host.settle();
    const waiting = bob.link.waiting;
    bob.link.read();
    await group.host.settle();

    expect(waiting).to.be.within(WINDOW, WINDOW + 4_096);
    expect(bob.seat.envelopes).to.have.length(4);
  });

  it('comes back when too much waits for a member that takes nothing; answers do not', async () => {
    bob.link.stop();
    const big = bytesOf(10 * MEGABYTE);

    ann.session.send(message(bob, big));
    ann.session.send(message(bob, big));
    ann.session.send({ ...message(bob, big), type: 'reply', call: 9 });
    await group.host.settle();
    const back = ann.seat.undelivered.map(({ envelope, why }) => [envelope.type, why]);
    bob.link.read();
    await group.host.settle();

    expect(back).to.deep.equal([['message', 'full']]);
    expect(bob.seat.envelopes.map(({ type }) => type)).to.deep.equal(['message', 'reply']);
  });

  it('comes back whole, once, from a member that does not listen', async () => {
    const big = bytesOf(2 * MEGABYTE);

    ann.session.send(message(bob, big, 'olds'));
    ann.session.send(message(bob, '1'));
    await group.host.settle();

    expect(ann.seat.undelivered).to.deep.equal([{ envelope: { ...message(bob, big, 'olds') }, why: 'absent' }]);
    expect(payloads(bob)).to.deep.equal(['1']);
  });

  it('is forgotten with its sender, and so is what came after it', async () => {
    bob.link.stop();
    cid.session.send(message(bob, bytesOf(4 * MEGABYTE)));
    cid.session.send(message(bob, '1'));
    await group.host.settle();

    cid.link.destroy(new HubError('LOST', 'killed'));
    await group.host.settle();
    bob.link.read();
    await group.host.settle();
    ann.session.send(message(bob, '2'));
    await group.host.settle();

    expect(payloads(bob)).to.deep.equal(['2']);
    expect(bob.seat.events.at(-1)).to.deep.include({ type: 'member.left', number: cid.number });
  });

  it('holds up nothing after its receiver has gone', async () => {
    bob.link.stop();
    ann.session.send(message(bob, bytesOf(4 * MEGABYTE)));
    await group.host.settle();
    const drained = ann.session.drained();

    bob.link.destroy(new HubError('LOST', 'killed'));
    await group.host.settle();
    ann.session.send(message(cid, bytesOf(2 * MEGABYTE)));
    await group.host.settle();

    await drained;
    expect(cid.seat.envelopes).to.have.length(1);
  });

  it('is on its way in whole when its sender has drained, or closed', async () => {
    bob.session.send(message(cid, bytesOf(5 * MEGABYTE)));
    const drained = bob.session.drained();
    await group.host.settle();
    await drained;
    bob.session.send(message(cid, bytesOf(6 * MEGABYTE)));

    const closing = bob.session.close();
    await group.host.settle();
    await closing;

    expect(cid.seat.envelopes.map(({ payload }) => typeof payload === 'object' && 'bytes' in payload && payload.bytes.length)).to.deep.equal([5 * MEGABYTE, 6 * MEGABYTE]);
  });

  it('costs a member its link that sends more than its authority takes', async () => {
    const narrow = new Group();
    await narrow.join('ann', { packet: 100_000 });
    const dan = await narrow.join('dan');
    const eve = await narrow.join('eve');

    dan.session.send(message(eve, bytesOf(200_000)));
    await narrow.host.settle();

    expect(dan.seat.losses).to.have.length(1);
    expect(eve.seat.losses).to.have.length(0);
    expect(LIMITS.packet).to.be.greaterThan(200_000);
  });
});

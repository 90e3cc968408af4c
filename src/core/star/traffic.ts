/** What members tell each other over one connection of a member: all at once what is small, in fragments what is big. */
import { EVERYONE } from '../protocol.js';
import type { Envelope } from '../protocol.js';
import type { Limits } from '../limits.js';
import { deliverEach } from './arrivals.js';
import type { Deliver } from './arrivals.js';
import { BIG, Cutter } from './cutter.js';
import { Joiner } from './joiner.js';
import type { Outbox } from './outbox.js';
import { FLAG, KIND, LAST_UNASKED } from './packet.js';
import type { Reader } from './reader.js';

export class Traffic {
  readonly #out: Outbox;
  readonly #cutter: Cutter;
  readonly #joiner: Joiner;
  readonly #deliver: Deliver;
  /** Those who take no more of what is said to them. */
  readonly #full = new Set<number>();

  constructor(out: Outbox, limits: Limits, deliver: Deliver) {
    this.#out = out;
    this.#cutter = new Cutter(out, limits.queue);
    this.#joiner = new Joiner(out, limits.packet, deliver);
    this.#deliver = deliver;
  }

  /** Whether all that was said has been taken: by the link, which would take more, and what is big by those whom it is for. */
  get isDrained(): boolean {
    return this.#out.isDrained && this.#cutter.isEmpty;
  }

  /** `false`: too much waits for that member already. */
  send(envelope: Envelope): boolean {
    const { payload, type, member } = envelope;
    if (this.#full.size > 0 && KIND[type] <= LAST_UNASKED && this.#full.has(member)) return false;
    const size = typeof payload === 'string' ? payload.length : payload.bytes.length;
    // What is for everyone has no pace of its own: it goes whole.
    if (size > BIG && member !== EVERYONE) return this.#cutter.take(envelope);
    this.#out.envelope(envelope);
    return true;
  }

  /** A packet of another member, or one of ours that has come back. */
  packet(packet: Reader): void {
    const { kind, flags, member } = packet;
    if (kind === KIND.fragment) this.#joiner.fragment(packet);
    else if (kind === KIND.taken) this.#cutter.taken(member, packet.id, packet.extra);
    else if (kind === KIND.full) this.#turnedAway(member, packet.extra === 1);
    else if ((flags & FLAG.cut) !== 0) this.#cut(packet);
    else if (this.#joiner.awaits(member) && (flags & FLAG.returned) === 0) this.#joiner.hold(packet);
    else deliverEach(packet, this.#deliver);
  }

  memberLeft(member: number): void {
    this.#full.delete(member);
    this.#cutter.memberLeft(member);
    this.#joiner.memberLeft(member);
  }

  linkDrained(): void {
    this.#cutter.pump();
  }

  /** Hands all that is left to the link: there is no later. */
  flush(): void {
    this.#cutter.flush();
  }

  #turnedAway(member: number, isFull: boolean): void {
    if (isFull) this.#full.add(member);
    else this.#full.delete(member);
  }

  #cut(packet: Reader): void {
    if ((packet.flags & FLAG.returned) === 0) return this.#joiner.begin(packet);
    const envelope = this.#cutter.returned(packet.member, packet.u32());
    if (envelope !== undefined) this.#deliver(packet.flags, envelope);
  }
}

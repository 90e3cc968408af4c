/**
 * What members tell each other, on its way through the broker: it is sent on without being read. What finds nobody, or one
 * who takes no more, goes back to its sender whole; a broadcast to such a one is dropped.
 */
import { HubError } from '../errors.js';
import { EVERYONE } from '../protocol.js';
import type { Connection } from './connection.js';
import type { Interests } from './interests.js';
import { AT, FLAG, KIND, LAST_UNASKED } from './packet.js';
import type { Reader } from './reader.js';
import type { Return } from './return.js';

export interface DeliveryOptions {
  readonly members: ReadonlyMap<number, Connection>;
  readonly interests: Interests;
  /** Those who are on their way back: what is said to them waits there. */
  readonly absent: Return;
  /** How many bytes wait for one member at most. */
  readonly limit: number;
  /** How many bytes one value may have. */
  readonly longest: number;
}

export class Delivery {
  readonly #members: ReadonlyMap<number, Connection>;
  readonly #interests: Interests;
  readonly #absent: Return;
  readonly #limit: number;
  readonly #longest: number;

  constructor({ members, interests, absent, limit, longest }: DeliveryOptions) {
    this.#members = members;
    this.#interests = interests;
    this.#absent = absent;
    this.#limit = limit;
    this.#longest = longest;
  }

  /** Whether a member takes more than it has been told already. What it has missed comes first, for order's sake. */
  hasRoom(member: Connection): boolean {
    return member.out.queued < this.#limit && member.missed.size === 0;
  }

  forward(from: Connection, packet: Reader): void {
    const { bytes, start, end, member: to } = packet;
    if (packet.kind === KIND.fragment) return this.#forwardFragment(from, packet);
    if ((packet.flags & FLAG.cut) !== 0) this.#checkCut(packet);
    setMember(bytes, start, from.member);
    if (to === EVERYONE) return this.#forwardToAll(from, packet);

    const isAwaited = this.#absent.awaits(to);
    const receiver = this.#members.get(to);
    const listens = packet.kind !== KIND.message || isAwaited || this.#interests.listening(packet.name).includes(to);
    const mustBe = packet.kind > LAST_UNASKED;
    if (isAwaited && this.#absent.hold(to, bytes, start, end, mustBe)) return;
    const hasRoom = mustBe || receiver === undefined || this.hasRoom(receiver);
    if (!isAwaited && listens && receiver !== undefined && hasRoom) receiver.out.forward(bytes, start, end, packet.isOurs);
    else {
      if (listens && !isAwaited && receiver !== undefined) this.#turnAway(from, receiver);
      this.#return(from, packet, to, listens && (receiver !== undefined || isAwaited));
    }
  }

  /** The link to a member takes more: those who were turned away are told, as soon as there is room for more than a few words. */
  drained({ member, out, turnedAway, missed }: Connection): void {
    if (turnedAway.size === 0 || missed.size > 0 || out.queued > this.#limit / 2) return;
    for (const number of turnedAway) this.#members.get(number)?.out.full(member, false);
    turnedAway.clear();
  }

  /** It is not even tried: too much waits at the broker already of what this member says. */
  refuse(from: Connection, packet: Reader): void {
    this.#return(from, packet, packet.member, true);
  }

  /** It waited for one who will not come any more. */
  giveBack(packet: Reader, to: number): void {
    const from = this.#members.get(packet.member);
    if (from !== undefined) this.#return(from, packet, to, false);
  }

  /** Always taken: a member has no more of them on the way than their receiver takes. Who has gone takes nothing. */
  #forwardFragment(from: Connection, packet: Reader): void {
    const { member: to, id } = packet;
    if (!this.#absent.awaits(to)) {
      this.#members.get(to)?.out.fragment(from.member, id, packet.remaining(), packet.isOurs);
      return;
    }
    const copy = packet.copy();
    setMember(copy, 0, from.member);
    this.#absent.hold(to, copy, 0, copy.length, true);
  }

  /** It is told once, and then keeps what it has to say: to send it here and back would cost both more than it is worth. */
  #turnAway(from: Connection, { member, turnedAway }: Connection): void {
    if (turnedAway.has(from.member)) return;
    turnedAway.add(from.member);
    from.out.full(member, true);
  }

  #checkCut(packet: Reader): void {
    packet.skip(4);
    const size = packet.u32();
    if (packet.member === EVERYONE) throw new HubError('BAD_PACKET', 'A packet for everyone was cut: it has to be whole.');
    if (size > this.#longest) throw new HubError('TOO_LARGE', `A value of ${size} bytes is to come; the limit is ${this.#longest}. Send less at once, or raise \`limits.packet\` on all sides.`);
  }

  #forwardToAll(from: Connection, { bytes, start, end, name, isOurs }: Reader): void {
    for (const number of this.#interests.listening(name)) {
      if (number === from.member || this.#absent.awaits(number)) continue;
      const receiver = this.#members.get(number);
      // Whoever takes nothing misses it, as the others should not have to pay for that with memory.
      if (receiver !== undefined && this.hasRoom(receiver)) receiver.out.forward(bytes, start, end, isOurs);
    }
    this.#absent.holdForAll(name, bytes, start, end);
  }

  #return(from: Connection, { bytes, start, end, kind, flags, isOurs }: Reader, to: number, isFull: boolean): void {
    if (kind > LAST_UNASKED || to === EVERYONE) return;
    // Whoever asks waits for an end. Who tells, and does not listen itself, hears nothing of what it could not tell.
    if (kind === KIND.message && !this.hasRoom(from)) return;
    setMember(bytes, start, to);
    bytes[start + AT.flags] = flags | FLAG.returned | (isFull ? FLAG.full : 0);
    from.out.forward(bytes, start, end, isOurs);
  }
}

function setMember(bytes: Uint8Array, start: number, member: number): void {
  const at = start + AT.member;
  bytes[at] = member;
  bytes[at + 1] = member >>> 8;
  bytes[at + 2] = member >>> 16;
  bytes[at + 3] = member >>> 24;
}

/**
 * What members tell each other, on its way through the broker: it is sent on without being read. What finds nobody, or one
 * who takes no more, goes back to its sender whole; a broadcast to such a one is dropped.
 */
import { EVERYONE } from '../protocol.js';
import type { Connection } from './connection.js';
import type { Interests } from './interests.js';
import { AT, FLAG, KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Return } from './return.js';

export interface DeliveryOptions {
  readonly members: ReadonlyMap<number, Connection>;
  readonly interests: Interests;
  /** Those who are on their way back: what is said to them waits there. */
  readonly absent: Return;
  /** How many bytes wait for one member at most. */
  readonly limit: number;
}

export class Delivery {
  readonly #members: ReadonlyMap<number, Connection>;
  readonly #interests: Interests;
  readonly #absent: Return;
  readonly #limit: number;

  constructor({ members, interests, absent, limit }: DeliveryOptions) {
    this.#members = members;
    this.#interests = interests;
    this.#absent = absent;
    this.#limit = limit;
  }

  /** Whether a member takes more than it has been told already. */
  hasRoom(member: Connection): boolean {
    return member.out.queued < this.#limit;
  }

  forward(from: Connection, packet: Reader): void {
    const { bytes, start, end, member: to } = packet;
    setMember(bytes, start, from.member);
    if (to === EVERYONE) return this.#forwardToAll(from, packet);

    const isAwaited = this.#absent.awaits(to);
    const receiver = this.#members.get(to);
    const listens = packet.kind !== KIND.message || isAwaited || this.#interests.listening(packet.name).includes(to);
    if (isAwaited && this.#absent.hold(to, bytes, start, end)) return;
    // Answers are always taken: they are as many as their asker has asked for, and it waits for each.
    const hasRoom = packet.kind > KIND.stream || receiver === undefined || this.hasRoom(receiver);
    if (!isAwaited && listens && receiver !== undefined && hasRoom) receiver.out.forward(bytes, start, end);
    else this.#return(from, packet, to, listens && (receiver !== undefined || isAwaited));
  }

  /** It is not even tried: too much waits at the broker already of what this member says. */
  refuse(from: Connection, packet: Reader): void {
    this.#return(from, packet, packet.member, true);
  }

  #forwardToAll(from: Connection, { bytes, start, end, name }: Reader): void {
    for (const number of this.#interests.listening(name)) {
      if (number === from.member || this.#absent.awaits(number)) continue;
      const receiver = this.#members.get(number);
      // Whoever takes nothing misses it, as the others should not have to pay for that with memory.
      if (receiver !== undefined && this.hasRoom(receiver)) receiver.out.forward(bytes, start, end);
    }
    this.#absent.holdForAll(name, bytes, start, end);
  }

  #return(from: Connection, { bytes, start, end, kind, flags }: Reader, to: number, isFull: boolean): void {
    if (kind > KIND.stream || to === EVERYONE) return;
    setMember(bytes, start, to);
    bytes[start + AT.flags] = flags | FLAG.returned | (isFull ? FLAG.full : 0);
    from.out.forward(bytes, start, end);
  }
}

function setMember(bytes: Uint8Array, start: number, member: number): void {
  const at = start + AT.member;
  bytes[at] = member;
  bytes[at + 1] = member >>> 8;
  bytes[at + 2] = member >>> 16;
  bytes[at + 3] = member >>> 24;
}

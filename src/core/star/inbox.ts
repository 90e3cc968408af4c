/**
 * Makes packets of received bytes, in whatever portions they come. A packet that lies whole in a portion is read where
 * it lies; only one that is cut is gathered, in memory that grows with what has really come, not with what was promised.
 * A fragment is never gathered: each portion of it is a fragment too.
 */
import { HubError } from '../errors.js';
import { allocate } from '../bytes.js';
import { AT, HEADER, KIND } from './packet.js';
import { Reader } from './reader.js';

/** The first memory for a packet that is cut, and by how many times it grows. */
const FIRST_ROOM = 4_096;
const GROWTH = 8;

export class Inbox {
  readonly #receive: (packet: Reader) => void;
  readonly #reader = new Reader();
  /** The longest packet that is let in, its header apart. */
  limit: number;
  /** What has come of a packet that is cut; its first `#gathered` bytes are filled. */
  #partial: Uint8Array | undefined;
  #gathered = 0;
  /** How much of a fragment is still to come. */
  #left = 0;
  #isClosed = false;

  constructor(limit: number, receive: (packet: Reader) => void) {
    this.limit = limit;
    this.#receive = receive;
  }

  /** Throws `BAD_PACKET` or `TOO_LARGE` when the other end misbehaves; the link is of no use after that. */
  received(bytes: Uint8Array, areGiven = false): void {
    let at = 0;
    while (this.#partial !== undefined && at < bytes.length) at = this.#gather(this.#partial, bytes, at);
    if (this.#left > 0) at = this.#goOn(bytes, at, areGiven);
    while (bytes.length - at >= HEADER && !this.#isClosed) {
      const end = at + HEADER + this.#lengthAt(bytes, at);
      if (end > bytes.length) {
        if (bytes[at + AT.kind] !== KIND.fragment) break;
        this.#left = end - bytes.length;
      }
      const to = Math.min(end, bytes.length);
      this.#reader.open(bytes, at, to, areGiven);
      if (this.#left === 0 || to > at + HEADER) this.#receive(this.#reader);
      at = to;
    }
    this.#reader.close();
    if (at < bytes.length && !this.#isClosed) this.#begin(bytes, at);
  }

  /** Nothing more is read. */
  close(): void {
    this.#isClosed = true;
    this.#partial = undefined;
  }

  #begin(bytes: Uint8Array, at: number): void {
    const has = bytes.length - at;
    const needs = has < HEADER ? HEADER : HEADER + this.#lengthAt(bytes, at);
    const room = allocate(Math.min(needs, Math.max(FIRST_ROOM, has * GROWTH)));
    room.set(bytes.subarray(at), 0);
    this.#partial = room;
    this.#gathered = has;
  }

  /** One more portion of the fragment whose header was read last; returns how far it has read. */
  #goOn(bytes: Uint8Array, at: number, areGiven: boolean): number {
    const end = Math.min(at + this.#left, bytes.length);
    if (end === at || this.#isClosed) return end;
    this.#left -= end - at;
    this.#receive(this.#reader.goOn(bytes, at, end, areGiven));
    return end;
  }

  /** Adds to the packet that is cut, as much as it lacks; returns how far it has read. */
  #gather(partial: Uint8Array, bytes: Uint8Array, at: number): number {
    const needs = this.#gathered < HEADER ? HEADER : HEADER + this.#lengthAt(partial, 0);
    const takes = Math.min(needs - this.#gathered, bytes.length - at);
    const holds = this.#gathered + takes;
    let room = partial;
    if (holds > room.length) {
      room = allocate(Math.min(needs, Math.max(holds, room.length * GROWTH)));
      room.set(partial.subarray(0, this.#gathered), 0);
      this.#partial = room;
    }
    room.set(bytes.subarray(at, at + takes), this.#gathered);
    this.#gathered = holds;

    if (holds === HEADER && room[AT.kind] === KIND.fragment) {
      this.#partial = undefined;
      this.#reader.open(room, 0, HEADER, true);
      this.#left = this.#lengthAt(room, 0);
    } else if (holds >= HEADER && holds === HEADER + this.#lengthAt(room, 0)) {
      this.#partial = undefined;
      this.#receive(this.#reader.open(room, 0, holds, true));
    }
    return at + takes;
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    const unsigned = length >>> 0;
    if (unsigned > this.limit) {
      throw new HubError('TOO_LARGE', `A packet of ${unsigned} bytes came; the limit is ${this.limit}. Send less at once, or raise \`limits.packet\` on both sides.`);
    }
    return unsigned;
  }
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

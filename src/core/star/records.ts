/** Gathers records until they are written. Commands that a member sends together stand in one. */
import { allocate, utf8Length, viewOf, writeUtf8 } from '../bytes.js';
import { crc32c } from './crc32c.js';
import type { Reader } from './reader.js';
import { COVERED, HEAD, LONGEST_HEAD, PRELUDE, RECORD, RECORD_AT } from './record.js';

export class Records {
  #bytes = allocate(4_096);
  #view = viewOf(this.#bytes);
  #at = 0;
  /** Where the last record begins, until it is closed; if it is of commands, whose they are, and of which seq. */
  #open: number | undefined;
  #member = NOBODY;
  #seq = 0;
  /** Of its last command. */
  #number = 0;
  #oldest = 0;

  get size(): number {
    return this.#at;
  }

  /** All that was gathered; the memory is written over once they are cleared. */
  get bytes(): Uint8Array {
    this.#close();
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    this.#open = undefined;
    this.#member = NOBODY;
    if (this.#bytes.length > KEPT_MEMORY) this.#renew(4_096);
  }

  /** Hands over all that was gathered, and begins anew. */
  take(): Uint8Array {
    const taken = this.bytes;
    this.#at = 0;
    this.#renew(4_096);
    return taken;
  }

  /** Whole records, as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#close();
    this.#room(to - from);
    this.#raw(bytes.subarray(from, to));
  }

  /** A member's, in its packet. Returns where it lies: up to the end of all that was gathered. */
  command(seq: number, member: number, packet: Reader): number {
    const { id: number, member: oldest, extra: type, nameLength, length } = packet;
    const isMore = this.#member === member && this.#seq === seq;
    const isNext = isMore && number === (this.#number + 1) >>> 0 && oldest === this.#oldest;
    const isShort = length < SHORT;
    if (isMore) this.#room(LONGEST_HEAD + length);
    else this.#begin(RECORD.commands, seq, LONGEST_HEAD + length, member);
    this.#number = number;
    this.#oldest = oldest;

    const view = this.#view;
    const from = this.#at;
    let at = from + 1;
    view.setUint8(from, type | (isNext ? 0 : HEAD.numbered) | (isShort ? 0 : HEAD.long));
    if (!isNext) {
      view.setUint32(at, number, true);
      view.setUint32(at + 4, oldest, true);
      at += 8;
    }
    if (isShort) {
      view.setUint8(at, nameLength);
      view.setUint8(at + 1, length);
      packet.copyTo(view, at + 2);
      this.#at = at + 2 + length;
    } else {
      view.setUint32(at, nameLength, true);
      view.setUint32(at + 4, length, true);
      this.#at = at + 8;
      this.#raw(packet.content);
    }
    return from;
  }

  decree(seq: number, text: string): void {
    this.#begin(RECORD.decree, seq, utf8Length(text));
    this.#at += writeUtf8(this.#bytes, this.#at, text);
  }

  /** Of a snapshot. */
  rest(kind: typeof RECORD.snapshot | typeof RECORD.entries | typeof RECORD.part, seq: number, bytes: Uint8Array): void {
    this.#begin(kind, seq, bytes.length);
    this.#raw(bytes);
  }

  /** All that is before it, so many bytes, is on the disk when this is. */
  mark(at: number): void {
    this.#begin(RECORD.mark, at, 0);
  }

  /** When that was written, on a clock that all who read it have. */
  stamp(time: number): void {
    this.#begin(RECORD.stamp, time, 0);
  }

  /** A record with room for so much. */
  #begin(kind: number, seq: number, length: number, member = NOBODY): void {
    this.#close();
    this.#room(PRELUDE + length);
    const at = this.#at;
    const view = this.#view;
    view.setFloat64(at + RECORD_AT.seq, seq, true);
    view.setUint32(at + RECORD_AT.member, member, true);
    view.setUint32(at + RECORD_AT.kind, kind, true);
    this.#open = at;
    this.#member = member;
    this.#seq = seq;
    this.#at = at + PRELUDE;
  }

  /** Whatever was written since the last record was begun is its body. */
  #close(): void {
    const at = this.#open;
    if (at === undefined) return;
    const view = this.#view;
    view.setUint32(at + RECORD_AT.length, this.#at - at - COVERED, true);
    view.setUint32(at + RECORD_AT.crc, crc32c(view, at + COVERED, this.#at), true);
    this.#open = undefined;
    this.#member = NOBODY;
  }

  #raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(length: number): void {
    const needs = this.#at + length;
    if (needs <= this.#bytes.length) return;
    const old = this.#bytes.subarray(0, this.#at);
    this.#renew(Math.max(needs, this.#bytes.length * 2));
    this.#bytes.set(old, 0);
  }

  #renew(size: number): void {
    this.#bytes = allocate(size);
    this.#view = viewOf(this.#bytes);
  }
}

/** A mark for this place. */
export function markAt(at: number): Uint8Array {
  const records = new Records();
  records.mark(at);
  return records.bytes;
}

export function stampOf(time: number): Uint8Array {
  const records = new Records();
  records.stamp(time);
  return records.bytes;
}

/** Whose a record is that is not of a member's commands. */
const NOBODY = 0;

/** Shorter commands have their lengths in a byte each. */
const SHORT = 256;

/** More than this is given back after a great batch. */
const KEPT_MEMORY = 1 << 20;

/** Gathers records until they are written. Commands that a member sends together stand in one. */
import { allocate, utf8Length, writeUtf8 } from '../text.js';
import { crc32c } from './crc32c.js';
import type { Reader } from './reader.js';
import { COVERED, PRELUDE, RECORD, RECORD_AT, viewOf } from './record.js';

export class Records {
  #bytes = allocate(4_096);
  #view = viewOf(this.#bytes);
  #at = 0;
  /** The record of a member's commands that is the last, and can take more of them; whose they are, and of which seq. */
  #open: { readonly at: number; readonly seq: number; readonly member: number } | undefined;

  get size(): number {
    return this.#at;
  }

  /** All that was gathered; the memory is written over once they are cleared. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    this.#open = undefined;
    if (this.#bytes.length > KEPT_MEMORY) this.#renew(4_096);
  }

  /** Hands over all that was gathered, and begins anew. */
  take(): Uint8Array {
    const taken = this.bytes;
    this.#at = 0;
    this.#open = undefined;
    this.#renew(4_096);
    return taken;
  }

  /** Whole records, as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#open = undefined;
    this.#room(to - from);
    this.#bytes.set(bytes.subarray(from, to), this.#at);
    this.#at += to - from;
  }

  /** A member's, in its packet. Returns where that lies. */
  command(seq: number, member: number, packet: Reader): number {
    const { bytes, start, end } = packet;
    const length = end - start;
    const isMore = this.#open?.member === member && this.#open.seq === seq;
    if (isMore) this.#room(length);
    const to = isMore ? this.#at : this.#begin(length) + PRELUDE;
    if (length > SHORT) this.#bytes.set(bytes.subarray(start, end), to);
    else packet.copyTo(this.#view, to);
    if (isMore) this.#lengthen(this.#open?.at ?? 0, length);
    else {
      const at = this.#at;
      this.#end(RECORD.commands, seq, member, length);
      this.#open = { at, seq, member };
    }
    return to;
  }

  decree(seq: number, text: string): void {
    const length = utf8Length(text);
    const at = this.#begin(length);
    writeUtf8(this.#bytes, at + PRELUDE, text);
    this.#end(RECORD.decree, seq, 0, length);
  }

  /** Of a snapshot. */
  rest(kind: typeof RECORD.snapshot | typeof RECORD.entries | typeof RECORD.part, seq: number, bytes: Uint8Array): void {
    const to = this.#begin(bytes.length) + PRELUDE;
    this.#bytes.set(bytes, to);
    this.#end(kind, seq, 0, bytes.length);
  }

  /** All that is before it, so many bytes, is on the disk when this is. */
  mark(at: number): void {
    this.#begin(0);
    this.#end(RECORD.mark, at, 0, 0);
  }

  /** When that was written, on a clock that all who read it have. */
  stamp(time: number): void {
    this.#begin(0);
    this.#end(RECORD.stamp, time, 0, 0);
  }

  #begin(length: number): number {
    this.#open = undefined;
    this.#room(PRELUDE + length);
    return this.#at;
  }

  #end(kind: number, seq: number, member: number, length: number): void {
    const at = this.#at;
    const view = this.#view;
    const end = at + PRELUDE + length;
    view.setUint32(at + RECORD_AT.length, PRELUDE - COVERED + length, true);
    view.setFloat64(at + RECORD_AT.seq, seq, true);
    view.setUint32(at + RECORD_AT.member, member, true);
    view.setUint32(at + RECORD_AT.kind, kind, true);
    view.setUint32(at + RECORD_AT.crc, crc32c(view, at + COVERED, end), true);
    this.#at = end;
  }

  /** What was written behind the last record becomes its end. */
  #lengthen(at: number, by: number): void {
    const view = this.#view;
    const from = this.#at;
    view.setUint32(at + RECORD_AT.length, view.getUint32(at + RECORD_AT.length, true) + by, true);
    view.setUint32(at + RECORD_AT.crc, crc32c(view, from, from + by, view.getUint32(at + RECORD_AT.crc, true)), true);
    this.#at = from + by;
  }

  #room(length: number): void {
    const needs = this.#at + length;
    if (needs <= this.#bytes.length) return;
    const old = this.bytes;
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

const SHORT = 128;

/** More than this is given back after a great batch. */
const KEPT_MEMORY = 1 << 20;

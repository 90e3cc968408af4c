/**
 * Where packets are written before they leave: one stretch of memory that is handed on whenever it is full or flushed,
 * so that all that is said in one turn leaves in one write. Only whole packets are handed on.
 */
import { allocate, utf8Length, viewOf, writeUtf8 } from '../bytes.js';
import type { Payload } from '../protocol.js';
import { AT, FORM, HEADER } from './packet.js';

const SLAB = 65_536;

/** Texts shorter than this are given the room of their longest possible encoding; longer ones are measured. */
const SHORT = 4_096;

export class Slab {
  /** Takes whole packets. `true`: the memory may be used again. */
  readonly #emit: (bytes: Uint8Array, areGiven: boolean) => boolean;
  #bytes: Uint8Array = allocate(SLAB);
  #view = viewOf(this.#bytes);
  /** Where the packet that is being written begins; everything before it is whole. */
  #start = 0;
  #at = 0;

  constructor(emit: (bytes: Uint8Array, areGiven: boolean) => boolean) {
    this.#emit = emit;
  }

  /** How many bytes wait to be flushed. */
  get size(): number {
    return this.#start;
  }

  begin(kind: number, flags: number, member: number, id: number, extra: number, name: string): void {
    this.#room(HEADER + name.length * 3);
    const start = this.#start;
    const view = this.#view;
    view.setUint32(start + AT.kind, kind | (flags << 8), true);
    view.setUint32(start + AT.member, member, true);
    view.setUint32(start + AT.id, id, true);
    view.setUint32(start + AT.extra, extra, true);
    const nameLength = name === '' ? 0 : writeUtf8(this.#bytes, start + HEADER, name);
    if (nameLength !== 0) view.setUint16(start + AT.nameLength, nameLength, true);
    this.#at = start + HEADER + nameLength;
  }

  end(): void {
    this.#view.setUint32(this.#start + AT.length, this.#at - this.#start - HEADER, true);
    this.#start = this.#at;
  }

  u8(value: number): void {
    this.#room(1);
    this.#view.setUint8(this.#at, value);
    this.#at += 1;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  f64(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  /** Text to the end of the packet. */
  text(text: string): void {
    this.#room(text.length < SHORT ? text.length * 3 : utf8Length(text));
    this.#at += writeUtf8(this.#bytes, this.#at, text);
  }

  /** Text with its length in front, so that more can follow. */
  string(text: string): void {
    this.u32(0);
    // Counted from the packet's beginning: writing the text may move the packet to other memory.
    const from = this.#at - this.#start;
    this.text(text);
    const length = this.#at - this.#start - from;
    this.#view.setUint32(this.#start + from - 4, length, true);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Bytes to the end of the packet, which are handed on as they are: nobody writes over them any more. Nothing waits to be flushed then. */
  tail(bytes: Uint8Array): void {
    this.#view.setUint32(this.#start + AT.length, this.#at + bytes.length - this.#start - HEADER, true);
    this.#start = this.#at;
    this.flush();
    this.#emit(bytes, true);
  }

  /** A payload with its form and length in front, so that more can follow. */
  payload(payload: Payload): void {
    if (typeof payload === 'string') {
      this.u8(FORM.json);
      this.string(payload);
      return;
    }
    this.u8(FORM[payload.form]);
    this.u32(payload.bytes.length);
    this.raw(payload.bytes);
  }

  /** Whole packets, as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    const size = to - from;
    this.#room(size);
    this.#bytes.set(size === bytes.length ? bytes : bytes.subarray(from, to), this.#at);
    this.#at += size;
    this.#start = this.#at;
  }

  /** Whole packets, which are handed on as they are: nobody writes over them any more. */
  pass(bytes: Uint8Array): void {
    this.flush();
    this.#emit(bytes, true);
  }

  /** Hands on all whole packets. */
  flush(): void {
    if (this.#start === 0) return;
    const bytes = this.#bytes;
    const mayReuse = this.#emit(this.#start === bytes.length ? bytes : bytes.subarray(0, this.#start), false);
    if (!mayReuse || bytes.length !== SLAB) this.#renew(SLAB);
    this.#start = 0;
    this.#at = 0;
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const begun = this.#at - this.#start;
    const old = this.#bytes;
    const start = this.#start;
    if (start > 0) {
      const mayReuse = this.#emit(old.subarray(0, start), false);
      if (!mayReuse || begun + size > old.length) this.#renew(Math.max(SLAB, begun + size));
      this.#bytes.set(old.subarray(start, start + begun), 0);
    } else {
      this.#renew(Math.max(SLAB, old.length * 2, begun + size));
      this.#bytes.set(old.subarray(0, begun), 0);
    }
    this.#start = 0;
    this.#at = begun;
  }

  #renew(size: number): void {
    this.#bytes = allocate(size);
    this.#view = viewOf(this.#bytes);
  }
}

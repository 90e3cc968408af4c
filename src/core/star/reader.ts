/**
 * Reads one packet after another out of received bytes. Whatever the bytes hold, it throws nothing but `BAD_PACKET`,
 * and looks at nothing outside its packet.
 */
import { HubError } from '../errors.js';
import type { Encoded, Payload } from '../protocol.js';
import { allocate, copyOf, readUtf8, viewOf } from '../bytes.js';
import { AT, FLAG, FORM, HEADER, KIND } from './packet.js';

const NOTHING = new Uint8Array(0);
const NO_VIEW = viewOf(NOTHING);

export class Reader {
  bytes: Uint8Array = NOTHING;
  #view: DataView = NO_VIEW;
  /** The packet is `bytes` from `start` to `end`. */
  start = 0;
  end = 0;
  kind = 0;
  flags = 0;
  member = 0;
  id = 0;
  extra = 0;
  nameLength = 0;
  #nameAt = 0;
  #at = 0;
  /** Whether what is taken out of the packet may go on lying in its memory. */
  #isOurs = false;

  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** Turns to a whole packet, or to what has come of a fragment. `isOurs`: nobody will write over these bytes. */
  open(bytes: Uint8Array, start: number, end: number, isOurs: boolean): this {
    const view = this.#turnTo(bytes, start, end, isOurs);
    this.kind = view.getUint8(start + AT.kind);
    this.flags = view.getUint8(start + AT.flags);
    this.member = view.getUint32(start + AT.member, true);
    this.id = view.getUint32(start + AT.id, true);
    this.extra = view.getUint32(start + AT.extra, true);
    this.nameLength = view.getUint16(start + AT.nameLength, true);
    this.#nameAt = start + HEADER;
    this.#at = this.#nameAt + this.nameLength;
    if (this.#at > end) throw bad('its name is longer than itself');
    return this;
  }

  /** Turns to what is left of a command's packet in a record (`record.ts`): its name and its body. */
  openCommand(bytes: Uint8Array, start: number, end: number, nameLength: number, type: number, number: number, oldest: number): this {
    if (start + nameLength > end) throw bad('its name is longer than itself');
    this.#turnTo(bytes, start, end, false);
    this.nameLength = nameLength;
    this.#nameAt = start;
    this.#at = start + nameLength;
    this.kind = KIND.command;
    this.flags = 0;
    this.member = oldest;
    this.id = number;
    this.extra = type;
    return this;
  }

  /** Turns to what has come of the same fragment since. */
  goOn(bytes: Uint8Array, start: number, end: number, isOurs: boolean): this {
    this.#turnTo(bytes, start, end, isOurs);
    this.nameLength = 0;
    this.#at = start;
    return this;
  }

  /** Lets go of the memory. */
  close(): void {
    this.bytes = NOTHING;
    this.#view = NO_VIEW;
  }

  get name(): string {
    const from = this.#nameAt;
    return this.nameLength === 0 ? '' : readUtf8(this.bytes, from, from + this.nameLength);
  }

  get hasMore(): boolean {
    return this.#at < this.end;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** All the rest, as text. */
  text(): string {
    const from = this.#at;
    this.#at = this.end;
    return from === this.end ? '' : readUtf8(this.bytes, from, this.end);
  }

  string(): string {
    const length = this.u32();
    const from = this.#take(length);
    return length === 0 ? '' : readUtf8(this.bytes, from, from + length);
  }

  payload(): Payload {
    const form = this.u8();
    if (form === FORM.json) return this.string();
    const length = this.u32();
    return this.#encoded(form, this.#take(length), this.#at);
  }

  /** All the rest, as the payload that the flags tell of. */
  rest(): Payload {
    const form = this.flags & FLAG.form;
    if (form === FORM.json) return this.text();
    const from = this.#at;
    this.#at = this.end;
    return this.#encoded(form, from, this.end);
  }

  /** All the rest, which lies in the packet's memory. */
  remaining(): Uint8Array {
    const from = this.#at;
    this.#at = this.end;
    return this.bytes.subarray(from, this.end);
  }

  /** The packet, in memory of its own. */
  copy(): Uint8Array {
    if (this.kind !== KIND.fragment) return this.#kept(this.start, this.end);
    const body = this.remaining();
    const copy = allocate(HEADER + body.length);
    const view = viewOf(copy);
    view.setUint32(AT.length, body.length, true);
    view.setUint32(AT.kind, this.kind, true);
    view.setUint32(AT.member, this.member, true);
    view.setUint32(AT.id, this.id, true);
    view.setUint32(AT.extra, this.extra, true);
    copy.set(body, HEADER);
    return copy;
  }

  /** Where `size` more bytes begin, which are passed over. */
  skip(size: number): number {
    return this.#take(size);
  }

  /** Whether a count from the wire can be true, given that each of so many takes at least `size` bytes. */
  expect(count: number, size: number): void {
    if (count * size > this.end - this.#at) throw bad('it promises more than it holds');
  }

  /** Name and body, which lie in the packet's memory. */
  get content(): Uint8Array {
    return this.bytes.subarray(this.#nameAt, this.end);
  }

  /** How long they are. */
  get length(): number {
    return this.end - this.#nameAt;
  }

  /** Copies name and body, in words: for the short ones that most are, cheaper than any view of them. */
  copyTo(target: DataView, to: number): void {
    const view = this.#view;
    const { end } = this;
    const by = to - this.#nameAt;
    let from = this.#nameAt;
    for (; from + 4 <= end; from += 4) target.setInt32(from + by, view.getInt32(from, true), true);
    for (; from < end; from++) target.setUint8(from + by, view.getUint8(from));
  }

  #turnTo(bytes: Uint8Array, start: number, end: number, isOurs: boolean): DataView {
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.#view = viewOf(bytes);
    }
    this.start = start;
    this.end = end;
    this.#isOurs = isOurs;
    return this.#view;
  }

  #encoded(form: number, from: number, to: number): Encoded {
    return encoded(form, this.#kept(from, to));
  }

  /** Bytes that may be kept: where they lie if that memory holds little else. */
  #kept(from: number, to: number): Uint8Array {
    const isMost = (to - from) * 2 >= this.bytes.buffer.byteLength;
    return this.#isOurs && isMost ? this.bytes.subarray(from, to) : copyOf(this.bytes, from, to);
  }

  #take(size: number): number {
    const from = this.#at;
    if (size > this.end - from) throw bad('it ends too early');
    this.#at = from + size;
    return from;
  }
}

/** Bytes as the payload that the form tells of. */
export function encoded(form: number, bytes: Uint8Array): Encoded {
  if (form === FORM.tagged) return { form: 'tagged', bytes };
  if (form === FORM.buffer) return { form: 'buffer', bytes };
  if (form === FORM.bytes) return { form: 'bytes', bytes };
  if (form === FORM.stream) return { form: 'stream', bytes };
  throw bad(`it has a payload of an unknown form, ${form}`);
}

function bad(what: string): HubError {
  return new HubError('BAD_PACKET', `A packet cannot be read: ${what}. The other end does not speak our protocol, or speaks it wrongly.`);
}

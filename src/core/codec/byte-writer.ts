/** Bytes that grow as they are written: the sizes, strings and numbers of the tagged form. */
import { HubError } from '../errors.js';
import { allocate, utf8Length, writeUtf8 } from '../bytes.js';

const FIRST_ROOM = 256;
/** More than any link takes; here it only keeps the memory from being asked for. */
const MAX_BYTES = 2 ** 31 - 1;

const LONE_SURROGATE = /\p{Surrogate}/u;

const eightBytes = new Uint8Array(8);
const eightByteView = new DataView(eightBytes.buffer);

export class ByteWriter {
  #bytes = allocate(FIRST_ROOM);
  #at = 0;

  /** What has been written, in memory that has a little room left behind it. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#makeRoom(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  /** Any integer from 0 to 2^53 - 1. */
  size(value: number): void {
    this.#makeRoom(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#at] = (rest % 0x80) | 0x80;
      this.#at += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at] = rest;
    this.#at += 1;
  }

  double(value: number): void {
    eightByteView.setFloat64(0, value, true);
    this.raw(eightBytes);
  }

  /** `factor`: by how much the first size is multiplied, for a string that is told from something else by it. */
  string(text: string, factor = 1): void {
    const length = utf8Length(text);
    if (length !== text.length && LONE_SURROGATE.test(text)) {
      this.#wide(text, factor);
      return;
    }
    this.size(length * 2 * factor);
    this.#makeRoom(length);
    this.#at += writeUtf8(this.#bytes, this.#at, text);
  }

  raw(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #wide(text: string, factor: number): void {
    this.size((text.length * 4 + 1) * factor);
    this.#makeRoom(text.length * 2);
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      this.#bytes[this.#at] = unit & 0xff;
      this.#bytes[this.#at + 1] = unit >>> 8;
      this.#at += 2;
    }
  }

  #makeRoom(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    if (needed > MAX_BYTES) {
      throw new HubError('TOO_LARGE', `The value takes more than ${MAX_BYTES} bytes. Send it in parts.`);
    }
    const grown = allocate(Math.min(MAX_BYTES, Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.written);
    this.#bytes = grown;
  }
}

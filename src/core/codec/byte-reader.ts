/**
 * Reads the sizes, strings and numbers of the tagged form. Whatever the bytes are, nothing is read past their end, and
 * no memory is asked for that they do not fill: each length is compared with what is left before it is believed.
 */
import { HubError } from '../errors.js';
import { copyOf, readUtf8, viewOf } from '../bytes.js';

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw malformed('it ends too early');
    this.#at += 1;
    return value;
  }

  size(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let factor = 0x80; factor <= 2 ** 49; factor *= 0x80) {
      const group = this.byte();
      value += (group & 0x7f) * factor;
      if (group < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value;
    }
    throw malformed('a size has no end');
  }

  /** A number of things that take at least `bytesEach`: no more than can follow. */
  count(bytesEach: number): number {
    const count = this.size();
    if (count * bytesEach > this.left) throw malformed('it ends too early');
    return count;
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  string(size = this.size()): string {
    const length = Math.floor(size / 2);
    const from = this.#take(length);
    if (size % 2 === 0) return readUtf8(this.#bytes, from, from + length);
    if (length % 2 !== 0) throw malformed('a text has half a unit');
    return this.#wide(from, from + length);
  }

  /** Memory of its own, for the value to keep. */
  copy(length: number): Uint8Array {
    const from = this.#take(length);
    return copyOf(this.#bytes, from, from + length);
  }

  #wide(from: number, to: number): string {
    const units: string[] = [];
    for (let at = from; at < to; at += 2) units.push(String.fromCharCode(this.#view.getUint16(at, true)));
    return units.join('');
  }

  /** Where the next `length` bytes begin; they are behind us now. */
  #take(length: number): number {
    if (length > this.left) throw malformed('it ends too early');
    const from = this.#at;
    this.#at += length;
    return from;
  }
}

export function malformed(why: string): HubError {
  return new HubError('BAD_PACKET', `A value in tagged form is malformed: ${why}.`);
}

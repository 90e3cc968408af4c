/**
 * An entry whose value is a few bytes. An array of them takes 200 bytes and more beside what is in it, a text no more than
 * 20: so at rest they are a text with a character for each, and an array, made anew, for whoever asks for the value.
 */
import type { Encoded, MapEntry } from '../protocol.js';

/** To be kept. */
export function compact(entry: MapEntry): MapEntry {
  const { value } = entry;
  return typeof value === 'string' || value.bytes.length > FEW ? entry : new BytesEntry(entry.key, entry.version, value);
}

/** To be handed out: data, which a clone of it keeps. */
export function plain(entry: MapEntry): MapEntry {
  return entry instanceof BytesEntry ? { key: entry.key, version: entry.version, value: entry.value } : entry;
}

/** So many are copied, there and back, in a fraction of a microsecond. */
const FEW = 64;

class BytesEntry implements MapEntry {
  readonly key: string;
  readonly version: number;
  readonly #form: Encoded['form'];
  readonly #bytes: string;

  constructor(key: string, version: number, { form, bytes }: Encoded) {
    this.key = key;
    this.version = version;
    this.#form = form;
    // Spread into a call, they would be gone through one by one: that takes seven times as long.
    this.#bytes = Reflect.apply(String.fromCharCode, undefined, bytes);
  }

  get value(): Encoded {
    const { length } = this.#bytes;
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.#bytes.charCodeAt(i);
    return { form: this.#form, bytes };
  }
}

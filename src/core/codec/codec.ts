/**
 * Users' values as payloads, and back. What JSON keeps exactly travels as JSON, for nothing is faster; bytes alone
 * travel as they are; all else takes the tagged form. What arrives is equal to what was sent in all that structured
 * clone keeps (classes of one's own, non-enumerable and symbol properties are not of that), and `Buffer` stays `Buffer`.
 */
import { HubError } from '../errors.js';
import type { Arrival, Encoded, Payload } from '../protocol.js';
import { copyOf, hostBuffer } from '../bytes.js';
import { parseJson } from './json.js';
import { isPlain } from './plain.js';
import { readTagged } from './tagged-reader.js';
import { writeTagged } from './tagged-writer.js';

/**
 * Throws `UNSERIALIZABLE`, with the path to the culprit, for what no other process can have: functions, symbols,
 * promises ...; and `TOO_LARGE` for what is nested too deep. The payload is of this moment: what happens to the value later changes nothing.
 */
export function encode(value: unknown): Payload {
  if (value === undefined) return '';
  return encodeBytes(value) ?? encodeJson(value) ?? { form: 'tagged', bytes: writeTagged(value) };
}

/** Throws nothing but `BAD_PACKET`. Bytes that arrived are the value's from now on: they are not copied. */
export function decode(arrival: Arrival): unknown {
  if (typeof arrival === 'string') return arrival === '' ? undefined : parseJson(arrival);
  if ('value' in arrival) return arrival.value;
  switch (arrival.form) {
    case 'tagged':
      return readTagged(arrival.bytes);
    case 'buffer':
      return asBuffer(arrival.bytes);
    case 'bytes':
      return asBytes(arrival.bytes);
    case 'stream':
      throw new HubError('BAD_PACKET', 'A stream came where only a value can be.');
  }
}

/**
 * Exactly these two classes: one that extends them may hold more than bytes. A copy: what is sent may have to wait for a seat,
 * a route or a second try, and its sender may have changed the bytes by then.
 */
function encodeBytes(value: unknown): Encoded | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === hostBuffer?.prototype) return { form: 'buffer', bytes: copyOf(value as Uint8Array) };
  return prototype === Uint8Array.prototype ? { form: 'bytes', bytes: copyOf(value as Uint8Array) } : undefined;
}

function encodeJson(value: unknown): string | undefined {
  try {
    return isPlain(value) ? JSON.stringify(value) : undefined;
  } catch {
    // A getter threw, or the text is longer than a string can be: the tagged form can do it, or says where it fails.
    return undefined;
  }
}

function asBuffer(bytes: Uint8Array): Uint8Array {
  if (hostBuffer === undefined || Object.getPrototypeOf(bytes) === hostBuffer.prototype) return bytes;
  return hostBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function asBytes(bytes: Uint8Array): Uint8Array {
  if (Object.getPrototypeOf(bytes) === Uint8Array.prototype) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

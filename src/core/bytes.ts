/**
 * Byte arrays, and text in them. UTF-8 is written and read where the caller says, with the host's own `Buffer` where there is
 * one (its methods work on any `Uint8Array`) and the web's `TextEncoder` elsewhere. Both give the same bytes: what is
 * no valid text (a lone surrogate, a broken sequence) becomes U+FFFD, and a byte order mark is text like any other.
 */

/** What we use of Node's `Buffer`, if this host has it. */
export interface HostBuffer {
  readonly prototype: object;
  allocUnsafeSlow(size: number): Uint8Array;
  byteLength(text: string): number;
  from(memory: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

export interface Utf8 {
  /** The caller has made room, `utf8Length(text)` or three bytes for each `text.length`. Gives the bytes written. */
  write(into: Uint8Array, at: number, text: string): number;
  read(bytes: Uint8Array, from: number, to: number): string;
  length(text: string): number;
}

/** The methods that `Buffer` leaves off its types: C++ beneath, and no copy. */
interface HostMethods {
  readonly utf8Write: (this: Uint8Array, text: string, at: number, room: number) => number;
  readonly utf8Slice: (this: Uint8Array, from: number, to: number) => string;
}

/** UTF-8 by the means of the web alone. */
export const portableUtf8: Utf8 = {
  write: (into, at, text) => encoder.encodeInto(text, into.subarray(at)).written,
  read: (bytes, from, to) => decoder.decode(bytes.subarray(from, to)),
  length: countUtf8,
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const hostBuffer: HostBuffer | undefined = findBuffer();

const { write, read, length } = hostBuffer === undefined ? portableUtf8 : hostUtf8(hostBuffer);

/** Text up to this length is written by hand if it is ASCII: cheaper than the way into the host. */
const SHORT = 24;

/** Writes `text` at `at`, where the caller has made room: `utf8Length(text)`, or three bytes for each `text.length`. */
export function writeUtf8(into: Uint8Array, at: number, text: string): number {
  const { length: size } = text;
  if (size > SHORT) return write(into, at, text);
  for (let index = 0; index < size; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return write(into, at, text);
    into[at + index] = unit;
  }
  return size;
}

export function readUtf8(bytes: Uint8Array, from: number, to: number): string {
  return read(bytes, from, to);
}

/** How many bytes `writeUtf8` will write. */
export function utf8Length(text: string): number {
  return length(text);
}

/** Memory to be written in full: not cleared where the host allows that, and nobody else's in any case. */
export function allocate(size: number): Uint8Array {
  return hostBuffer === undefined ? new Uint8Array(size) : hostBuffer.allocUnsafeSlow(size);
}

/** Bytes of one's own: `slice` would do, were it not that a `Buffer`'s gives a view. */
export function copyOf(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array {
  const copy = allocate(to - from);
  copy.set(copy.length === bytes.length ? bytes : bytes.subarray(from, to));
  return copy;
}

/** To read and write numbers in them. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The host's `Buffer`, if its methods do on a plain `Uint8Array` what Node's do: a polyfill's may not. */
function findBuffer(): HostBuffer | undefined {
  const found: unknown = Reflect.get(globalThis, 'Buffer');
  if (typeof found !== 'function') return undefined;
  const buffer = found as unknown as HostBuffer;
  try {
    const utf8 = hostUtf8(buffer);
    const bytes = new Uint8Array(4);
    const works = utf8.write(bytes, 1, 'é') === 2 && utf8.read(bytes, 1, 3) === 'é';
    return works ? buffer : undefined;
  } catch {
    return undefined;
  }
}

function hostUtf8(buffer: HostBuffer): Utf8 {
  const { utf8Write, utf8Slice } = buffer.prototype as HostMethods;
  return {
    write: (into, at, text) => utf8Write.call(into, text, at, into.length - at),
    read: (bytes, from, to) => utf8Slice.call(bytes, from, to),
    length: (text) => buffer.byteLength(text),
  };
}

function countUtf8(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const point = text.codePointAt(index) ?? 0;
    if (point < 0x80) bytes += 1;
    else if (point < 0x800) bytes += 2;
    else if (point < 0x10000) bytes += 3;
    else {
      bytes += 4;
      index += 1;
    }
  }
  return bytes;
}

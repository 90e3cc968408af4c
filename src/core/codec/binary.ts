/** Bytes in their many classes: which one a value is, what its bytes are, and the value again from bytes. */
import { hostBuffer } from '../bytes.js';
import { BINARY_KINDS, type BinaryKind } from './tags.js';

type Binary = ArrayBuffer | ArrayBufferView;

interface Items {
  readonly width: number;
  readonly over: (memory: ArrayBufferLike, offset: number, length: number) => object;
}

const ITEMS: { readonly [K in BinaryKind]?: Items } = {
  Uint8Array: itemsOf(Uint8Array),
  Int8Array: itemsOf(Int8Array),
  Uint8ClampedArray: itemsOf(Uint8ClampedArray),
  Int16Array: itemsOf(Int16Array),
  Uint16Array: itemsOf(Uint16Array),
  Int32Array: itemsOf(Int32Array),
  Uint32Array: itemsOf(Uint32Array),
  Float32Array: itemsOf(Float32Array),
  Float64Array: itemsOf(Float64Array),
  BigInt64Array: itemsOf(BigInt64Array),
  BigUint64Array: itemsOf(BigUint64Array),
  ...float16(),
};

const hostIsBigEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0;

/** A typed array says its class itself, whatever has been made of it: one that extends it, or one of another realm. */
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get;

/** `undefined`: a class that is younger than this package. */
export function binaryKind(binary: Binary): BinaryKind | undefined {
  if (!ArrayBuffer.isView(binary)) return 'ArrayBuffer';
  if (Object.getPrototypeOf(binary) === hostBuffer?.prototype) return 'Buffer';
  const name: unknown = typedArrayName?.call(binary) ?? 'DataView';
  return BINARY_KINDS.find((kind) => kind === name);
}

/** Of a view only what it shows: the memory around it may be anybody's. Two views of one memory have each their own then. */
export function bytesOf(binary: Binary, kind: BinaryKind): Uint8Array {
  const bytes = ArrayBuffer.isView(binary)
    ? new Uint8Array(binary.buffer, binary.byteOffset, binary.byteLength)
    : new Uint8Array(ArrayBuffer.prototype.slice.call(binary, 0));
  return hostIsBigEndian ? swapped(bytes, kind) : bytes;
}

/** The bytes are the value's from now on, and alone in their memory. `undefined`: this host has no such class, or they are no whole items. */
export function binaryFrom(kind: BinaryKind, bytes: Uint8Array): object | undefined {
  const { buffer, byteOffset, byteLength } = hostIsBigEndian ? swapped(bytes, kind) : bytes;
  if (kind === 'ArrayBuffer') return buffer;
  if (kind === 'DataView') return new DataView(buffer, byteOffset, byteLength);
  if (kind === 'Buffer' && hostBuffer !== undefined) return hostBuffer.from(buffer, byteOffset, byteLength);

  const items = ITEMS[kind === 'Buffer' ? 'Uint8Array' : kind];
  if (items === undefined || byteLength % items.width !== 0) return undefined;
  return items.over(buffer, byteOffset, byteLength / items.width);
}

/** A copy with the bytes of each item in the other order. */
export function swapped(bytes: Uint8Array, kind: BinaryKind): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const width = ITEMS[kind]?.width ?? 1;
  for (let at = 0; at + width <= copy.length; at += width) copy.subarray(at, at + width).reverse();
  return copy;
}

interface ItemsClass {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: ArrayBufferLike, offset: number, length: number): object;
}

function itemsOf(Class: ItemsClass): Items {
  return { width: Class.BYTES_PER_ELEMENT, over: (memory, offset, length) => new Class(memory, offset, length) };
}

/** Younger than the hosts we run on. */
function float16(): { readonly Float16Array?: Items } {
  const found: unknown = Reflect.get(globalThis, 'Float16Array');
  return typeof found === 'function' ? { Float16Array: itemsOf(found as unknown as ItemsClass) } : {};
}

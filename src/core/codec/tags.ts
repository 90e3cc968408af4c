/**
 * The tagged form: what comes before each value in it. Numbers here are what travels, so they are never reused.
 *
 * - `size` is an unsigned number in groups of seven bits, lowest first, the high bit set on all groups but the last.
 * - `string` is `size` of 2 * bytes + wide, then the bytes: UTF-8, or UTF-16 LE where `wide` is 1 (for lone surrogates).
 * - `key` is `size` of 2 * n + 1 for the nth new key of this value; or of 2 * s, s being the first size of a new string.
 * - `properties` is `size` of them, then a key and a value for each.
 * - Objects are numbered from 0 as they begin; a `reference` says the number of one that has begun before it.
 */
export const TAG = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  /** size: zigzag of an int32 */
  integer: 4,
  /** 8 bytes, IEEE 754, little endian */
  double: 5,
  /** size, then the magnitude, highest byte first */
  bigint: 6,
  negativeBigint: 7,
  /** string */
  text: 8,
  /** size: the object's number */
  reference: 9,
  /** properties */
  object: 10,
  /** size, then the values */
  array: 11,
  /** size: `length`, then properties: an array with holes, or with more on it than its items */
  sparseArray: 12,
  /** size, then a key and a value for each, both values */
  map: 13,
  /** size, then the values */
  set: 14,
  /** 8 bytes as of a double: ms, NaN if it is no time */
  date: 15,
  /** string: source; string: flags */
  regexp: 16,
  /** the primitive value that a Number, String, Boolean or BigInt object holds */
  boxed: 17,
  /** byte: its place in `BINARY_KINDS`; size, then the bytes */
  binary: 18,
  /** byte: its place in `ERROR_CLASSES`; strings: name, message, stack; value: code; values or `absent`: cause, errors; properties */
  error: 19,
  /** in place of an optional value */
  absent: 20,
} as const;

/** The order is the wire's. The items of all are little endian. */
export const BINARY_KINDS = [
  'ArrayBuffer',
  'DataView',
  'Buffer',
  'Uint8Array',
  'Int8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
] as const;

export type BinaryKind = (typeof BINARY_KINDS)[number];

/** The order is the wire's. Errors of any other name are an `Error` with that name. */
export const ERROR_CLASSES = [
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'ReferenceError',
  'EvalError',
  'URIError',
  'AggregateError',
  'HubError',
] as const;

export type ErrorClass = (typeof ERROR_CLASSES)[number];

/** How deep a value may be nested, either way: as deep as recursion is safe, and deeper than data is. */
export const MAX_DEPTH = 512;

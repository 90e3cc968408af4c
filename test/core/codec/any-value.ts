/** Arbitrary values of every kind that crosses processes. */
import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';

const anyKey = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', 'length', '0', 'stack', 'message', 'name', 'cause'),
);

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
);

const anyPrimitive = fc.oneof(
  anyText,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31), undefined, null, true, false),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
);

const anyBytes = fc.uint8Array({ maxLength: 20 });

const anyBinary = fc.oneof(
  anyBytes,
  anyBytes.map((bytes) => Buffer.from(bytes)),
  anyBytes.map((bytes) => bytes.slice().buffer),
  anyBytes.map((bytes) => new DataView(bytes.buffer, Math.min(3, bytes.length))),
  fc.int8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);

const anyLeaf = fc.oneof(
  { weight: 4, arbitrary: anyPrimitive },
  anyBinary,
  // Node's `deepStrictEqual` finds no two invalid dates equal: those have a specification of their own.
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(/a+/giu, /[/\]]\n/, new RegExp('')),
  fc.oneof(fc.boolean(), fc.double(), fc.string(), fc.bigInt()).map((primitive) => Object(primitive) as object),
);

const { value: anyTree } = fc.letrec<{ value: unknown; properties: [string, unknown][] }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    anyLeaf,
    tie('properties').map(ownProperties),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.tuple(fc.nat(40), tie('properties')).map(sparseArray),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((values) => new Set(values)),
    fc.tuple(tie('value'), fc.string()).map(([cause, message]) => new RangeError(message, { cause })),
    fc.tuple(fc.array(tie('value'), { maxLength: 3 }), fc.string()).map(([errors, message]) => new AggregateError(errors, message)),
    fc.tuple(anyText, tie('value')).map(([message, detail]) => Object.assign(new Error(message), { code: 'E', detail })),
    tie('value').map((value) => [value, { again: value }, value]),
    tie('value').map(ring),
  ),
  properties: fc.array(fc.tuple(anyKey, tie('value')), { maxLength: 4 }),
}));

export { anyTree as anyValue };

/** JSON knows -0, but does not write it. */
export const anyPlainValue = fc.jsonValue().filter((value) => isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value));

function ownProperties(entries: readonly (readonly [string, unknown])[]): object {
  return defineAll({}, entries);
}

function sparseArray([length, entries]: [number, [string, unknown][]]): unknown[] {
  const array: unknown[] = [];
  array.length = length;
  const others = entries.filter(([key]) => key !== 'length');
  return defineAll(array, [...others, [String(length >> 1), 'item']]);
}

function ring(value: unknown): unknown {
  const around = new Map<unknown, unknown>([['value', value]]);
  around.set('self', { around, also: new Set([around]) });
  return around;
}

function defineAll<T extends object>(object: T, entries: readonly (readonly [string, unknown])[]): T {
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

import { expect } from 'chai';

import { isPlain } from '../../../src/core/codec/plain.js';

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe('Plain values', () => {
  const plain: Record<string, unknown> = {
    null: null,
    'an empty text': '',
    'half a pair, which JSON escapes': '\ud800',
    'a number': 1.5,
    'an object': { id: 1, tags: ['a', 'b'], at: { x: 0 } },
    'an object without a prototype': Object.assign(Object.create(null), { a: 1 }),
    'an own __proto__': JSON.parse('{"__proto__":{"a":1}}'),
    'a property that is not shown': Object.defineProperty({}, 'hidden', { value: undefined }),
  };
  for (const [name, value] of Object.entries(plain)) {
    it(`are such as ${name}`, () => {
      expect(isPlain(value)).to.equal(true);
    });
  }

  const notPlain: Record<string, unknown> = {
    undefined,
    'undefined inside': { a: undefined },
    NaN: [Number.NaN],
    Infinity,
    'minus zero': { a: -0 },
    'a BigInt': 1n,
    'a function': () => 1,
    'a symbol': Symbol.iterator,
    'a Date': new Date(0),
    'a Map': new Map(),
    'bytes': Uint8Array.of(1),
    'an instance of a class': new (class Point {})(),
    'a hole': [1, , 3],
    'an array with a property': Object.assign([1, 2], { total: 3 }),
    'what says its own JSON': { toJSON: () => 1 },
    'what hides that it says its own JSON': Object.defineProperty({}, 'toJSON', { value: () => 1 }),
    'a deep value': nested(101),
  };
  for (const [name, value] of Object.entries(notPlain)) {
    it(`are not such as ${name}`, () => {
      expect(isPlain(value)).to.equal(false);
    });
  }

  it('have no cycle', () => {
    const ring: { next?: unknown } = {};
    ring.next = ring;

    expect(isPlain(ring)).to.equal(false);
  });

  it('do not grow without bound when they are written out', () => {
    let value: unknown = {};
    for (let level = 0; level < 60; level += 1) value = { left: value, right: value };

    expect(isPlain(value)).to.equal(false);
  });
});

import { deepStrictEqual } from 'node:assert';
import { runInNewContext } from 'node:vm';

import { expect } from 'chai';
import fc from 'fast-check';

import { decode, encode } from '../../../src/core/codec/codec.js';
import { readTagged } from '../../../src/core/codec/tagged-reader.js';
import { writeTagged } from '../../../src/core/codec/tagged-writer.js';
import { HubError } from '../../../src/core/errors.js';
import type { Encoded, Payload } from '../../../src/core/protocol.js';
import { anyPlainValue, anyValue } from './any-value.js';

function crossed<T>(value: T): T {
  return decode(encode(value)) as T;
}

function tagged(...bytes: number[]): Encoded {
  return { form: 'tagged', bytes: Uint8Array.from(bytes) };
}

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level += 1) value = [value];
  return value;
}

describe('The codec', () => {
  it('gives back any value that can cross processes', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        deepStrictEqual(crossed(value), value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives back a date that is none', () => {
    const [once, again] = crossed<readonly Date[]>(((date) => [date, date])(new Date(Number.NaN)));

    expect(once).to.be.instanceOf(Date);
    expect(once?.getTime()).to.be.NaN;
    expect(again).to.equal(once);
  });

  it('gives back by either road what JSON keeps', () => {
    fc.assert(
      fc.property(anyPlainValue, (value) => {
        const payload = encode(value);

        expect(payload).to.equal(JSON.stringify(value));
        deepStrictEqual(decode(payload), value);
        deepStrictEqual(readTagged(writeTagged(value)), value);
      }),
    );
  });

  it('sends undefined as nothing', () => {
    expect(encode(undefined)).to.equal('');
    expect(decode('')).to.equal(undefined);
    expect(crossed('')).to.equal('');
  });

  it('passes on what came parsed', () => {
    const value = { a: 1 };

    expect(decode({ value })).to.equal(value);
  });

  it('sees the value at the call', () => {
    const value = { list: new Set([1]) };
    const payload = encode(value);

    value.list.add(2);

    expect(decode(payload)).to.deep.equal({ list: new Set([1]) });
  });

  describe('of bytes', () => {
    it('keeps them as they were when they were sent', () => {
      const bytes = Buffer.from('abc');

      const payload = encode(bytes);
      bytes.fill(0);

      deepStrictEqual(decode(payload), Buffer.from('abc'));
    });

    it('sends them as they are, and keeps whether they were a Buffer', () => {
      for (const value of [Buffer.from('abc'), Uint8Array.of(1, 2)]) {
        const payload = encode(value) as Encoded;

        deepStrictEqual([...payload.bytes], [...value]);
        deepStrictEqual(decode(payload), value);
      }
    });

    it('keeps the class also when the wire has another', () => {
      const bytes = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);

      deepStrictEqual(decode({ form: 'buffer', bytes }), Buffer.from([2, 3]));
      deepStrictEqual(decode({ form: 'bytes', bytes: Buffer.from(bytes) }), Uint8Array.of(2, 3));
    });

    it('sends what a view shows, and nothing of the memory around it', () => {
      const secret = new Uint8Array(1_000).fill(42);

      const view = crossed({ view: secret.subarray(10, 12) }).view;

      expect(view.buffer.byteLength).to.equal(2);
    });

    it('takes a class that extends them for the class that it extends', () => {
      class Hash extends Uint8Array {}

      deepStrictEqual(crossed<Uint8Array>(Hash.of(1, 2)), Uint8Array.of(1, 2));
    });
  });

  describe('of objects', () => {
    it('keeps which are the same', () => {
      const shared = { at: new Date(0) };

      const { left, right } = crossed({ left: shared, right: new Map([[shared, shared]]) });

      expect([...right]).to.deep.equal([[left, left]]);
      expect([...right.keys()][0]).to.equal(left);
    });

    it('keeps an own __proto__, and touches no prototype', () => {
      const value = JSON.parse('{"__proto__":{"polluted":true}}') as object;

      for (const copy of [crossed(value), crossed({ value, extra: undefined }).value]) {
        expect(Object.getPrototypeOf(copy)).to.equal(Object.prototype);
        expect(Object.keys(copy)).to.deep.equal(['__proto__']);
      }
      expect({}).not.to.have.property('polluted');
    });

    it('makes plain objects of instances, with what they show', () => {
      class Point {
        readonly x = 1;
        readonly #y = 2n;
        get y(): bigint {
          return this.#y;
        }
      }

      deepStrictEqual(crossed<object>(new Point()), { x: 1 });
    });

    it('knows the objects of other realms', () => {
      const value: unknown = runInNewContext('({ map: new Map([[1, new Date(0)]]), error: new TypeError("no"), bytes: new Uint16Array(2), re: /x/g })');

      const copy = crossed(value) as { error: unknown };

      deepStrictEqual({ ...copy, error: undefined }, { map: new Map([[1, new Date(0)]]), error: undefined, bytes: new Uint16Array(2), re: /x/g });
      expect(copy.error).to.be.instanceOf(TypeError).with.property('message', 'no');
    });

    it('reserves no memory for holes', () => {
      const sparse: number[] = [];
      sparse[30_000_000] = 1;

      const copy = crossed(sparse);

      expect(copy.length).to.equal(30_000_001);
      expect(Object.keys(copy)).to.deep.equal(['30000000']);
    });
  });

  describe('of errors', () => {
    it('keeps the classes that every host has', () => {
      for (const Class of [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError]) {
        expect(crossed(new Class('no'))).to.be.instanceOf(Class).with.property('message', 'no');
      }
      expect(crossed(new AggregateError([new Error('a')], 'all')).errors[0]).to.be.instanceOf(Error);
      expect(crossed(new HubError('CLOSED', 'It is closed.'))).to.be.instanceOf(HubError).with.property('code', 'CLOSED');
    });

    it('keeps the name of any other, and the stack as text', () => {
      class OrderError extends Error {
        override readonly name = 'OrderError';
        readonly order = 17;
      }
      const error = new OrderError('no such order');

      const copy = crossed<Error>(error);

      expect(copy).to.be.instanceOf(Error).that.includes({ name: 'OrderError', message: 'no such order', order: 17, stack: error.stack });
    });

    it('takes an error of the platform for one of its name and code', () => {
      const copy = crossed<unknown>(AbortSignal.abort().reason);

      expect(copy).to.be.instanceOf(Error).that.includes({ name: 'AbortError', code: 20 });
    });

    it('keeps a cause that is the error itself', () => {
      const error = new Error('round');
      error.cause = error;

      const copy = crossed(error);

      expect(copy.cause).to.equal(copy);
    });
  });

  describe('refuses, with the path to it,', () => {
    const getter = Object.defineProperty({}, 'b', {
      enumerable: true,
      get() {
        throw new RangeError('not yet');
      },
    });
    const refused: [string, unknown, string][] = [
      ['a function', { a: [1, 2, 3, { b: () => 1 }] }, '$.a[3].b is a function'],
      ['a symbol', Symbol('s'), '$ is a symbol'],
      ['a symbol in a box', [Object(Symbol('s'))], '$[0] is a symbol'],
      ['a promise', { late: Promise.resolve() }, '$.late is a Promise'],
      ['a WeakMap', new Map([['a', new WeakMap()]]), '$.values[0] is a WeakMap'],
      ['a WeakSet', new Map([[new WeakSet(), 1]]), '$.keys[0] is a WeakSet'],
      ['a WeakRef', new Set([1, new WeakRef({})]), '$.values[1] is a WeakRef'],
      ['shared memory', { 'a b': new SharedArrayBuffer(1) }, '$["a b"] is a SharedArrayBuffer'],
      ['what hides all that it holds', { link: new URLSearchParams('a=1') }, '$.link is a URLSearchParams'],
      ['a function in an error', new Error('no', { cause: { f: () => 1 } }), '$.cause.f is a function'],
      ['a getter that throws', { a: getter }, '$.a.b could not be read (not yet)'],
      ['what only looks like a Map', [Object.create(Map.prototype)], '$[0] could not be read'],
    ];
    for (const [name, value, message] of refused) {
      it(name, () => {
        expect(() => encode(value)).to.throw(HubError, message).with.property('code', 'UNSERIALIZABLE');
      });
    }

    it('and with what a getter threw', () => {
      expect(() => encode(getter)).to.throw(HubError).with.property('cause').that.is.instanceOf(RangeError);
    });

    it('what is nested deeper than 512 levels', () => {
      deepStrictEqual(crossed(nested(512)), nested(512));
      expect(() => encode(nested(513))).to.throw(HubError, '512 levels').with.property('code', 'TOO_LARGE');
    });
  });

  describe('of bytes from anybody', () => {
    it('throws nothing but BAD_PACKET', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => readsOrRefuses({ form: 'tagged', bytes })),
        { numRuns: 5_000 },
      );
    });

    it('throws nothing but BAD_PACKET when good bytes were changed', () => {
      const change = fc.tuple(fc.nat(), fc.nat(255));
      fc.assert(
        fc.property(anyValue, fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(), (value, changes, cut) => {
          const bytes = writeTagged(value).slice();
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;

          readsOrRefuses({ form: 'tagged', bytes });
          readsOrRefuses({ form: 'tagged', bytes: bytes.subarray(0, cut % bytes.length) });
        }),
        { numRuns: 2_000 },
      );
    });

    const malformed: Record<string, Encoded> = {
      'no bytes': tagged(),
      'more bytes than the value has': tagged(1, 1),
      'an unknown tag': tagged(99),
      'an optional value that is absent where it may not be': tagged(11, 1, 20),
      'a reference to what has not been': tagged(9, 0),
      'a size without an end': tagged(8, 255, 255, 255, 255, 255, 255, 255, 255, 255),
      'a text longer than what is left': tagged(8, 0xfe, 255, 255, 255, 7),
      'more items than bytes': tagged(11, 255, 255, 255, 255, 7),
      'more bytes than there are': tagged(18, 3, 255, 255, 255, 255, 7),
      'half an item': tagged(18, 6, 3, 0, 0, 0),
      'a pattern that is none': tagged(16, 2, 0x28, 0),
      'an array with its own length': tagged(12, 1, 1, 24, ...new TextEncoder().encode('length'), 1),
    };
    for (const [name, payload] of Object.entries(malformed)) {
      it(`refuses ${name}`, () => {
        expect(() => decode(payload)).to.throw(HubError).with.property('code', 'BAD_PACKET');
      });
    }

    it('refuses what is nested too deep, and what goes on nesting without an end', () => {
      const deep = Uint8Array.from({ length: 1_000_000 }, (_, index) => (index % 2 === 0 ? 11 : 1));

      expect(() => decode({ form: 'tagged', bytes: deep })).to.throw(HubError, '512 levels').with.property('code', 'BAD_PACKET');
    });

    it('asks for no memory that the bytes do not fill', () => {
      const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;

      const arrays = Array.from({ length: 20 }, () => decode(tagged(12, 0x80, 0x80, 0x80, 0x0f, 0)) as unknown[]);

      expect(arrays.map((array) => array.length)).to.deep.equal(arrays.map(() => 31_457_280));
      expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).to.be.below(10_000_000);
    });
  });
});

function readsOrRefuses(payload: Payload): void {
  try {
    decode(payload);
  } catch (error) {
    expect(error).to.be.instanceOf(HubError).with.property('code', 'BAD_PACKET');
  }
}

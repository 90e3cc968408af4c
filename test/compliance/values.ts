/** Values arrive as what they were, on every way through a group. */
import { deepStrictEqual } from 'node:assert/strict';
import { expect } from 'chai';
import type { Meet } from './suite.js';

const cycle: Record<string, unknown> = { name: 'cycle' };
cycle['self'] = [cycle];

const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  'undefined, alone and inside': [undefined, { a: undefined }, [undefined, 1]],
  'null, booleans and texts': [null, true, false, '', 'text', 'ключ 🔑', '\0', '\ud800 lone'],
  numbers: [0, -0, 1, -1.5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, [-0, NaN]],
  bigints: [0n, -1n, 2n ** 64n, -(2n ** 200n), [1n]],
  dates: [new Date(0), new Date(1_700_000_000_123), { at: new Date(5) }],
  'regular expressions': [/a+b/, /ü/giu, [/x/y]],
  maps: [new Map(), new Map<unknown, unknown>([[1, 'one'], [{ a: 1 }, new Map([['deep', new Set([1])]])]])],
  sets: [new Set(), new Set<unknown>([1, '1', NaN, new Set(['deep'])])],
  buffers: [Buffer.alloc(0), Buffer.from('bytes'), { inside: Buffer.from([0, 255]) }],
  'typed arrays': [new Uint8Array([1, 2]), new Float64Array([1.5, NaN]), new BigInt64Array([-1n]), [new Int16Array([-1, 300])], new Uint8Array(new Uint8Array([1, 2, 3]).buffer, 1, 1)],
  'array buffers': [new Uint8Array([1, 2, 3]).buffer, { view: new DataView(new Uint8Array([9, 8]).buffer) }],
  cycles: [cycle],
  'objects with any key': [{ '': 1, constructor: 2, toString: 3, then: 4 }, JSON.parse('{"__proto__": {"polluted": true}}')],
  'lists, also long and deep ones': [[], [[[[]]]], Array.from({ length: 10_000 }, (_, n) => n), { a: { b: { c: { d: { e: [{}] } } } } }],
};

export function values(meet: Meet): void {
  describe('carries', () => {
    for (const [kind, samples] of Object.entries(SAMPLES)) {
      it(kind, async () => {
        const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
        await bob.run(({ hub, log }) => {
          hub.on('sample', (value) => log().push(value));
          hub.handle('same', (value) => value);
        });
        await group.settled();

        for (const [index, sample] of samples.entries()) {
          for (const sender of [ann, cid]) {
            await sender.run(({ hub }, value) => hub.broadcast('sample', value), sample);
            const reply = await sender.run(({ hub }, value) => hub.request('same', value), sample);
            await sender.run(({ hub }, value) => hub.state('samples').set('sample', value), sample);
            const stored = await bob.run(({ hub }) => hub.state('samples').get('sample'));
            const [told] = (await bob.run(({ log }, count) => log().reach(count), index * 2 + (sender === ann ? 1 : 2))).slice(-1);

            for (const arrived of [told, reply, stored]) deepStrictEqual(arrived, sample);
          }
        }
      });
    }

    it('a date that is none', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => void hub.handle('same', (value) => value));
      await group.settled();

      const arrived = await ann.run(({ hub }) => hub.request<Date>('same', new Date(NaN)));

      expect(arrived).to.be.an.instanceof(Date);
      expect(arrived.getTime()).to.deep.equal(NaN);
    });

    it('errors, as values like any other', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => void hub.handle('same', (value) => value));
      await group.settled();

      const arrived = await ann.run(async ({ hub }) => {
        const sent = Object.assign(new TypeError('outer', { cause: new Error('inner', { cause: 'text' }) }), { code: 'E_CODE', detail: new Map([[1, 2]]) });
        const error = await hub.request<typeof sent>('same', sent);
        const cause = error.cause as Error;
        return [error instanceof TypeError, error.name, error.message, error.code, error.detail, cause instanceof Error, cause.message, cause.cause];
      });

      expect(arrived).to.deep.equal([true, 'TypeError', 'outer', 'E_CODE', new Map([[1, 2]]), true, 'inner', 'text']);
    });

    it('several errors in one', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => void hub.handle('same', (value) => value));
      await group.settled();

      const arrived = await ann.run(async ({ hub }) => {
        const error = await hub.request<AggregateError>('same', new AggregateError([new RangeError('one'), 'two'], 'both'));
        return [error instanceof AggregateError, error.message, error.errors[0] instanceof RangeError, error.errors[1]];
      });

      expect(arrived).to.deep.equal([true, 'both', true, 'two']);
    });

    it('an instance of a class as the plain object that its own fields make', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => void hub.handle('same', (value) => value));
      await group.settled();

      const arrived = await ann.run(({ hub }) => {
        class Point {
          readonly x = 1;
          readonly y = new Date(2);
          get sum(): number {
            return this.x;
          }
        }
        return hub.request('same', new Point());
      });

      deepStrictEqual(arrived, { x: 1, y: new Date(2) });
    });

    it('no prototype: a key `__proto__` stays a key (pitfall 4)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        hub.handle('look', (value: object) => [Object.hasOwn(value, '__proto__'), 'polluted' in value, 'polluted' in {}]);
      });
      await group.settled();

      expect(await ann.run(({ hub }) => hub.request('look', JSON.parse('{"__proto__": {"polluted": true}}')))).to.deep.equal([true, false, false]);
      expect(await ann.run(({ hub }) => hub.request('look', { ...JSON.parse('{"__proto__": {"polluted": true}}'), tagged: 1n, ['__proto__']: { polluted: true } }))).to.deep.equal([true, false, false]);
    });
  });
}

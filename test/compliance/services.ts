/** Services: an object of one member, called by all others as if it was theirs, and nothing more of it than was given. */
import { expect } from 'chai';
import type { RemoteFunction } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

interface Sums {
  add(...numbers: number[]): number;
  later(value: unknown): Promise<unknown>;
  fail(): never;
  name(): string;
}

const exposeSums = (peer: Peer): Promise<void> =>
  peer.run(({ hub }) => {
    class Base {
      add(...numbers: number[]): number {
        return numbers.reduce((sum, number) => sum + number, 0);
      }
    }
    class Sums extends Base {
      readonly #start = 10;
      async later(value: unknown): Promise<unknown> {
        return value;
      }
      fail(): never {
        throw Object.assign(new RangeError('no'), { code: 'E_NO' });
      }
      name(): string {
        return `${hub.member.name} ${this.#start}`;
      }
    }
    hub.expose('sums', new Sums());
  });

interface Desk {
  each(count: number, visit: (n: number) => unknown): Promise<unknown[]>;
  nested(options: { readonly visitors: readonly ((n: number) => unknown)[] }): Promise<unknown[]>;
  keep(listener: (...args: number[]) => unknown): void;
  retain(listener: (...args: number[]) => unknown): void;
  release(listener: (...args: number[]) => unknown): void;
}

/** It calls back, and keeps what it is told to keep under "kept". */
const exposeDesk = (peer: Peer): Promise<void> =>
  peer.run(({ hub, keep, kept, log }) => {
    hub.expose('desk', {
      async each(count: number, visit: (n: number) => unknown): Promise<unknown[]> {
        const visited: unknown[] = [];
        for (let n = 0; n < count; n++) visited.push(await visit(n));
        return visited;
      },
      nested: ({ visitors }: { visitors: ((n: number) => unknown)[] }) => Promise.all(visitors.map((visit, n) => visit(n))),
      keep: (listener: RemoteFunction) => void keep('kept', listener),
      retain: (listener: RemoteFunction) => void keep('kept', listener.retain()),
      release: (listener: RemoteFunction) => {
        log('same').push(listener === kept('kept'));
        listener.release();
      },
    });
  });

/** What is given to the function that the desk has kept, and what comes of it: a value, or a code. */
const callKept = (peer: Peer, ...args: number[]): Promise<unknown> =>
  peer.run(async ({ kept }, given) => kept<RemoteFunction>('kept')(...given).catch((error: { readonly code?: string }) => error.code), args);

/** An object with the events of an `EventTarget`; `ring` makes one happen. */
const exposeBell = (peer: Peer): Promise<void> =>
  peer.run(({ hub, keep, log }) => {
    class Bell {
      readonly #listeners = new Set<(...args: unknown[]) => void>();
      on(_event: string, listener: (...args: unknown[]) => void): void {
        this.#listeners.add(listener);
        log('listeners').push(this.#listeners.size);
      }
      off(_event: string, listener: (...args: unknown[]) => void): void {
        this.#listeners.delete(listener);
        log('listeners').push(this.#listeners.size);
      }
      ring(...args: unknown[]): void {
        for (const listener of this.#listeners) listener(...args);
      }
      peal(count: number): void {
        for (let n = 0; n < count; n++) this.ring(n);
      }
    }
    keep('exposed', hub.expose('bell', new Bell()));
  });

interface Bell {
  ring(...args: unknown[]): void;
  peal(count: number): void;
}

/** Names that no service answers to, whatever its object is. */
const NEVER = [
  'constructor', '__proto__', 'prototype', 'then', 'toJSON', 'hasOwnProperty', 'isPrototypeOf', 'toString', 'valueOf', 'bind', 'call', 'apply', 'name', 'length', 'arguments',
  '__defineGetter__', '__lookupSetter__', 'constructor.constructor', '', 'map', 'field', 'getter', '_hidden', '#secret', 'emit', 'on', 'removeAllListeners',
];

export function services(meet: Meet): void {
  describe('calls services', () => {
    it('with what was given, and gets what came of it', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await exposeSums(bob);
      await group.settled();

      for (const peer of [bob, cid]) {
        const results = await peer.run(async ({ hub }) => {
          const sums = hub.service<Sums>('sums');
          return [await sums.add(1, 2, 3), await sums.add(), await sums.later(new Map([[1, new Date(2)]])), await sums.later(undefined), await sums.name()];
        });
        expect(results).to.deep.equal([6, 0, new Map([[1, new Date(2)]]), undefined, 'bob 10']);
        expect(await rejection(peer.run(({ hub }) => hub.service<Sums>('sums').fail()))).to.include({ name: 'RangeError', message: 'no', code: 'E_NO' });
      }
    });

    it('of several members in turn', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, bob]) await exposeSums(peer);
      await group.settled();

      const names = await cid.run(async ({ hub }) => {
        const sums = hub.service<Sums>('sums');
        return [await sums.name(), await sums.name(), await sums.name(), await sums.name()];
      });

      expect([...names].sort()).to.deep.equal(['ann 10', 'ann 10', 'bob 10', 'bob 10']);
    });

    it('which are no promises, and show nothing', async () => {
      const { ann } = await meet('ann');
      await exposeSums(ann);

      const shown = await ann.run(async ({ hub }) => {
        const given = hub.service<Sums>('sums');
        const awaited = await (async () => given)();
        const strange = given as unknown as Record<string, unknown>;
        return [awaited === given, String(given), JSON.stringify({ given }), Object.keys(given), 'add' in given, strange['then'], strange['constructor'], given.add === given.add];
      });

      expect(shown).to.deep.equal([true, '[service "sums"]', '{"given":"[service \\"sums\\"]"}', [], false, undefined, undefined, true]);
    });

    it('and nothing else of their objects, whoever asks and however (pitfall 9)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => {
        class Target extends EventTarget {
          field = () => 'own';
          data = 1;
          get getter(): () => void {
            log('touched').push('getter');
            return () => {};
          }
          _hidden(): string {
            return 'hidden';
          }
          open(): string {
            return 'open';
          }
        }
        const target = new Target();
        Object.defineProperty(target, 'field', { value: 'no function' });
        hub.expose('target', target);
      });
      await group.settled();

      for (const name of NEVER) {
        const error = await rejection(bob.run(({ hub }, method) => hub.request('interhub.service:target', [method, []]), name));
        expect(error, name).to.include({ name: 'TypeError' });
        expect(error.message, name).to.match(/^The service "target" has no method ".*" that other processes may call[.]/);
      }
      for (const input of [undefined, null, 1, {}, [], ['open'], [['open'], []], ['open', {}], [{ toString: 1 }, []], ['open', [], [[1, ['__proto__', 'x']]]], ['open', [{}], [[1, [0, 'toString']]]], [5, []]]) {
        expect(await rejection(bob.run(({ hub }, raw) => hub.request('interhub.service:target', raw), input)), JSON.stringify(input)).to.include({ name: 'TypeError' });
      }
      for (const [number, args] of [[0, []], [1, []], ['constructor', []]]) {
        expect(await rejection(bob.run(({ hub }, raw) => hub.request('interhub.function', raw), [number, args]))).to.include({ code: 'NO_RECEIVER' });
      }
      expect(await bob.run(({ hub }) => hub.service<{ open(): string }>('target').open())).to.equal('open');
      expect(await ann.run(({ log }) => log('touched').entries)).to.deep.equal([]);
    });

    it('as far as they are listed', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub }) => {
        hub.expose('listed', { toString: () => 1, two: () => 2, bind: () => 3 }, { methods: ['toString', 'bind'] });
      });
      await group.settled();

      const results = await bob.run(async ({ hub, rejection }) => {
        const listed = hub.service<{ two(): number; bind(): number }>('listed');
        return [await hub.request('interhub.service:listed', ['toString', []]), await listed.bind(), (await rejection(listed.two())).name];
      });

      expect(results).to.deep.equal([1, 3, 'TypeError']);
    });

    it('with functions, which they may call until they have answered', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await exposeDesk(ann);
      await group.settled();

      const results = await bob.run(async ({ hub, rejection }) => {
        const desk = hub.service<Desk>('desk');
        const failing = rejection<Error>(desk.each(1, () => Promise.reject(new RangeError('not me'))));
        const nested = desk.nested({ visitors: [(n) => n, (n) => n + 10, async (n) => [n]] });
        return [await desk.each(3, (n) => new Date(n)), await nested, (await failing).name, await desk.keep(() => 'late')];
      });

      expect(results).to.deep.equal([[new Date(0), new Date(1), new Date(2)], [0, 11, [2]], 'RangeError', undefined]);
      expect(await callKept(ann)).to.equal('GONE');
    });

    it('with functions that they retain, until they release them', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await exposeDesk(ann);
      await group.settled();

      await bob.run(async ({ hub, keep }) => {
        const listener = keep('listener', (...numbers: number[]) => numbers.length);
        await hub.service<Desk>('desk').retain(listener);
      });
      expect(await callKept(ann, 5, 6)).to.equal(2);
      expect(await callKept(ann)).to.equal(0);
      await bob.run(({ hub, kept }) => hub.service<Desk>('desk').release(kept('listener')));

      expect(await ann.run(({ log }) => log('same').entries)).to.deep.equal([true]);
      expect(await callKept(ann)).to.equal('GONE');
    });

    it('with functions that die with their process', async () => {
      const { ann, group } = await meet('ann');
      const bob = await group.join('bob');
      await exposeDesk(ann);
      await group.settled();
      await bob.run(({ hub }) => hub.service<Desk>('desk').retain(() => 1));
      expect(await callKept(ann)).to.equal(1);

      await ann.run(({ hub, log }) => {
        const watch = async (): Promise<void> => {
          for await (const change of hub.members.watch()) log('members').push(change.type);
        };
        void watch();
      });
      await bob.kill();
      await ann.run(({ log }) => log('members').reach(3));

      expect(await callKept(ann)).to.equal('GONE');
    });

    it('refuses what can neither travel nor stay', async () => {
      const { ann } = await meet('ann');
      await exposeSums(ann);

      const error = await rejection(ann.run(({ hub }) => hub.service<Sums>('sums').later({ a: [Symbol('no')] })));

      expect(error).to.include({ code: 'UNSERIALIZABLE' });
      expect(error.message).to.match(/^The value at arguments\[0\][.]a\[0\] is a symbol/);
    });

    it('and hears their events, until it wants no more', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await exposeBell(ann);
      await group.settled();

      await bob.run(async ({ hub, keep, log }) => {
        const bell = hub.service<Bell>('bell');
        const listener = keep('listener', (...args: unknown[]) => log('heard').push(args));
        await bell.on('ring', listener);
        const second = await bell.on('ring', () => log('second').push('heard'));
        await bell.ring(1, new Date(2));
        second[Symbol.dispose]();
        await bell.ring();
      });
      expect(await bob.run(({ log }) => log('heard').reach(2))).to.deep.equal([[1, new Date(2)], []]);
      const answers = await bob.run(({ hub, keep, kept }) => {
        const bell = keep('bell', hub.service<Bell>('bell'));
        return Promise.all([bell.off('ring', kept('listener')), bell.off('ring', () => {})]);
      });

      expect(answers).to.deep.equal([false, false]);
      expect(await bob.run(({ log }) => log('second').entries)).to.deep.equal(['heard']);
      expect(await ann.run(({ log }) => log('listeners').entries)).to.deep.equal([1]);
    });

    it('and hears what a call makes happen before its answer', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await exposeBell(ann);
      await group.settled();

      const heard = await bob.run(async ({ hub }) => {
        const bell = hub.service<Bell>('bell');
        const rings: unknown[] = [];
        await bell.on('ring', (n) => rings.push(n));
        const atTheAnswer: unknown[] = [];
        for (let call = 0; call < 3; call++) {
          await bell.peal(5);
          atTheAnswer.push(rings.splice(0));
        }
        return atTheAnswer;
      });

      expect(heard).to.deep.equal([[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]);
    });

    it('whose listeners leave nothing behind when they go or die', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await exposeBell(ann);
      await group.settled();
      const listen = (peer: Peer): Promise<void> =>
        peer.run(async ({ hub, keep }) => {
          const bell = keep('bell', hub.service<Bell>('bell'));
          await bell.on('ring', keep('listener', () => {}));
        });

      await listen(bob);
      expect(await bob.run(({ kept }) => kept<{ off(event: string, listener: unknown): Promise<boolean> }>('bell').off('ring', kept('listener')))).to.equal(true);
      await ann.run(({ log }) => log('listeners').reach(2));
      await listen(cid);
      await cid.kill();

      expect(await ann.run(({ log }) => log('listeners').reach(4))).to.deep.equal([1, 0, 1, 0]);
    });

    it('and goes on hearing the next provider', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await exposeBell(ann);
      await group.settled();
      await bob.run(async ({ hub, keep, log }) => void (await keep('bell', hub.service<Bell>('bell')).on('ring', (n) => log('heard').push(n))));

      await ann.run(({ kept }) => kept<{ close(): Promise<void> }>('exposed').close());
      await exposeBell(cid);
      await cid.run(({ log }) => log('listeners').reach(1));
      await bob.run(({ kept }) => kept<{ ring(n: number): Promise<void> }>('bell').ring(7));

      expect(await bob.run(({ log }) => log('heard').reach(1))).to.deep.equal([7]);
      expect(await ann.run(({ log }) => log('listeners').entries)).to.deep.equal([1, 0]);
    });

    it('that answer in parts', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => {
        hub.expose('parts', {
          async *count(to: number) {
            try {
              for (let n = 0; n < to; n++) yield n;
            } finally {
              log('ended').push(to);
            }
          },
          *letters() {
            yield 'a';
            yield 'b';
          },
          later: async () => (async function* () {})(),
          async *broken() {
            yield 1;
            throw new RangeError('broken');
          },
          list: () => [1, 2],
        });
      });
      await group.settled();

      const results = await bob.run(async ({ hub, rejection }) => {
        interface Parts {
          count(to: number): AsyncGenerator<number>;
          letters(): AsyncGenerator<string>;
          later(): Promise<AsyncGenerator<number>>;
          broken(): AsyncGenerator<number>;
          list(): AsyncGenerator<number>;
        }
        const parts = hub.service<Parts>('parts');
        const read = async (source: AsyncIterable<unknown>): Promise<unknown[]> => {
          const all: unknown[] = [];
          for await (const part of source) all.push(part);
          return all;
        };
        const some: number[] = [];
        for await (const n of parts.count(1_000_000)) {
          if (n === 20) break;
          some.push(n);
        }
        const broken: unknown[] = [];
        const error = await rejection(
          (async () => {
            for await (const part of parts.broken()) broken.push(part);
          })(),
        );
        return [some.length, await read(parts.count(50)), await read(await parts.count(3)), await read(parts.letters()), await read(parts.later()), [...broken, error.message], (await rejection(read(parts.list()))).name];
      });

      expect(results).to.deep.equal([20, Array.from({ length: 50 }, (_, n) => n), [0, 1, 2], ['a', 'b'], [], [1, 'broken'], 'TypeError']);
      expect(await ann.run(({ log }) => log('ended').reach(3))).to.deep.equal([1_000_000, 50, 3]);
    });

    it('and gives them up, which they hear by their signal', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => {
        const forEver = (signal: AbortSignal | undefined, name: string): Promise<never> =>
          new Promise((_resolve, reject) => {
            log(`${name} asked`).push(name);
            signal?.addEventListener('abort', () => {
              log(`${name} aborted`).push(name);
              reject(signal.reason as Error);
            });
          });
        hub.expose('slow', {
          given: (_input: number, { signal }: { signal: AbortSignal }) => forEver(signal, 'given'),
          current: async () => {
            await Promise.resolve();
            return forEver(hub.currentCall?.signal, `current for ${hub.currentCall?.from.name}`);
          },
          async *parts() {
            yield 1;
            await forEver(hub.currentCall?.signal, 'parts');
          },
        });
      });
      await group.settled();

      await bob.run(async ({ hub, keep }) => {
        interface Slow {
          given(input: number, options: { readonly signal: AbortSignal }): Promise<never>;
          current(): Promise<never>;
          parts(): AsyncGenerator<number>;
        }
        const abort = keep('abort', new AbortController());
        const slow = hub.service<Slow>('slow', { timeout: 0 });
        const hasty = hub.service<Slow>('slow', { timeout: 300 });
        keep('errors', Promise.allSettled([slow.given(1, { signal: abort.signal }), hasty.current()]));
        const parts = slow.parts();
        for await (const _part of parts) break;
      });
      await ann.run(async ({ log }) => {
        await log('given asked').reach(1);
        await log('current for bob asked').reach(1);
      });
      const errors = await bob.run(async ({ kept }) => {
        kept<AbortController>('abort').abort('enough');
        const settled = await kept<Promise<PromiseSettledResult<never>[]>>('errors');
        return settled.map((each) => (each.status === 'rejected' ? ((each.reason as { code?: string }).code ?? each.reason) : each.value));
      });

      expect(errors).to.deep.equal(['enough', 'TIMEOUT']);
      await ann.run(async ({ log }) => {
        await log('given aborted').reach(1);
        await log('current for bob aborted').reach(1);
      });
    });

    it('for the sake of other calls, with no more time than these have, and no longer', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        const inner = hub.service<{ remaining(): number; wait(): Promise<never> }>('inner', { timeout: 0 });
        hub.expose('outer', {
          remaining: () => inner.remaining(),
          wait: async () => inner.wait(),
          later: () => void setTimeout(() => void inner.remaining(), 0),
        });
      });
      await cid.run(({ hub, log }) => {
        hub.expose('inner', {
          remaining: () => {
            log('remaining').push(hub.currentCall?.remaining);
            return hub.currentCall?.remaining;
          },
          wait: () => {
            log('asked').push('asked');
            hub.currentCall?.signal.addEventListener('abort', () => log('aborted').push('aborted'));
            return new Promise(() => {});
          },
        });
      });
      await group.settled();

      const remaining = await ann.run(async ({ hub, keep, rejection }) => {
        interface Outer {
          remaining(): number;
          wait(options?: { readonly signal: AbortSignal }): Promise<never>;
          later(): void;
        }
        const abort = keep('abort', new AbortController());
        const outer = hub.service<Outer>('outer', { timeout: 5_000 });
        keep('given up', rejection<unknown>(outer.wait({ signal: abort.signal })));
        await outer.later();
        return [await outer.remaining(), await hub.service<Outer>('outer', { timeout: 0 }).remaining()];
      });
      await cid.run(({ log }) => log('asked').reach(1));
      await ann.run(({ kept }) => kept<AbortController>('abort').abort('enough'));

      expect(remaining[0]).to.be.within(1_000, 5_000);
      expect(remaining[1]).to.equal(Infinity);
      expect(await ann.run(({ kept }) => kept<Promise<unknown>>('given up'))).to.equal('enough');
      expect(await cid.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
      // What a method leaves behind when it has answered has all the time.
      expect(await cid.run(async ({ log }) => (await log('remaining').reach<number>(3)).filter((left) => left === Infinity).length)).to.equal(2);
    });

    it('of a member that dies: what runs is lost at once, what comes later waits for the next', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await doomed.run(({ hub, log }) => {
        hub.expose('work', { start: () => new Promise((resolve) => log('started').push(resolve)), name: () => 'doomed' });
      });
      await group.settled();
      await bob.run(({ hub, keep, rejection }) => {
        const work = keep('work', hub.service<{ start(): Promise<void>; name(): string }>('work', { timeout: 0 }));
        keep('lost', rejection(work.start()));
      });
      await doomed.run(async ({ log }) => void (await log('started').reach(1)));

      await doomed.kill();
      const lost = await bob.run(async ({ kept }) => {
        const { code, mayHaveRun } = await kept<Promise<{ code: string; mayHaveRun: boolean }>>('lost');
        return [code, mayHaveRun];
      });
      await bob.run(({ kept, keep }) => void keep('names', Promise.all([1, 2, 3].map(() => kept<{ name(): Promise<string> }>('work').name()))));
      await ann.run(({ hub, log }) => {
        let count = 0;
        hub.expose('work', {
          name: () => {
            count += 1;
            log('asked').push(count);
            return `ann ${count}`;
          },
        });
      });

      expect(lost).to.deep.equal(['LOST', true]);
      expect(await bob.run(({ kept }) => kept<Promise<string[]>>('names'))).to.deep.equal(['ann 1', 'ann 2', 'ann 3']);
    });

    it('that nobody exposes, and says so in time', async () => {
      const { ann } = await meet('ann', 'bob');

      const codes = await ann.run(async ({ hub, rejection }) => {
        const code = async (options: object): Promise<unknown> => {
          const error = await rejection<{ readonly code: string; readonly mayHaveRun: boolean }>(hub.service('nobody', options)['start']?.() ?? Promise.resolve());
          return [error.code, error.mayHaveRun];
        };
        const abort = new AbortController();
        const aborted = rejection(hub.service('nobody', { signal: abort.signal })['start']?.() ?? Promise.resolve());
        const codes = [await code({ waitFor: 0 }), await code({ waitFor: 20 }), await code({ timeout: 20 })];
        abort.abort('enough');
        return [...codes, await aborted];
      });

      expect(codes).to.deep.equal([['NO_RECEIVER', false], ['NO_RECEIVER', false], ['TIMEOUT', false], 'enough']);
    });

    it('no more at once than they bear, and refuses what is too much', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log, keep }) => {
        const running: (() => void)[] = keep('running', []);
        const run = (name: string): Promise<string> =>
          new Promise((resolve) => {
            log('running').push(name);
            running.push(() => resolve(name));
          });
        hub.expose('bound', { one: () => run('one'), two: () => run('two') }, { methods: { one: { concurrency: 1, queue: 1 }, two: {} } });
        hub.expose('all', { one: () => run('all') }, { concurrency: 2, queue: 0 });
      });
      await group.settled();

      await bob.run(({ hub, keep }) => {
        interface Bound {
          one(): Promise<string>;
          two(): Promise<string>;
        }
        const bound = hub.service<Bound>('bound');
        const all = hub.service<Bound>('all');
        const asked = [bound.one(), bound.one(), bound.one(), bound.two(), all.one(), all.one(), all.one()];
        keep('asked', Promise.all(asked.map((each) => each.catch((error: { code: string; mayHaveRun: boolean }) => [error.code, error.mayHaveRun]))));
      });
      expect(await ann.run(({ log }) => log('running').reach(4))).to.deep.equal(['one', 'two', 'all', 'all']);
      await ann.run(async ({ log, kept }) => {
        for (const end of kept<(() => void)[]>('running').splice(0)) end();
        await log('running').reach(5);
        for (const end of kept<(() => void)[]>('running')) end();
      });

      expect(await bob.run(({ kept }) => kept<Promise<unknown>>('asked'))).to.deep.equal(['one', 'one', ['OVERLOADED', false], 'two', 'all', 'all', ['OVERLOADED', false]]);
    });

    it('that are serial one at a time, but for what is asked for their own sake', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => {
        const other = hub.service<{ back(n: number): Promise<string> }>('other');
        hub.expose(
          'serial',
          {
            async outer(n: number): Promise<string> {
              log('order').push(`begin ${n}`);
              const inner = await other.back(n);
              log('order').push(`end ${n}`);
              return inner;
            },
            inner: (n: number) => `inner ${n}`,
            callback: async (call: (n: number) => Promise<string>) => call(3),
          },
          { serial: true },
        );
      });
      await bob.run(({ hub }) => {
        const serial = hub.service<{ inner(n: number): string }>('serial');
        hub.expose('other', { back: async (n: number) => serial.inner(n) });
      });
      await group.settled();

      const results = await bob.run(({ hub }) => {
        interface Serial {
          outer(n: number): Promise<string>;
          inner(n: number): string;
          callback(call: (n: number) => Promise<string>): Promise<string>;
        }
        const serial = hub.service<Serial>('serial', { timeout: 5_000 });
        return Promise.all([serial.outer(1), serial.outer(2), serial.callback((n) => serial.inner(n))]);
      });

      expect(results).to.deep.equal(['inner 1', 'inner 2', 'inner 3']);
      expect(await ann.run(({ log }) => log('order').entries)).to.deep.equal(['begin 1', 'end 1', 'begin 2', 'end 2']);
    });

    it('until they are closed, which waits for what runs', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, keep, log }) => {
        const work = { start: () => new Promise((resolve) => log('started').push(keep('end', resolve))) };
        keep('exposed', hub.expose('work', work));
      });
      await group.settled();
      await bob.run(({ hub, keep }) => void keep('result', hub.service<{ start(): Promise<string> }>('work').start()));
      await ann.run(async ({ log }) => void (await log('started').reach(1)));

      await ann.run(({ kept, log }) => void kept<{ close(): Promise<void> }>('exposed').close().then(() => log('closed').push('closed')));
      const code = await bob.run(async ({ hub, rejection }) => (await rejection(hub.service<{ start(): Promise<string> }>('work', { waitFor: 0 }).start())).code);
      const before = await ann.run(({ log }) => log('closed').entries);
      await ann.run(({ kept }) => kept<(result: string) => void>('end')('done'));

      expect([code, before]).to.deep.equal(['NO_RECEIVER', []]);
      expect(await bob.run(({ kept }) => kept<Promise<string>>('result'))).to.equal('done');
      await ann.run(({ log }) => log('closed').reach(1));
    });
  });
}

/** Every behaviour of `navigator.locks` that the Web Platform Tests assert, between two members of a group. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { lockManager } from '../../src/compat/web-locks.js';
import type { Lock, LockManager, LockMode, LockOptions } from '../../src/compat/web-locks.js';
import { createHub } from '../../src/index.js';
import type { ForkHub, Hub } from '../../src/index.js';
import { rejection } from '../support/rejection.js';

let groups = 0;

describe('Web Locks over a hub', () => {
  let ann: Hub;
  let bob: Hub;
  let locks: LockManager;
  let others: LockManager;
  let ends: (() => void)[];
  beforeEach(async () => {
    groups += 1;
    ann = createHub({ transport: 'memory', group: `web-locks-${groups}`, name: 'ann' });
    bob = createHub({ transport: 'memory', group: `web-locks-${groups}`, name: 'bob' });
    await Promise.all([ann.ready(), bob.ready()]);
    locks = lockManager(ann);
    others = lockManager(bob);
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends) end();
    await Promise.all([bob.close(), ann.close()]);
  });

  /** Requests it and holds it until the end; resolves when it is granted. */
  function hold(manager: LockManager, name: string, mode: LockMode = 'exclusive'): Promise<void> {
    return new Promise((granted, failed) => {
      const body = (): Promise<void> => {
        granted();
        return new Promise<void>((end) => ends.push(end));
      };
      manager.request(name, { mode }, body).catch(failed);
    });
  }

  async function pending(manager: LockManager, name: string): Promise<number> {
    return (await manager.query()).pending.filter((each) => each.name === name).length;
  }

  describe('request', () => {
    it('runs the callback with the lock, and resolves to what it returns, plain or promised', async () => {
      const seen: (Lock | null)[] = [];

      const results = [
        await locks.request('a', (lock) => (seen.push(lock), 123)),
        await locks.request('a', { mode: 'shared' }, async (lock) => (seen.push(lock), 'later')),
        await locks.request('a', {}, (lock) => lock?.name),
      ];

      expect(results).to.deep.equal([123, 'later', 'a']);
      expect(seen).to.deep.equal([{ name: 'a', mode: 'exclusive' }, { name: 'a', mode: 'shared' }]);
    });

    it('resolves after the lock is released', async () => {
      const order: string[] = [];
      const holding = new Promise<void>((resolve) => setImmediate(resolve));
      const returned = locks.request('a', () => holding).then(() => order.push('returned'));
      void holding.then(() => order.push('holding'));

      await returned;

      expect(order).to.deep.equal(['holding', 'returned']);
      expect((await locks.query()).held).to.deep.equal([]);
    });

    it('rejects with what the callback throws, at once or later, and frees the lock', async () => {
      const error = { name: 'test', then: () => expect.fail('It was taken for a promise.') };

      const thrown: unknown[] = [];

      await locks.request('a', () => {
        throw error;
      }).catch((reason: unknown) => void thrown.push(reason));
      await locks.request('a', async () => {
        throw error;
      }).catch((reason: unknown) => void thrown.push(reason));

      expect(thrown).to.deep.equal([error, error]);
      expect(await locks.request('a', { ifAvailable: true }, (lock) => lock !== null)).to.equal(true);
    });

    it('holds the lock until what the callback returns is settled, either way', async () => {
      for (const settle of [Promise.resolve(), Promise.reject(new Error('expected'))]) {
        const order: string[] = [];
        let release = (): void => {};
        const held = locks.request('a', async () => {
          await new Promise<void>((resolve) => (release = resolve));
          order.push('first over');
          return settle;
        });
        const next = others.request('a', () => order.push('second granted'));
        await pending(others, 'a');

        release();
        await held.catch(() => {});
        await next;

        expect(order).to.deep.equal(['first over', 'second granted']);
      }
    });

    it('rejects arguments that are none, and throws nothing', async () => {
      const request = locks.request.bind(locks) as (...args: readonly unknown[]) => Promise<unknown>;
      const never = (): never => expect.fail('The callback was run.');

      for (const args of [[], ['a']]) expect(await rejection(request(...args))).to.be.instanceOf(TypeError);
      for (const callback of [undefined, null, 123, 'abc', [], {}, Promise.resolve()]) expect(await rejection(request('a', callback))).to.be.instanceOf(TypeError);
      for (const mode of ['foo', null, 1]) expect(await rejection(request('a', { mode }, never))).to.be.instanceOf(TypeError);
      for (const signal of ['string', 12.34, false, null, {}, Symbol('s'), () => {}, globalThis]) expect(await rejection(request('a', { signal }, never))).to.be.instanceOf(TypeError);
      expect(await rejection(request(Symbol('s'), never))).to.be.instanceOf(TypeError);
      expect((await locks.query()).held).to.deep.equal([]);
    });

    it('rejects what does not go together with a NotSupportedError', async () => {
      const { signal } = new AbortController();
      const never = (): never => expect.fail('The callback was run.');

      const errors = [
        await rejection(locks.request('a', { steal: true, ifAvailable: true }, never)),
        await rejection(locks.request('a', { steal: true, mode: 'shared' }, never)),
        await rejection(locks.request('a', { steal: true, signal }, never)),
        await rejection(locks.request('a', { ifAvailable: true, signal }, never)),
        await rejection(locks.request('-', never)),
        await rejection(locks.request('-foo', never)),
      ];

      for (const error of errors) expect(error).to.be.instanceOf(DOMException).and.have.property('name', 'NotSupportedError');
    });

    it('takes any other name, valid text or not, and mangles none', async () => {
      for (const name of ['', 'abc\0def', '\uD800', '\uDC00', '\uDC00\uD800', '\uFFFF', 'x-anything', '😀']) {
        expect(await locks.request(name, async (lock) => [lock?.name, (await others.query()).held[0]?.name])).to.deep.equal([name, name]);
      }
      expect(await locks.request('\uD800', () => locks.request('\uFFFD', (lock) => lock?.name))).to.equal('\uFFFD');
    });

    it('stands in one line with `hub.lock`', async () => {
      const lock = await bob.lock('a');
      const requested = locks.request('a', () => 'in');
      await pending(locks, 'a');
      await lock.release();

      expect(await requested).to.equal('in');
    });
  });

  describe('modes', () => {
    it('exclusive: one at a time, in the order of the requests', async () => {
      const order: number[] = [];

      await Promise.all([1, 2, 3].map((number) => (number === 2 ? others : locks).request('a', async () => {
        order.push(number);
        await others.query();
        order.push(-number);
      })));

      expect(order).to.have.length(6);
      for (let i = 0; i < 6; i += 2) expect(order[i]).to.equal(-(order[i + 1] ?? 0));
    });

    it('exclusive: of different names at the same time', async () => {
      const order: string[] = [];
      let inner: Promise<unknown> | undefined;

      await locks.request('a', async () => {
        const other = locks.request('b', () => order.push('b'));
        inner = locks.request('a', () => order.push('a'));
        await other;
      });
      await inner;

      expect(order).to.deep.equal(['b', 'a']);
    });

    it('exclusive between shared ones: those before it, then it alone, then those behind it', async () => {
      const before: (() => void)[] = [];
      const first = Array.from({ length: 5 }, () => locks.request('a', { mode: 'shared' }, () => new Promise<void>((resolve) => void before.push(resolve))));
      let over = (): void => {};
      const exclusive = locks.request('a', () => new Promise<void>((resolve) => (over = resolve)));
      const last = Array.from({ length: 5 }, () => hold(locks, 'a', 'shared'));
      const modes = async (): Promise<readonly LockMode[]> => (await locks.query()).held.map(({ mode }) => mode);

      expect(await modes()).to.deep.equal(Array(5).fill('shared'));
      for (const end of before) end();
      await Promise.all(first);
      expect(await modes()).to.deep.equal(['exclusive']);
      over();
      await exclusive;
      await Promise.all(last);
      expect(await modes()).to.deep.equal(Array(5).fill('shared'));
    });

    it('shared: together, but not past an exclusive one that waits', async () => {
      await hold(locks, 'a', 'shared');
      await hold(others, 'a', 'shared');
      const exclusive = locks.request('a', () => 'exclusive');
      await pending(locks, 'a');
      void others.request('a', { mode: 'shared' }, () => {}).catch(() => {});

      const { held, pending: waiting } = await others.query();
      expect([held.map(({ mode }) => mode), waiting.map(({ mode }) => mode)]).to.deep.equal([['shared', 'shared'], ['exclusive', 'shared']]);
      for (const end of ends) end();

      expect(await exclusive).to.equal('exclusive');
    });

    it('exclusive, then several shared: these are granted together', async () => {
      let end: (() => void) | undefined;
      const exclusive = locks.request('a', () => new Promise<void>((resolve) => (end = resolve)));
      const shared = [1, 2, 3, 4, 5].map((number) => hold(number % 2 === 0 ? locks : others, 'a', 'shared'));
      await others.query();
      expect((await locks.query()).held).to.have.length(1);

      end?.();
      await exclusive;
      await Promise.all(shared);

      expect((await locks.query()).held.map(({ mode }) => mode)).to.deep.equal(Array(5).fill('shared'));
    });
  });

  describe('ifAvailable', () => {
    it('gives null when the lock is held, and the callback decides what becomes of that', async () => {
      await locks.request('a', async () => {
        expect(await locks.request('a', { ifAvailable: true }, (lock) => [lock, 123])).to.deep.equal([null, 123]);
        expect(await others.request('a', { ifAvailable: true, mode: 'shared' }, (lock) => lock)).to.equal(null);
        expect(await rejection<unknown>(locks.request('a', { ifAvailable: true }, () => {
          throw 123;
        }))).to.equal(123);
        expect(await rejection<unknown>(others.request('a', { ifAvailable: true }, async () => Promise.reject(123)))).to.equal(123);
      });
    });

    it('gives the lock when it is free, or shared with those who share', async () => {
      expect(await locks.request('a', { ifAvailable: true }, (lock) => lock?.mode)).to.equal('exclusive');
      await locks.request('a', { mode: 'shared' }, async () => {
        expect(await others.request('a', { ifAvailable: true, mode: 'shared' }, (lock) => lock?.mode)).to.equal('shared');
        expect(await others.request('a', { ifAvailable: true }, (lock) => lock)).to.equal(null);
        expect(await others.request('b', { ifAvailable: true }, (lock) => lock?.name)).to.equal('b');
      });
      expect(await others.request('a', { ifAvailable: true }, (lock) => lock?.name)).to.equal('a');
    });

    it('gives the lock as soon as a release has been heard', async () => {
      const seen = await locks.request('one', async () => {
        await locks.request('two', () => {});
        return locks.request('two', { ifAvailable: true }, (lock) => lock?.name);
      });

      expect(seen).to.equal('two');
    });
  });

  describe('steal', () => {
    it('takes a lock that is free', async () => {
      expect(await locks.request('a', { steal: true }, (lock) => lock?.name)).to.equal('a');
    });

    it('breaks the request that holds it, ahead of those that wait; the last caller wins', async () => {
      const first = await holdOf(locks);
      const waiting = others.request('a', () => 'granted');
      await pending(others, 'a');
      const order: string[] = [];
      void waiting.then(() => order.push('waiting'));

      const second = await holdOf(others, true);
      await locks.request('a', { steal: true }, () => order.push('stolen'));

      expect(await rejection(first.requested)).to.be.instanceOf(DOMException).and.have.property('name', 'AbortError');
      expect(await rejection(second.requested)).to.have.property('name', 'AbortError');
      expect(await waiting).to.equal('granted');
      expect(order).to.deep.equal(['stolen', 'waiting']);
    });

    function holdOf(manager: LockManager, steal = false): Promise<{ readonly requested: Promise<unknown> }> {
      return new Promise((granted) => {
        const requested = manager.request('a', { steal }, () => {
          queueMicrotask(() => granted({ requested }));
          return new Promise<void>(() => {});
        });
        requested.catch(() => {});
      });
    }
  });

  describe('signal', () => {
    it('that has aborted already: the request rejects with its reason', async () => {
      const never = (): never => expect.fail('The callback was run.');

      expect(await rejection(locks.request('a', { signal: AbortSignal.abort() }, never))).to.have.property('name', 'AbortError');
      expect(await rejection<unknown>(locks.request('a', { signal: AbortSignal.abort('My dog ate it.') }, never))).to.equal('My dog ate it.');
    });

    it('ends a wait, and the next in line goes on', async () => {
      const controller = new AbortController();
      let end: (() => void) | undefined;
      const held = locks.request('a', () => new Promise<void>((resolve) => (end = resolve)));
      const waiting = rejection<unknown>(others.request('a', { signal: controller.signal }, () => expect.fail('The callback was run.')));
      expect(await pending(others, 'a')).to.equal(1);
      const next = locks.request('a', () => 'next');

      controller.abort('My cat handled it');

      expect(await waiting).to.equal('My cat handled it');
      end?.();
      await held;
      expect(await next).to.equal('next');
    });

    it('is heard at once, though the lock is free', async () => {
      const controller = new AbortController();
      const requested = rejection(locks.request('a', { signal: controller.signal }, () => expect.fail('The callback was run.')));
      const next = others.request('a', () => 'next');

      controller.abort();

      expect(await requested).to.have.property('name', 'AbortError');
      expect(await next).to.equal('next');
    });

    it('changes nothing either when it aborts as the callback ends', async () => {
      const controller = new AbortController();
      let release: (value: string) => void = () => {};
      const requested = locks.request('a', { signal: controller.signal }, () => new Promise<string>((end) => (release = end)));
      while ((await others.query()).held.length === 0);

      release('resolved ok');
      controller.abort();

      expect(await requested).to.equal('resolved ok');
    });

    it('gives its own reason, if it has none then that of the host', async () => {
      const controller = new AbortController();
      await hold(locks, 'a');
      const waiting = rejection<unknown>(others.request('a', { signal: controller.signal }, () => {}));
      await pending(others, 'a');

      controller.abort();

      expect(await waiting).to.equal(controller.signal.reason);
      expect(await rejection<unknown>(locks.request('a', { signal: controller.signal }, () => {}))).to.equal(controller.signal.reason);
    });

    it('changes nothing once the lock is granted, or when it never aborts', async () => {
      const controller = new AbortController();

      const result = await locks.request('a', { signal: controller.signal }, async () => {
        controller.abort();
        await others.query();
        return 'resolved ok';
      });

      expect(result).to.equal('resolved ok');
      expect(await locks.request('a', { signal: new AbortController().signal }, () => 'ok')).to.equal('ok');
    });
  });

  describe('query', () => {
    it('tells of nothing when there is nothing', async () => {
      expect(await locks.query()).to.deep.equal({ held: [], pending: [] });
    });

    it('tells who holds and who waits, with name, mode and client', async () => {
      await locks.request('a', async () => {
        const again = locks.request('a', () => 'later');
        const shared = [others.request('a', { mode: 'shared' }, () => {}), others.request('a', { mode: 'shared' }, () => {})];
        await others.query();

        expect(await locks.query()).to.deep.equal({
          held: [{ name: 'a', mode: 'exclusive', clientId: ann.member.id }],
          pending: [
            { name: 'a', mode: 'exclusive', clientId: ann.member.id },
            { name: 'a', mode: 'shared', clientId: bob.member.id },
            { name: 'a', mode: 'shared', clientId: bob.member.id },
          ],
        });
        void again;
        void shared;
      });
    });

    it('tells of each name, and of one client for all that it holds', async () => {
      const held = await locks.request('one', () => locks.request('two', { mode: 'shared' }, async () => (await locks.query()).held));

      const { id } = ann.member;
      expect(held).to.deep.equal([{ name: 'one', mode: 'exclusive', clientId: id }, { name: 'two', mode: 'shared', clientId: id }]);
    });

    it('tells those who wait in the order in which they asked, whichever that is', async () => {
      const cid = createHub({ transport: 'memory', group: `web-locks-${groups}`, name: 'cid' });
      await cid.ready();
      const third = lockManager(cid);
      await hold(locks, 'a');
      const askers = [others, third, locks, third, others, locks];
      for (const asker of askers) {
        void asker.request('a', () => {}).catch(() => {});
        await asker.query();
      }

      const { pending: waiting } = await locks.query();

      const [annId, bobId, cidId] = [ann, bob, cid].map(({ member }) => member.id);
      expect(waiting.map(({ clientId }) => clientId)).to.deep.equal([bobId, cidId, annId, cidId, bobId, annId]);
      await cid.close();
    });

    it('lets a deadlock be seen', async () => {
      await hold(locks, 'one');
      await hold(others, 'two');
      void locks.request('two', () => {}).catch(() => {});
      void others.request('one', () => {}).catch(() => {});
      await others.query();

      const { held, pending: waiting } = await locks.query();

      const clientOf = (list: typeof held, name: string): string | undefined => list.find((each) => each.name === name)?.clientId;
      expect([clientOf(held, 'one'), clientOf(waiting, 'two')]).to.deep.equal([ann.member.id, ann.member.id]);
      expect([clientOf(held, 'two'), clientOf(waiting, 'one')]).to.deep.equal([bob.member.id, bob.member.id]);
    });
  });

  describe('between processes', () => {
    let parent: ForkHub;
    let own: LockManager;
    let children: ChildProcess[];

    beforeEach(async () => {
      children = ['one', 'two'].map((name) => fork(fileURLToPath(new URL('./children/web-locks-worker.js', import.meta.url)), [name]));
      parent = createHub({ transport: 'fork', children });
      own = lockManager(parent);
      for await (const change of parent.members.watch()) if (change.type === 'joined' && parent.members.size === 3) break;
      await Promise.all(['one', 'two'].map((name) => parent.request(`${name}.release`, 0, { retries: 10 })));
    });
    afterEach(async () => {
      for (const child of children) await end(child);
      await parent.close();
    });

    const request = (worker: string, name: string, options: LockOptions = {}): Promise<number | undefined> => parent.request(`${worker}.request`, { name, options });
    const release = (worker: string, id: number | undefined): Promise<void> => parent.request(`${worker}.release`, id);

    it('shares', async () => {
      const id = await request('one', 'a', { mode: 'shared' });

      const clients = await own.request('a', { mode: 'shared' }, async () => new Set((await own.query()).held.map(({ clientId }) => clientId)));

      expect([...clients].sort()).to.deep.equal([parent.member.id, parent.members.get('one')?.id].sort());
      await release('one', id);
    });

    it('excludes, of this one and of each other, until the callback ends', async () => {
      const id = await request('one', 'a');
      const blocked = own.request('a', () => 'granted');

      expect(await own.request('a', { ifAvailable: true }, (lock) => lock)).to.equal(null);
      expect(await request('two', 'a', { ifAvailable: true })).to.equal(undefined);
      await release('one', id);

      expect(await blocked).to.equal('granted');
      expect(await request('two', 'a')).to.be.a('number');
    });

    it('frees what an ended worker held', async () => {
      await request('one', 'a');
      const blocked = own.request('a', () => 'granted');
      await own.query();

      await end(children[0]);

      expect(await blocked).to.equal('granted');
    });

    async function end(child: ChildProcess | undefined): Promise<void> {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});

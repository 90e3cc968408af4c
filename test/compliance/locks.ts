/** Locks: strictly in the order of arrival, for one holder at a time, and never held by the dead. */
import { expect } from 'chai';
import type { Lock } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** Takes the lock and keeps it. Resolves to its token. */
const take = (peer: Peer, key: string): Promise<number> =>
  peer.run(async ({ hub, keep }, name) => keep(name, await hub.lock(name)).token, key);

const release = (peer: Peer, key: string): Promise<boolean> => peer.run(({ kept }, name) => kept<Lock>(name).release(), key);

/** Puts the peer in line, and writes down there when it is granted. Resolves when the authority has put it there. */
const stand = (peer: Peer, key: string): Promise<void> =>
  peer.run(async ({ hub, keep, log }, name) => {
    hub.lock(name).then((lock) => log(name).push(keep(name, lock).token), (error: Error) => log(`${name} failed`).push(error.message));
    await hub.state('settling').size();
  }, key);

const granted = (peer: Peer, key: string): Promise<readonly number[]> => peer.run(({ log }, name) => log(name).reach<number>(1), key);

const isGranted = (peer: Peer, key: string): Promise<boolean> => peer.run(({ log }, name) => log(name).entries.length > 0, key);

export function locks(meet: Meet): void {
  describe('grants a lock', () => {
    it('to one member at a time, in the order of arrival', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      const dan = await group.join('dan');
      const line = [cid, ann, dan, bob];

      await take(bob, 'door');
      for (const peer of line) await stand(peer, 'door');
      let holder = bob;
      for (const next of line.slice(0, 3)) {
        expect(await isGranted(next, 'door')).to.equal(false);
        await release(holder, 'door');
        await granted(next, 'door');
        holder = next;
      }

      expect(await release(holder, 'door')).to.equal(true);
      expect(await granted(bob, 'door')).to.have.length(1);
    });

    it('to several tickets of one member in the order of its calls', async () => {
      const { bob } = await meet('ann', 'bob');

      const order = await bob.run(async ({ hub }) => {
        const order: unknown[] = [];
        const turns = [1, 2, 3, 4].map((turn) => hub.lock('door', async () => {
          order.push(`in ${turn}`);
          await hub.state('settling').size();
          order.push(`out ${turn}`);
        }));
        await Promise.all(turns);
        return order;
      });

      expect(order).to.deep.equal([1, 2, 3, 4].flatMap((turn) => [`in ${turn}`, `out ${turn}`]));
    });

    it('with a token that rises over all keys and members', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const tokens: number[] = [];
      for (const [peer, key] of [[ann, 'a'], [bob, 'b'], [cid, 'c'], [bob, 'd'], [ann, 'e']] as const) tokens.push(await take(peer, key));
      await release(ann, 'a');
      tokens.push(await take(cid, 'a'));

      expect(tokens.every(Number.isSafeInteger)).to.equal(true);
      expect(tokens).to.deep.equal([...new Set(tokens)].sort((a, b) => a - b));
    });

    it('to each of many contenders once, and never to two at a time', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const rounds = [ann, bob, cid].map((peer) => peer.run(async ({ hub }) => {
        const map = hub.state<number>('bank');
        for (let n = 0; n < 50; n++) {
          // A read and a write with time in between: what only a lock makes safe.
          await hub.lock('bank', async () => void (await map.set('sum', ((await map.get('sum')) ?? 0) + 1)));
        }
      }));
      await Promise.all(rounds);

      expect(await ann.run(({ hub }) => hub.state('bank').get('sum'))).to.equal(150);
    });

    it('of any name (pitfall 4)', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      for (const key of ['', '__proto__', 'constructor', 'toString', 'ключ 🔑', 'x'.repeat(1_000), '\0']) {
        await take(ann, key);
        expect(await bob.run(({ hub }, name) => hub.tryLock(name), key)).to.equal(undefined);
        await release(ann, key);
        expect(await bob.run(async ({ hub }, name) => (await hub.lock(name)).key, key)).to.equal(key);
      }
    });

    it('at once with `tryLock`, or not at all', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      await ann.run(async ({ hub, keep }) => void keep('door', await hub.tryLock('door')));
      expect(await bob.run(({ hub }) => hub.tryLock('door'))).to.equal(undefined);
      expect(await ann.run(({ hub }) => hub.tryLock('door'))).to.equal(undefined);
      await release(ann, 'door');

      expect(await bob.run(async ({ hub }) => (await hub.tryLock('door'))?.key)).to.equal('door');
    });

    it('around a body, and frees it however the body ends (pitfall 6)', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      const outcomes = await bob.run(async ({ hub, rejection }) => {
        const thrown = new Error('thrown');
        const rejected = new Error('rejected');
        return [
          await hub.lock('door', (lock) => [lock.key, lock.signal.aborted]),
          await hub.lock('door', { timeout: 1_000 }, async () => 'later'),
          (await rejection(hub.lock('door', () => {
            throw thrown;
          }))) === thrown,
          (await rejection(hub.lock('door', () => Promise.reject(rejected)))) === rejected,
          await rejection(hub.lock('door', () => {
            throw undefined;
          })),
          await hub.lock('door', async (lock) => {
            await lock.release();
            return 'released before';
          }),
        ];
      });

      expect(outcomes).to.deep.equal([['door', false], 'later', true, true, undefined, 'released before']);
      expect(await ann.run(async ({ hub }) => (await hub.tryLock('door')) !== undefined)).to.equal(true);
    });
  });

  describe('frees a lock', () => {
    it('once: a second release does nothing, and harms nobody (pitfall 3)', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(ann, 'door');
      await stand(bob, 'door');
      await stand(cid, 'door');

      expect(await release(ann, 'door')).to.equal(true);
      await granted(bob, 'door');

      expect(await release(ann, 'door')).to.equal(false);
      expect(await isGranted(cid, 'door')).to.equal(false);
      expect(await ann.run(({ hub }) => hub.tryLock('door'))).to.equal(undefined);
      await release(bob, 'door');
      await granted(cid, 'door');
    });

    it('when it goes out of scope', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      await ann.run(async ({ hub }) => (await hub.lock('door'))[Symbol.asyncDispose]());

      expect(await bob.run(async ({ hub }) => (await hub.tryLock('door')) !== undefined)).to.equal(true);
    });

    it('when it goes out of scope and nobody waits for that: before whatever its holder says next', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await bob.run(async ({ hub }) => {
        hub.handle('try', async () => (await hub.tryLock('door')) !== undefined);
        await hub.locks();
      });

      const isFree = await ann.run(async ({ hub }) => {
        (await hub.lock('door'))[Symbol.dispose]();
        return hub.request('try');
      });

      expect(isFree).to.equal(true);
    });

    it('at the end of a body, before whatever its holder says next', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await bob.run(async ({ hub }) => {
        hub.handle('try', async () => (await hub.tryLock('door')) !== undefined);
        await hub.locks();
      });

      const isFree = await ann.run(async ({ hub }) => {
        await hub.lock('door', () => 'done');
        return hub.request('try');
      });

      expect(isFree).to.equal(true);
    });

    it('at the death of its holder, for the next in line', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      const token = await take(doomed, 'door');
      await stand(bob, 'door');
      await stand(ann, 'door');

      await doomed.kill();

      expect((await granted(bob, 'door'))[0]).to.be.above(token);
      expect(await isGranted(ann, 'door')).to.equal(false);
    });

    it('past those in line that have died (pitfall 2)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await take(ann, 'door');
      await stand(doomed, 'door');
      await stand(bob, 'door');

      await doomed.kill();
      expect(await isGranted(bob, 'door')).to.equal(false);
      await release(ann, 'door');

      await granted(bob, 'door');
    });

    it('when its holder and the head of the line die together', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const holder = await group.join('holder');
      const head = await group.join('head');
      await take(holder, 'door');
      for (const peer of [head, bob, ann]) await stand(peer, 'door');

      await Promise.all([head.kill(), holder.kill()]);

      await granted(bob, 'door');
      expect(await isGranted(ann, 'door')).to.equal(false);
    });

    it('when a hub that holds it closes', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(cid, 'door');
      await stand(bob, 'door');

      await cid.close();

      await granted(bob, 'door');
      expect(await ann.run(({ hub }) => hub.tryLock('door'))).to.equal(undefined);
    });

    it('of a member that dies with many, all of them', async () => {
      const { bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await doomed.run(({ hub }) => Promise.all(Array.from({ length: 500 }, (_, n) => hub.lock(`key ${n}`))).then(() => {}));
      const all = bob.run(({ hub }) => Promise.all(Array.from({ length: 500 }, (_, n) => hub.lock(`key ${n}`))).then((locks) => locks.length));

      await doomed.kill();

      expect(await all).to.equal(500);
    });
  });

  describe('ends the wait for a lock', () => {
    it('when its time is over, and leaves no place in line', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(ann, 'door');

      const error = await rejection(bob.run(({ hub }) => hub.lock('door', { timeout: 20 })));
      await stand(cid, 'door');
      await release(ann, 'door');

      expect(error).to.include({ name: 'HubError', code: 'TIMEOUT' });
      expect(error.message).to.include('"door"');
      await granted(cid, 'door');
    });

    it('when its signal aborts, with the reason of that', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(ann, 'door');

      const isReason = await bob.run(async ({ hub, rejection }) => {
        const abort = new AbortController();
        const waiting = rejection<unknown>(hub.lock('door', { signal: abort.signal }, () => 'never runs'));
        await hub.state('settling').size();
        const reason = new Error('enough');
        abort.abort(reason);
        return (await waiting) === reason;
      });
      await stand(cid, 'door');
      await release(ann, 'door');

      expect(isReason).to.equal(true);
      await granted(cid, 'door');
    });

    it('before it begins, when its signal has aborted already', async () => {
      const { bob, cid } = await meet('ann', 'bob', 'cid');

      expect(await rejection<unknown>(bob.run(({ hub }) => hub.lock('door', { signal: AbortSignal.abort('no') })))).to.equal('no');

      await take(cid, 'door');
    });

    it('also while the grant is on its way: the lock is never lost between the two (pitfall 2)', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      for (let round = 0; round < 40; round++) {
        await take(ann, 'door');
        const waiting = bob.run(async ({ hub, log }, delay) => {
          const abort = new AbortController();
          const lock = hub.lock('door', { signal: abort.signal });
          lock.then((granted) => granted.release(), () => {});
          await hub.state('settling').size();
          log('stands').push(delay);
          for (let turn = 0; turn < delay; turn++) await new Promise((resolve) => setImmediate(resolve));
          abort.abort(new Error('enough'));
          await lock.catch(() => {});
        }, round % 20);
        await bob.run(({ log }, count) => log('stands').reach(count), round + 1);
        await release(ann, 'door');
        await waiting;

        await take(cid, 'door');
        await release(cid, 'door');
      }
    });

    it('but not the holding: a signal that aborts later changes nothing', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      const held = await bob.run(async ({ hub, keep }) => {
        const abort = new AbortController();
        const lock = keep('door', await hub.lock('door', { signal: abort.signal, timeout: 200 }));
        abort.abort();
        await new Promise((resolve) => setTimeout(resolve, 250));
        return lock.signal.aborted;
      });

      expect(held).to.equal(false);
      expect(await ann.run(({ hub }) => hub.tryLock('door'))).to.equal(undefined);
      expect(await release(bob, 'door')).to.equal(true);
    });
  });

  it('says when a lock is lost: its signal aborts, and there is nothing left to release', async () => {
    const { bob } = await meet('ann', 'bob');

    const after = await bob.run(async ({ another }) => {
      const hub = another('short-lived');
      const lock = await hub.lock('door');
      const { signal } = lock;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      await hub.close();
      await aborted;
      return { released: await lock.release(), code: (signal.reason as { readonly code?: string }).code };
    });

    expect(after).to.deep.equal({ released: false, code: 'LOST' });
  });

  it('refuses a key without measure, and a body that is none', async () => {
    const { bob } = await meet('ann', 'bob');

    expect(await rejection(bob.run(({ hub }) => hub.lock('x'.repeat(2_000))))).to.include({ code: 'TOO_LARGE' });
    expect(await rejection(bob.run(({ hub }) => hub.lock('door', { timeout: -1 })))).to.include({ name: 'RangeError' });
  });
}

/** Locks, complete: readers, several keys, semaphores, elections, deadlocks, limits of waiting and holding, and a view of it all. */
import { expect } from 'chai';
import type { Leader, LineView, Lock, Permits, Term } from '../../src/index.js';
import { granted, loss, release, stand, take, told } from '../support/locking.js';
import type { Peer } from '../support/peer.js';
import type { Meet } from './suite.js';

const lines = (peer: Peer): Promise<readonly LineView[]> => peer.run(({ hub }) => hub.locks());

export function locksComplete(meet: Meet): void {
  describe('lets readers share a key', () => {
    it('together, and writers alone, in the order of arrival', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      const dan = await group.join('dan');

      await take(ann, 'read', 'book', { mode: 'shared' });
      await take(bob, 'read', 'book', { mode: 'shared' });
      await stand(cid, 'write', 'book');
      await stand(dan, 'read', 'book', { mode: 'shared' });
      expect(await told(dan, 'read')).to.deep.equal([]);

      await release(ann, 'read');
      await group.settled();
      expect(await told(cid, 'write')).to.deep.equal([]);
      await release(bob, 'read');
      await granted(cid, 'write');
      expect(await told(dan, 'read')).to.deep.equal([]);
      await release(cid, 'write');
      await granted(dan, 'read');
    });

    it('when a writer downgrades: those right behind it enter', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      const token = await take(ann, 'write', 'book');
      await stand(bob, 'read', 'book', { mode: 'shared' });
      await stand(cid, 'write', 'book');

      const downgraded = await ann.run(async ({ kept }) => {
        const lock = kept<Lock>('write');
        return [await lock.downgrade(), await lock.downgrade(), lock.mode, lock.token];
      });

      expect(downgraded).to.deep.equal([true, true, 'shared', token]);
      await granted(bob, 'read');
      await group.settled();
      expect(await told(cid, 'write')).to.deep.equal([]);
      await release(ann, 'write');
      expect(await ann.run(({ kept }) => kept<Lock>('write').downgrade())).to.equal(false);
    });

    it('also when the writer between them gives up, or dies', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      const dan = await group.join('dan');
      await take(ann, 'read', 'book', { mode: 'shared' });
      await stand(bob, 'write', 'book', { timeout: 100 });
      await stand(cid, 'read', 'book', { mode: 'shared' });
      expect(await granted(bob, 'write')).to.deep.equal(['TIMEOUT']);
      await granted(cid, 'read');

      await stand(bob, 'again', 'book');
      await stand(dan, 'read', 'book', { mode: 'shared' });
      await bob.kill();

      await granted(dan, 'read');
    });

    it('but never lets one of them become a writer: it is refused at once', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await take(ann, 'read', 'book', { mode: 'shared' });

      const error = await bob.run(async ({ hub, rejection }) => {
        const { code, message } = await hub.lock('book', { mode: 'shared' }, () => rejection(hub.lock('book')));
        return { code, message };
      });

      expect(error).to.include({ code: 'DEADLOCK' });
      expect(error.message).to.match(/bob waits for "book", bob holds "book"/);
    });
  });

  describe('takes several keys', () => {
    it('all or none, in the order of arrival', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await take(ann, 'b', 'b');

      await stand(bob, 'both', ['a', 'b', 'a']);
      await stand(cid, 'a', 'a');
      expect(await told(cid, 'a')).to.deep.equal([]);
      expect((await lines(ann)).flatMap(({ holders }) => holders.map(({ member }) => member?.name))).to.deep.equal(['ann']);
      await release(ann, 'b');
      await granted(bob, 'both');

      expect(await bob.run(({ kept }) => kept<Lock>('both').keys)).to.deep.equal(['a', 'b']);
      await group.settled();
      expect(await told(cid, 'a')).to.deep.equal([]);
      await release(bob, 'both');
      await granted(cid, 'a');
    });

    it('without ever waiting for each other, whatever the order in which they are named', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const rounds = await Promise.all(
        [['a', 'b', 'c'], ['c', 'a', 'b'], ['b', 'c', 'a']].map((keys, i) =>
          [ann, bob, cid][i]?.run(async ({ hub }, keys) => {
            for (let n = 0; n < 30; n++) await hub.lock(keys, () => hub.state('settling').size());
            return 'done';
          }, keys),
        ),
      );

      expect(rounds).to.deep.equal(['done', 'done', 'done']);
      expect(await lines(ann)).to.deep.equal([]);
    });

    it('with `tryLock` at once, or none of them', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await take(ann, 'b', 'b');

      const [some, others] = await bob.run(async ({ hub }) => [await hub.tryLock(['a', 'b']), (await hub.tryLock(['a', 'c']))?.keys] as const);

      expect([some, others]).to.deep.equal([undefined, ['a', 'c']]);
    });

    it('and frees them all when their holder dies', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(bob, 'both', ['a', 'b']);
      await stand(ann, 'a', 'a');
      await stand(cid, 'b', 'b');

      await bob.kill();

      const tokens = [...(await granted(ann, 'a')), ...(await granted(cid, 'b'))];
      expect(new Set(tokens).size).to.equal(2);
    });
  });

  describe('has semaphores', () => {
    it('that give out so many permits and no more, to whoever came first', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const program = async ({ hub, log }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<number> => {
        const semaphore = hub.semaphore('door', { permits: 2 });
        const inside = hub.state<number>('inside');
        let most = 0;
        for (let n = 0; n < 20; n++) {
          await semaphore.acquire(async () => {
            most = Math.max(most, await inside.add('count', 1));
            await inside.add('count', -1);
          });
        }
        log('most').push(most);
        return most;
      };

      const together = ({ hub }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<void> =>
        hub.semaphore('door', { permits: 2 }).acquire(() => hub.barrier('inside', 2));

      await Promise.all([ann.run(together), bob.run(together)]);
      const most = await Promise.all([ann, bob, cid].map((peer) => peer.run(program)));

      expect(Math.max(...most)).to.be.oneOf([1, 2]);
    });

    it('whose permits are taken several at a time, and not by those who came later', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const program = async ({ hub, keep, log }: Parameters<Parameters<Peer['run']>[0]>[0], permits: number): Promise<void> => {
        hub.semaphore('door', { permits: 3 }).acquire({ permits }).then((held) => log('held').push(keep('held', held).permits), () => {});
        await hub.state('settling').size();
      };

      await ann.run(program, 2);
      await bob.run(program, 2);
      await cid.run(program, 1);

      expect([await told(ann, 'held'), await told(bob, 'held'), await told(cid, 'held')]).to.deep.equal([[2], [], []]);
      expect(await cid.run(async ({ hub }) => hub.semaphore('door', { permits: 3 }).tryAcquire())).to.equal(undefined);
      await ann.run(({ kept }) => kept<Permits>('held').release());
      expect([await granted(bob, 'held'), await granted(cid, 'held')]).to.deep.equal([[2], [1]]);
    });

    it('whose permits come back when their holder dies', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await bob.run(async ({ hub }) => void (await hub.semaphore('door', { permits: 2 }).acquire({ permits: 2 })));
      const waiting = ann.run(async ({ hub }) => (await hub.semaphore('door', { permits: 2 }).acquire()).permits);

      await bob.kill();

      expect(await waiting).to.equal(1);
    });

    it('of one number only: another is a conflict, until nobody uses it any more', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(async ({ hub, keep }) => void keep('held', await hub.semaphore('door', { permits: 2 }).acquire()));

      const code = await bob.run(async ({ hub, rejection }) => (await rejection(hub.semaphore('door', { permits: 3 }).acquire())).code);
      await ann.run(({ kept }) => kept<Permits>('held').release());

      expect(code).to.equal('CONFLICT');
      expect(await bob.run(async ({ hub }) => (await hub.semaphore('door', { permits: 3 }).acquire({ permits: 3 })).key)).to.equal('door');
    });

    it('and refuses what they can never give', async () => {
      const { bob } = await meet('ann', 'bob');
      const attempts = await bob.run(async ({ hub, rejection }) => {
        const refusals: string[] = [];
        for (const permits of [0, -1, 1.5, NaN, Infinity]) refusals.push((await rejection((async () => hub.semaphore('door', { permits }))())).name);
        for (const permits of [0, 3, NaN]) refusals.push((await rejection((async () => hub.semaphore('door', { permits: 2 }).acquire({ permits }))())).name);
        return refusals;
      });

      expect(new Set(attempts)).to.deep.equal(new Set(['RangeError']));
      expect(await lines(bob)).to.deep.equal([]);
    });
  });

  describe('elects a leader', () => {
    const elect = (peer: Peer): Promise<void> =>
      peer.run(async ({ hub, keep, log }) => {
        hub.elect('boss').then((term) => log('term').push(keep('term', term).token), (error: Error) => log('term').push(error.message));
        await hub.state('settling').size();
      });

    it('in the order of standing, one after the other, with rising tokens', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [bob, cid, ann]) await elect(peer);

      const [first] = await granted(bob, 'term');
      await group.settled();
      expect([await told(ann, 'term'), await told(cid, 'term')]).to.deep.equal([[], []]);
      expect(await bob.run(({ kept }) => kept<Term>('term').resign())).to.equal(true);
      const [second] = await granted(cid, 'term');
      await cid.kill();
      const [third] = await granted(ann, 'term');

      expect([first, second, third]).to.deep.equal([...([first, second, third] as number[])].sort((a, b) => a - b));
      expect(await ann.run(({ kept }) => kept<Term>('term').name)).to.equal('boss');
    });

    it('and tells who leads, at once and at every change, none missed', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await elect(bob);
      const watch = (peer: Peer): Promise<void> =>
        peer.run(async ({ hub, log }) => {
          const leader = hub.leader('boss');
          void (async () => {
            for await (const now of leader) log('leaders').push(now === undefined ? 'nobody' : now.member.name);
          })();
          await hub.state('settling').size();
        });

      await watch(ann);
      await ann.run(({ log }) => log('leaders').reach(1));
      await bob.run(({ kept }) => kept<Term>('term').resign());
      await elect(cid);
      await watch(ann);
      await elect(bob);
      await cid.kill();

      const expected = ['bob', 'nobody', 'cid', 'cid', 'bob', 'bob'];
      expect(await ann.run(({ log }, count) => log('leaders').reach(count), expected.length)).to.deep.equal(expected);
    });

    it('or gives up the wait, as for a lock', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await elect(ann);

      const reason = await bob.run(async ({ hub, rejection }) => {
        const abort = new AbortController();
        const standing = rejection<unknown>(hub.elect('boss', { signal: abort.signal }));
        await hub.state('settling').size();
        abort.abort('enough');
        return standing;
      });
      await ann.run(({ kept }) => kept<Term>('term').resign());
      await group.settled();

      expect(reason).to.equal('enough');
      expect(await bob.run(async ({ hub }) => (await hub.leader('boss').next()).value as Leader | undefined)).to.equal(undefined);
    });
  });

  describe('refuses to wait for ever', () => {
    it('for a key that is held around it, at once', async () => {
      const { bob } = await meet('ann', 'bob');

      const errors = await bob.run(({ hub, rejection }) =>
        hub.lock('door', async (lock) => [
          (await rejection(hub.lock('door'))).code,
          (await rejection(hub.lock(['window', 'door']))).code,
          (await hub.lock('window', () => rejection(hub.lock('door', { mode: 'shared' })))).code,
          await hub.lock('window', { within: null }, () => 'free').then(() => 'free', () => 'refused'),
          (await hub.tryLock('door')) === undefined,
          lock.signal.aborted,
        ] as const),
      );

      expect(errors).to.deep.equal(['DEADLOCK', 'DEADLOCK', 'DEADLOCK', 'free', true, false]);
      expect(await lines(bob)).to.deep.equal([]);
    });

    it('in a circle of members: the last to come in is refused, and told the circle', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const nest = (peer: Peer, outer: string, inner: string): Promise<void> =>
        peer.run(async ({ hub, log }, outer, inner) => {
          const entered = new Promise<void>((resolve) => {
            hub.lock(outer, async () => {
              resolve();
              await log('go').reach(1);
              const waiting = hub.lock(inner, () => 'in').then((value) => log('end').push(value), (error: Error & { code?: string }) => log('end').push([error.code, error.message]));
              await hub.state('settling').size();
              log('waits').push(true);
              await waiting;
            }).catch(() => {});
          });
          await entered;
        }, outer, inner);
      const go = (peer: Peer): Promise<unknown> => peer.run(async ({ log }) => {
        log('go').push(true);
        await log('waits').reach(1);
      });

      await nest(ann, 'a', 'b');
      await nest(bob, 'b', 'c');
      await nest(cid, 'c', 'a');
      await go(ann);
      await go(bob);
      await go(cid);

      const [refusal] = await granted(cid, 'end') as readonly [readonly [string, string]];
      expect(refusal[0]).to.equal('DEADLOCK');
      expect(refusal[1]).to.include('cid waits for "a", ann holds "a", ann waits for "b", bob holds "b", bob waits for "c", cid holds "c"');
      expect([await granted(bob, 'end'), await granted(ann, 'end')]).to.deep.equal([['in'], ['in']]);
    });

    it('but raises no false alarm: tasks of one process that do not wait for each other are not taken for one', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await take(ann, 'a', 'a');
      await take(bob, 'b', 'b');

      await stand(ann, 'then b', 'b');
      await stand(bob, 'then a', 'a');
      expect([await told(ann, 'then b'), await told(bob, 'then a')]).to.deep.equal([[], []]);
      await release(ann, 'a');
      await granted(bob, 'then a');
    });

    it('as `within` says, where there is no body', async () => {
      const { bob } = await meet('ann', 'bob');

      const error = await bob.run(async ({ hub, rejection }) => {
        const lock = await hub.lock('door');
        const { code } = await rejection(hub.lock('door', { within: lock }));
        await lock.release();
        return code;
      });

      expect(error).to.equal('DEADLOCK');
    });

    it('nor where too many wait already', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await take(ann, 'door', 'door');
      await stand(bob, 'door', 'door', { maxWaiters: 1 });

      await stand(cid, 'door', 'door', { maxWaiters: 1 });

      expect(await granted(cid, 'door')).to.deep.equal(['OVERLOADED']);
      await release(ann, 'door');
      await granted(bob, 'door');
    });
  });

  describe('takes a lock away', () => {
    it('that is held for longer than it was to be, and says so', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const before = await take(bob, 'door', 'door', { maxHold: 50 });
      await stand(ann, 'door', 'door');

      const [after] = await granted(ann, 'door');

      expect(after).to.be.above(before);
      expect(await loss(bob, 'door')).to.include({ code: 'LOST', released: false }).and.property('message').match(/maxHold/);
    });

    it('by force, ahead of all who wait', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const before = await take(ann, 'door', 'door');
      await stand(bob, 'door', 'door');

      const after = await take(cid, 'door', 'door', { steal: true });

      expect(after).to.be.above(before);
      expect(await loss(ann, 'door')).to.include({ code: 'LOST', released: false }).and.property('message').match(/steal/);
      expect(await told(bob, 'door')).to.deep.equal([]);
      await release(cid, 'door');
      await granted(bob, 'door');
    });
  });

  describe('shows every line', () => {
    it('with who holds and who waits, in order', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const token = await take(bob, 'door', 'door');
      await stand(ann, 'door', 'door', { mode: 'shared' });
      await stand(cid, 'door', 'door');
      await ann.run(async ({ hub }) => void (await hub.semaphore('gate', { permits: 3 }).acquire({ permits: 2 })));

      const seen = (await lines(cid)).map(({ holders, waiters, ...line }) => ({
        ...line,
        holders: holders.map(({ age, member, ...rest }) => ({ ...rest, member: member?.name, isAged: age >= 0 && age < 60_000 })),
        waiters: waiters.map(({ age, member, ...rest }) => ({ ...rest, member: member?.name, isAged: age >= 0 && age < 60_000 })),
      }));

      const [door, gate] = [...seen].sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(door).to.deep.equal({
        space: 'lock',
        key: 'door',
        waiting: 2,
        holders: [{ member: 'bob', mode: 'exclusive', token, isAged: true }],
        waiters: [{ member: 'ann', mode: 'shared', isAged: true }, { member: 'cid', mode: 'exclusive', isAged: true }],
      });
      expect(gate).to.deep.include({ space: 'semaphore', key: 'gate', permits: 3, waiting: 0, waiters: [] });
      expect(gate?.holders[0]).to.deep.include({ member: 'ann', permits: 2 });
    });

    it('as many as are asked for', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await take(ann, 'door', 'door');
      for (let n = 0; n < 5; n++) await stand(bob, `door ${n}`, 'door');

      const [line] = await bob.run(({ hub }) => hub.locks({ limit: 3 }));

      expect([line?.holders.length, line?.waiters.length, line?.waiting]).to.deep.equal([1, 2, 5]);
    });

    it('with where in the code each was asked for, if that is wanted', async () => {
      const { bob } = await meet('ann', 'bob');

      const error = await bob.run(async ({ another, rejection }) => {
        const hub = another('curious', { captureSites: true });
        return hub.lock('door', async () => ({
          message: (await rejection(hub.lock('door'))).message,
          site: (await hub.locks())[0]?.holders[0]?.site,
        }));
      });

      expect(error.site).to.match(/^at /);
      expect(error.message).to.match(/waits for "door" \(at .*\), .* holds "door" \(at /);
    });
  });

  describe('runs once what many want at the same time', () => {
    it('and gives all of them its value', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const values = await Promise.all([ann, bob, cid].map((peer) =>
        peer.run(async ({ hub }) => {
          const body = async (): Promise<number> => {
            const run = await hub.state('runs').add('count', 1);
            // Until all have asked for it.
            while ((await hub.state('runs').get('asking')) !== 3);
            return run;
          };
          const values = Array.from({ length: 34 }, () => hub.once('work', body));
          await hub.state('runs').add('asking', 1);
          return Promise.all(values);
        }),
      ));

      expect(values.flat()).to.deep.equal(Array(102).fill(1));
      expect(await ann.run(({ hub }) => hub.once('work', () => hub.state('runs').add('count', 1)))).to.equal(2);
    });

    it('or its error', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const program = async ({ hub, rejection }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<string> => {
        const body = async (): Promise<never> => {
          while ((await hub.state('runs').get('asking')) !== 2);
          throw new RangeError(`run ${await hub.state('runs').add('count', 1)}`);
        };
        const failure = rejection(hub.once('work', body));
        await hub.state('runs').add('asking', 1);
        const { name, message } = await failure;
        return `${name}: ${message}`;
      };

      expect(await Promise.all([ann.run(program), bob.run(program)])).to.deep.equal(['RangeError: run 1', 'RangeError: run 1']);
    });

    it('and by another when the one that runs it dies', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const began = bob.run(({ hub, log }) => {
        hub.once('work', () => {
          log('began').push(true);
          return new Promise(() => {});
        }).catch(() => {});
        return log('began').reach(1);
      });
      await began;
      const value = ann.run(({ hub }) => hub.once('work', () => 'by ann'));

      await bob.kill();

      expect(await value).to.equal('by ann');
    });
  });

  describe('keeps what a run came to for those who come later', () => {
    it('as long as it was said', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const count = ({ hub }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<number> => hub.once('work', () => hub.state('runs').add('count', 1), { ttl: 100 });

      const early = [await ann.run(count), await bob.run(count), await bob.run(({ hub }) => hub.once('work', () => 0))];
      await ann.run(async ({ hub }) => {
        while (await hub.state('interhub.once').has('work'));
      });

      expect([...early, await bob.run(count)]).to.deep.equal([1, 1, 1, 2]);
    });

    it('but not an error', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const fail = await ann.run(({ hub, rejection }) => rejection(hub.once('work', () => Promise.reject(new RangeError('not now')), { ttl: 60_000 })).then(({ name }) => name));

      expect(fail).to.equal('RangeError');
      expect(await bob.run(({ hub }) => hub.once('work', () => 'by bob', { ttl: 60_000 }))).to.equal('by bob');
    });

    it('and leaves nothing behind of what is not to be kept', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      for (const peer of [ann, bob]) await peer.run(({ hub }) => Promise.all([1, 2, 3].map(() => hub.once('work', () => 1))));
      await bob.run(({ hub }) => hub.once('work', () => Promise.reject(new Error('no'))).catch(() => {}));

      await ann.run(async ({ hub }) => {
        while ((await hub.state('interhub.once').size()) > 0 || (await hub.locks()).length > 0);
      });
    });
  });

  it('waits for its turn at what runs once no longer than it is told to', async () => {
    const { ann, bob } = await meet('ann', 'bob');
    await ann.run(({ hub, log }) => {
      hub.once('work', () => {
        log('began').push(true);
        return new Promise(() => {});
      }).catch(() => {});
      return log('began').reach(1);
    });

    const errors = await bob.run(async ({ hub, rejection }) => {
      const reason = new Error('enough');
      const late = await rejection(hub.once('work', () => 1, { timeout: 20 }));
      const kept = await rejection(hub.once('work', () => 1, { timeout: 20, ttl: 60_000 }));
      const over = await rejection(hub.once('work', () => 1, { signal: AbortSignal.abort(reason) }));
      const controller = new AbortController();
      const waiting = rejection(hub.once('work', () => 1, { signal: controller.signal, ttl: 60_000 }));
      await hub.state('settling').size();
      controller.abort(reason);
      return [late.code, kept.code, over === reason, (await waiting) === reason];
    });

    expect(errors).to.deep.equal(['TIMEOUT', 'TIMEOUT', true, true]);
  });

  describe('lets those who wait for one another go on together', () => {
    it('when the last of them has come, and not before', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const come = ({ hub }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<number> =>
        hub.state('come').add('count').then(() => hub.barrier('start', 3)).then(() => hub.state('come').add('count', 0));

      const first = [ann.run(come), bob.run(come)];
      const early = await Promise.race([...first, ann.run(({ hub }) => hub.state('come').size()).then(() => 'still waiting')]);
      const counts = await Promise.all([...first, cid.run(come)]);

      expect(early).to.equal('still waiting');
      expect(counts).to.deep.equal([3, 3, 3]);
    });

    it('again and again', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const rounds = async ({ hub }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<number[]> => {
        const seen: number[] = [];
        for (let round = 0; round < 5; round++) {
          await hub.state('rounds').add('count');
          await hub.barrier('round', 2);
          seen.push(await hub.state<number>('rounds').add('count', 0));
          await hub.barrier('seen', 2);
        }
        return seen;
      };

      expect(await Promise.all([ann.run(rounds), bob.run(rounds)])).to.deep.equal([[2, 4, 6, 8, 10], [2, 4, 6, 8, 10]]);
    });

    it('also when the last of them was stopped before it could say so', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const first = bob.run(({ hub }) => hub.barrier('start', 2).then(() => 'on'));
      await ann.run(async ({ hub }) => {
        while ((await hub.state('interhub.barrier:start').size()) === 0);
        await hub.state('interhub.barrier:start').set('of one that is stopped', 2, { ephemeral: true });
        hub.barrier('start', 2).catch(() => 'the hub closes');
      });

      expect(await first).to.equal('on');
    });

    it('and does not count the dead, nor those who have given up', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await bob.run(async ({ hub }) => {
        hub.barrier('start', 2).catch(() => {});
        for await (const change of hub.state('interhub.barrier:start').watch()) if (change.type === 'set' || (change.type === 'whole' && change.entries.size > 0)) return;
      });
      await bob.kill();
      const late = await ann.run(async ({ hub, rejection }) => {
        for await (const change of hub.state('interhub.barrier:start').watch()) if (change.type === 'delete' || (change.type === 'whole' && change.entries.size === 0)) break;
        return (await rejection(hub.barrier('start', 2, { timeout: 20 }))).name;
      });

      const both = Promise.all([ann.run(({ hub }) => hub.barrier('start', 2)), cid.run(({ hub }) => hub.barrier('start', 2))]);

      expect(late).to.equal('HubError');
      expect(await both).to.have.length(2);
    });
  });

  it('limits how many go on in a span of time, over all members', async () => {
    const { ann, bob } = await meet('ann', 'bob');
    const take = ({ hub }: Parameters<Parameters<Peer['run']>[0]>[0]): Promise<boolean> => hub.limit('calls', { permits: 2, per: 100 }).tryTake();

    const first = [await ann.run(take), await bob.run(take), await ann.run(take)];
    await bob.run(({ hub }) => hub.limit('calls', { permits: 2, per: 100 }).take());

    expect(first).to.deep.equal([true, true, false]);
  });

  it('refuses what makes no sense, and keeps nothing of it', async () => {
    const { bob } = await meet('ann', 'bob');
    const refusals = await bob.run(async ({ hub, rejection }) => {
      const body = (): number => 1;
      const attempts: Readonly<Record<string, () => unknown>> = {
        'no key': () => hub.lock([]),
        'a key that is a number': () => hub.lock(['a', 7 as unknown as string]),
        'a key of 2 MB': () => hub.lock('x'.repeat(2e6)),
        'one of them of 2 MB': () => hub.lock(['a', 'x'.repeat(2e6)]),
        'a mode that there is not': () => hub.lock('a', { mode: 'both' as 'shared' }),
        'stealing to share': () => hub.lock('a', { steal: true, mode: 'shared' }),
        'a hold of no time': () => hub.lock('a', { maxHold: 0 }),
        'a hold of NaN': () => hub.lock('a', { maxHold: NaN }),
        'fewer than no waiters': () => hub.lock('a', { maxWaiters: -1 }),
        'a time-out before now': () => hub.lock('a', { timeout: -1 }),
        'within somebody': () => hub.lock('a', { within: 'me' as unknown as Lock }),
        'a signal that is none': () => hub.lock('a', { signal: {} as AbortSignal }),
        'a term before now': () => hub.elect('a', { timeout: -1 }),
        'no lines': () => hub.locks({ limit: 0 }),
        'no permits': () => hub.semaphore('a', { permits: 0 }),
        'NaN permits': () => hub.semaphore('a', { permits: NaN }),
        'half a permit': () => hub.semaphore('a', { permits: 1.5 }),
        'no permit of them': () => hub.semaphore('a', { permits: 2 }).acquire({ permits: 0 }),
        'NaN of them': () => hub.semaphore('a', { permits: 2 }).acquire({ permits: NaN }),
        'more than there are': () => hub.semaphore('a', { permits: 2 }).acquire({ permits: 3 }),
        'a limit of none': () => hub.limit('a', { permits: 0, per: 10 }),
        'a limit of NaN': () => hub.limit('a', { permits: NaN, per: 10 }),
        'a limit in no time': () => hub.limit('a', { permits: 1, per: 0 }),
        'a limit in time without end': () => hub.limit('a', { permits: 1, per: Infinity }),
        'nothing to run': () => hub.once('a', undefined as unknown as typeof body),
        'to run under 2 MB': () => hub.once('x'.repeat(2e6), body),
        'to run under all that a name may be': () => hub.once('x'.repeat(1_024), body),
        'to keep for no time': () => hub.once('a', body, { ttl: 0 }),
        'to keep for less': () => hub.once('a', body, { ttl: -1 }),
        'to keep for ever': () => hub.once('a', body, { ttl: Infinity }),
        'to keep as an option that there is not': () => hub.once('a', body, { maxAge: 1 } as object),
        'a barrier for none': () => hub.barrier('a', 0),
        'a barrier for NaN': () => hub.barrier('a', NaN),
        'a barrier before now': () => hub.barrier('a', 2, { timeout: -1 }),
        'a barrier of 2 MB': () => hub.barrier('x'.repeat(2e6), 2),
        'a barrier of all that a name may be': () => hub.barrier('x'.repeat(1_024), 2),
      };
      const names: Record<string, string | undefined> = {};
      for (const [what, attempt] of Object.entries(attempts)) {
        const { name, code } = await rejection((async () => attempt())());
        names[what] = code ?? name;
      }
      return names;
    });

    expect(refusals).to.deep.equal({
      'no key': 'TypeError',
      'a key that is a number': 'TypeError',
      'a key of 2 MB': 'TOO_LARGE',
      'one of them of 2 MB': 'TOO_LARGE',
      'a mode that there is not': 'TypeError',
      'stealing to share': 'TypeError',
      'a hold of no time': 'RangeError',
      'a hold of NaN': 'RangeError',
      'fewer than no waiters': 'RangeError',
      'a time-out before now': 'RangeError',
      'within somebody': 'TypeError',
      'a signal that is none': 'TypeError',
      'a term before now': 'RangeError',
      'no lines': 'RangeError',
      'no permits': 'RangeError',
      'NaN permits': 'RangeError',
      'half a permit': 'RangeError',
      'no permit of them': 'RangeError',
      'NaN of them': 'RangeError',
      'more than there are': 'RangeError',
      'a limit of none': 'RangeError',
      'a limit of NaN': 'RangeError',
      'a limit in no time': 'RangeError',
      'a limit in time without end': 'RangeError',
      'nothing to run': 'TypeError',
      'to run under 2 MB': 'TOO_LARGE',
      'to run under all that a name may be': 'TOO_LARGE',
      'to keep for no time': 'RangeError',
      'to keep for less': 'RangeError',
      'to keep for ever': 'RangeError',
      'to keep as an option that there is not': 'TypeError',
      'a barrier for none': 'RangeError',
      'a barrier for NaN': 'RangeError',
      'a barrier before now': 'RangeError',
      'a barrier of 2 MB': 'TOO_LARGE',
      'a barrier of all that a name may be': 'TOO_LARGE',
    });
    expect(await lines(bob)).to.deep.equal([]);
    expect(await bob.run(({ hub }) => hub.lock(['a', 'b'], () => 'free'))).to.equal('free');
  });
}

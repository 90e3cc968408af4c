/** Shared maps, complete: entries that end by themselves, bounds, transactions, several keys, watches of all kinds, replicas. */
import { expect } from 'chai';
import type { Change, MapTransaction, Replica, StateOptions, WatchOptions } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

type Seen = Exclude<Change<unknown>, { readonly type: 'whole' }> | { readonly type: 'whole'; readonly entries: readonly (readonly [string, unknown])[]; readonly version: number };

/** The peer writes down every change of a map. Resolves when it is told them. */
const watch = (peer: Peer, map: string, options: WatchOptions = {}): Promise<void> =>
  peer.run(async ({ hub, log }, name, options) => {
    const follow = async (): Promise<void> => {
      for await (const change of hub.state(name).watch(options)) {
        log(`watch ${name}`).push(change.type === 'whole' ? { ...change, entries: [...change.entries] } : change);
      }
    };
    void follow();
    await hub.state(name).size();
  }, map, options);

const seen = (peer: Peer, map: string, count: number): Promise<readonly Seen[]> => peer.run(({ log }, name, least) => log(`watch ${name}`).reach<Seen>(least), map, count);

const withoutVersions = (changes: readonly Seen[]): unknown[] => changes.map(({ version: _, ...change }) => ('ended' in change ? { ...change, ended: change.ended?.reason } : change));

const entries = (peer: Peer, map: string): Promise<Map<string, unknown>> => peer.run(({ hub }, name) => hub.state(name).entries(), map);

/** Writes these keys, in this order. */
const fill = (peer: Peer, map: string, keys: readonly string[], options: StateOptions): Promise<void> =>
  peer.run(async ({ hub }, name, keys, options) => {
    for (const key of keys) await hub.state(name, options).set(key, key);
  }, map, keys, options);

const transact = (peer: Peer, map: string, transaction: MapTransaction<unknown>) => peer.run(({ hub }, name, transaction) => hub.state(name).transact(transaction), map, transaction);

export function stateComplete(meet: Meet): void {
  describe('lets an entry live for a while', () => {
    it('and never reads it after that', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      const late = await ann.run(async ({ hub }) => {
        const map = hub.state('map');
        const began = performance.now();
        await map.set('key', 1, { ttl: 40 });
        let read: unknown = await map.get('key');
        while (read !== undefined) read = await map.get('key');
        return [performance.now() - began, await map.has('key'), await map.size(), await map.entry('key')] as const;
      });

      // The group counts whole milliseconds.
      expect(late[0]).to.be.at.least(39);
      expect(late.slice(1)).to.deep.equal([false, 0, undefined]);
      expect(await entries(bob, 'map')).to.deep.equal(new Map());
    });

    it('and tells those who watch, with the version that has gone', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await watch(bob, 'map');

      const version = await ann.run(({ hub }) => hub.state('map').set('key', 1, { ttl: 20 }));

      const [, set, gone] = await seen(bob, 'map', 3);
      expect(set).to.deep.equal({ type: 'set', key: 'key', value: 1, version });
      expect(gone).to.deep.include({ type: 'delete', key: 'key', ended: { reason: 'expired', version } });
      expect(gone?.version).to.be.above(version);
    });

    it('unless it is set again without saying so', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await watch(bob, 'map');

      await ann.run(async ({ hub }) => {
        const map = hub.state('map');
        await map.set('kept', 1, { ttl: 20 });
        await map.set('kept', 2);
        await map.set('counted', 1, { ttl: 30 });
        await map.add('counted');
      });

      expect(withoutVersions(await seen(bob, 'map', 6)).slice(-1)).to.deep.equal([{ type: 'delete', key: 'counted', ended: 'expired' }]);
      expect(await entries(ann, 'map')).to.deep.equal(new Map([['kept', 2]]));
    });

    it('as long as its map says, when it does not say itself', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await watch(bob, 'map');

      await fill(ann, 'map', ['short'], { ttl: 20 });
      await ann.run(({ hub }) => hub.state('map').set('long', 1, { ttl: 2 ** 40 }));
      await bob.run(({ hub }) => hub.state('map').set('short too', 1));

      const ended = (await seen(bob, 'map', 6)).flatMap((change) => (change.type === 'delete' ? [change.key] : []));
      expect(ended).to.deep.equal(['short', 'short too']);
      expect([...(await entries(ann, 'map')).keys()]).to.deep.equal(['long']);
    });
  });

  describe('keeps a map within bounds', () => {
    it('of number: what was used longest ago goes, and those who watch hear of it', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await watch(bob, 'map');
      const bounds = { maxEntries: 3 };

      await fill(ann, 'map', ['a', 'b', 'c'], bounds);
      await bob.run(({ hub }) => hub.state('map').get('a'));
      await fill(ann, 'map', ['d'], bounds);
      await bob.run(({ hub }) => hub.state('map').getMany(['c', 'nothing']));
      await fill(ann, 'map', ['e'], bounds);

      expect([...(await entries(bob, 'map')).keys()]).to.have.members(['c', 'd', 'e']);
      const evicted = (await seen(bob, 'map', 8)).flatMap((change) => (change.type === 'delete' ? [[change.key, change.ended?.reason]] : []));
      expect(evicted).to.deep.equal([['b', 'evicted'], ['a', 'evicted']]);
    });

    it('of size, which no entry may have alone', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const bounds = { maxBytes: 30 };

      await ann.run(async ({ hub }, bounds) => {
        const map = hub.state('map', bounds);
        for (const key of ['a', 'b', 'c']) await map.set(key, 'x'.repeat(8));
      }, bounds);
      const error = await rejection(bob.run(({ hub }) => hub.state('map').set('large', 'x'.repeat(30))));

      expect([...(await entries(bob, 'map')).keys()]).to.deep.equal(['b', 'c']);
      expect(error).to.include({ name: 'HubError', code: 'TOO_LARGE' });
      expect(error.message).to.include('"large"').and.to.include('30');
    });

    it('that the first fix for all, and remembers them while it is empty', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['a', 'b'], { maxEntries: 1 });

      const error = await rejection(fill(bob, 'map', ['c'], { maxEntries: 2 }));
      await bob.run(({ hub }) => hub.state('map').clear());
      const later = await rejection(fill(bob, 'map', ['c'], { maxEntries: 1, ttl: 5 }));
      await bob.run(({ hub }) => hub.state('map').set('d', 1));
      await bob.run(({ hub }) => hub.state('map').set('e', 1));

      for (const each of [error, later]) {
        expect(each).to.include({ name: 'HubError', code: 'CONFLICT' });
        expect(each.message).to.include('"map"').and.to.include('`maxEntries` is 1');
      }
      expect([...(await entries(ann, 'map')).keys()]).to.deep.equal(['e']);
    });
  });

  describe('binds an entry to its member', () => {
    it('and ends it with its death, before anyone hears that it has left', async () => {
      const { ann, group } = await meet('ann');
      const doomed = await group.join('doomed');
      await ann.run(async ({ hub, log }) => {
        const map = hub.state('map');
        const follow = async (): Promise<void> => {
          for await (const change of map.watch({ key: 'bound', initial: 'none' })) log('order').push(change.type === 'delete' ? [change.key, change.ended?.reason] : change.type);
        };
        const meet = async (): Promise<void> => {
          for await (const change of hub.members.watch()) if (change.type === 'left') log('order').push('left');
        };
        void follow();
        void meet();
        await map.size();
      });
      await doomed.run(async ({ hub }) => {
        await hub.state('map').set('bound', 1, { ephemeral: true });
        await hub.state('map').set('free', 1);
      });

      await doomed.kill();

      expect(await ann.run(({ log }) => log('order').reach(3))).to.deep.equal(['set', ['bound', 'left'], 'left']);
      expect(await entries(ann, 'map')).to.deep.equal(new Map([['free', 1]]));
    });

    it('and ends it with its good-bye, but not what another has set since', async () => {
      const { ann } = await meet('ann');

      const left = await ann.run(async ({ hub, another }) => {
        const guest = another('guest');
        await guest.state('map').set('bound', 1, { ephemeral: true });
        await guest.state('map').set('taken', 1, { ephemeral: true });
        await hub.state('map').set('taken', 2);
        await guest.close();
        return hub.state('map').entries();
      });

      expect(left).to.deep.equal(new Map([['taken', 2]]));
    });
  });

  describe('reads and writes several keys', () => {
    it('as they are at one moment', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['a', 'b', 'c'], {});

      const read = await bob.run(({ hub }) => hub.state('map').getMany(['c', 'a', 'c', 'nothing', '__proto__']));

      expect(read).to.deep.equal(new Map([['c', 'c'], ['a', 'a']]));
      expect(await bob.run(({ hub }) => hub.state('map').getMany([]))).to.deep.equal(new Map());
    });

    it('if its conditions hold', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const version = await ann.run(({ hub }) => hub.state('map').set('stock', 5));

      const done = await transact(bob, 'map', {
        if: [{ key: 'stock', expect: version }, { key: 'order', expect: 'absent' }],
        then: [{ type: 'add', key: 'stock', amount: -1 }, { type: 'set', key: 'order', value: { of: 'bob' } }, { type: 'delete', key: 'nothing' }, { type: 'get', key: 'stock' }],
      });
      const late = await transact(ann, 'map', {
        if: [{ key: 'stock', expect: version }, { key: 'order', expect: 'present' }],
        then: [{ type: 'delete', key: 'order' }],
        else: [{ type: 'get', key: 'stock' }, { type: 'get', key: 'nothing' }],
      });

      expect(done.succeeded).to.equal(true);
      expect(done.version).to.be.above(version);
      expect(done.results).to.deep.equal([
        { type: 'add', sum: 4 },
        { type: 'set', version: done.version },
        { type: 'delete', deleted: false },
        { type: 'get', entry: { value: 4, version: done.version } },
      ]);
      expect(late).to.deep.equal({ succeeded: false, version: 0, results: [{ type: 'get', entry: { value: 4, version: done.version } }, { type: 'get', entry: undefined }] });
      expect(await entries(ann, 'map')).to.deep.equal(new Map<string, unknown>([['stock', 4], ['order', { of: 'bob' }]]));
    });

    it('all or none', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['text'], {});

      const error = await rejection(transact(bob, 'map', { then: [{ type: 'set', key: 'other', value: 1 }, { type: 'add', key: 'text' }] }));

      expect(error).to.include({ name: 'HubError', code: 'NOT_A_NUMBER' });
      expect(await entries(ann, 'map')).to.deep.equal(new Map([['text', 'text']]));
    });

    it('so that nothing is lost or made between two accounts', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      await ann.run(({ hub }) => hub.state('accounts').transact({ then: [{ type: 'set', key: 'a', value: 100 }, { type: 'set', key: 'b', value: 100 }] }));

      const sums = await Promise.all([ann, bob, cid].map((peer) => peer.run(async ({ hub }) => {
        const accounts = hub.state<number>('accounts');
        const replica = await accounts.replica();
        const sums = new Set<number>();
        for (let n = 1; n <= 30; n++) {
          const { version } = await accounts.transact({ then: [{ type: 'add', key: 'a', amount: -n }, { type: 'add', key: 'b', amount: n }] });
          const read = await accounts.getMany(['a', 'b']);
          sums.add((read.get('a') ?? 0) + (read.get('b') ?? 0));
          await replica.reached(version);
          sums.add((replica.get('a') ?? 0) + (replica.get('b') ?? 0));
        }
        return [...sums];
      })));

      expect(sums).to.deep.equal([[200], [200], [200]]);
      expect(await ann.run(({ hub }) => hub.state('accounts').get('a'))).to.equal(100 - 3 * 465);
    });

    it('with entries that end by themselves, and within bounds', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['a', 'b'], { maxEntries: 2 });
      await watch(bob, 'map');

      await transact(ann, 'map', { then: [{ type: 'set', key: 'c', value: 1, ttl: 20 }, { type: 'set', key: 'd', value: 2 }] });

      const changes = withoutVersions(await seen(bob, 'map', 6));
      expect(changes.slice(1)).to.deep.equal([
        { type: 'set', key: 'c', value: 1 },
        { type: 'set', key: 'd', value: 2 },
        { type: 'delete', key: 'a', ended: 'evicted' },
        { type: 'delete', key: 'b', ended: 'evicted' },
        { type: 'delete', key: 'c', ended: 'expired' },
      ]);
    });
  });

  describe('lets a map be watched in part', () => {
    it('by the beginning of the keys', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['user.1', 'job.1'], {});
      await watch(bob, 'map', { prefix: 'user.' });

      await fill(ann, 'map', ['job.2', 'user.2'], {});

      expect(withoutVersions(await seen(bob, 'map', 2))).to.deep.equal([
        { type: 'whole', entries: [['user.1', 'user.1']] },
        { type: 'set', key: 'user.2', value: 'user.2' },
      ]);
    });

    it('from now on, without what is there already', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['old'], {});
      await watch(bob, 'map', { initial: 'none' });

      await fill(ann, 'map', ['new'], {});

      expect(withoutVersions(await seen(bob, 'map', 1))).to.deep.equal([{ type: 'set', key: 'new', value: 'new' }]);
    });

    it('by a reader that is too slow, who hears the newest of each key', async () => {
      const { ann } = await meet('ann');

      const read = await ann.run(async ({ hub }) => {
        const map = hub.state<number>('map');
        const changes = map.watch({ buffer: 10 });
        await changes.next();
        for (let n = 1; n <= 300; n++) await map.set(n % 2 === 0 ? 'even' : 'odd', n);
        const last = new Map<string, number>();
        let count = 0;
        while (last.get('even') !== 300 || last.get('odd') !== 299) {
          const { value } = await changes.next();
          count += 1;
          if (value?.type === 'set') last.set(value.key, value.value);
        }
        return count;
      });

      expect(read).to.be.at.most(10);
    });

    it('by one who asks for every change, and then is told that there were too many', async () => {
      const { ann } = await meet('ann');

      const error = await ann.run(async ({ hub, rejection }) => {
        const map = hub.state<number>('map');
        const changes = map.watch({ buffer: 2, overflow: 'error', initial: 'none' });
        for (let n = 1; n <= 3; n++) await map.set('key', n);
        await changes.next();
        await changes.next();
        const { code, message } = await rejection(changes.next());
        return { code, message };
      });

      expect(error.code).to.equal('OVERLOADED');
      expect(error.message).to.include('"map"');
    });
  });

  describe('lets a map be read without waiting', () => {
    it('from a replica that follows it', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await fill(ann, 'map', ['a', 'b'], {});
      await bob.run(async ({ hub, keep }) => {
        keep('replica', await hub.state('map').replica());
      });

      const version = await ann.run(async ({ hub }) => {
        const map = hub.state('map');
        await map.delete('a');
        return map.set('c', { deep: [1, 2] });
      });

      const read = await bob.run(async ({ kept }, version) => {
        const replica = kept<Replica<unknown>>('replica');
        await replica.reached(version);
        return [replica.version, replica.size, replica.get('a'), replica.has('b'), replica.get('c'), [...replica], [...replica.keys()]];
      }, version);
      expect(read).to.deep.equal([version, 2, undefined, true, { deep: [1, 2] }, [['b', 'b'], ['c', { deep: [1, 2] }]], ['b', 'c']]);
    });

    it('until it is disposed of, its signal aborts, or its hub is closed', async () => {
      const { bob } = await meet('ann', 'bob');

      const ends = await bob.run(async ({ another, rejection }) => {
        const hub = another('reader');
        const map = hub.state('map');
        const version = await map.set('key', 1);
        const abort = new AbortController();
        const bySignal = await map.replica({ signal: abort.signal });
        const byUser = await map.replica();
        const byHub = await map.replica();
        const never = [bySignal, byUser, byHub].map((replica) => rejection<{ readonly code?: string } | string>(replica.reached(2 ** 52)));
        abort.abort('enough');
        byUser[Symbol.dispose]();
        const early = await rejection<unknown>(map.replica({ signal: AbortSignal.abort('too late') }));
        await hub.close();
        const late = await rejection<{ readonly code?: string }>(map.replica());
        const reasons = (await Promise.all(never)).map((reason) => (typeof reason === 'string' ? reason : reason.code));
        return [reasons, early, late.code, bySignal.get('key'), bySignal.version >= version];
      });

      expect(ends).to.deep.equal([['enough', 'CLOSED', 'CLOSED'], 'too late', 'CLOSED', 1, true]);
    });
  });

  it('refuses what makes no sense at once', async () => {
    const { bob } = await meet('bob');

    const errors = await bob.run(({ hub }) => {
      const map = hub.state<unknown>('map');
      const anything = map as unknown as Record<string, (...args: unknown[]) => unknown>;
      const name = (run: () => unknown): string => {
        try {
          return `nothing: ${String(run())}`;
        } catch (error) {
          return (error as Error).name;
        }
      };
      return {
        ttl: [0, -1, NaN, Infinity, '5', null].map((ttl) => name(() => anything['set']?.('key', 1, { ttl }))),
        ttlOfMap: [0, -1, NaN, Infinity, '5'].map((ttl) => name(() => hub.state('map', { ttl: ttl as number }))),
        bounds: [0, 1.5, NaN, Infinity, '5'].map((maxEntries) => name(() => hub.state('map', { maxEntries: maxEntries as number }))),
        bytes: [0, -1].map((maxBytes) => name(() => hub.state('map', { maxBytes }))),
        ephemeral: name(() => anything['set']?.('key', 1, { ephemeral: 1 })),
        getMany: [name(() => anything['getMany']?.('key')), name(() => anything['getMany']?.([1])), name(() => anything['getMany']?.(Array(10_001).fill('key')))],
        transact: [
          { then: 1 },
          { then: [{ type: 'move', key: 'key' }] },
          { then: [{ type: 'add', key: 'key', amount: NaN }] },
          { then: [{ type: 'set', key: 'key', value: 1, ttl: 0 }] },
          { if: [{ key: 'key', expect: -1 }] },
          { if: [{ key: 1, expect: 0 }] },
        ].map((transaction) => name(() => anything['transact']?.(transaction))),
        watch: [{ prefix: 1 }, { initial: 'some' }, { buffer: 0 }, { overflow: 'block' }, { signal: 1 }].map((options) => name(() => anything['watch']?.(options))),
      };
    });

    expect(errors).to.deep.equal({
      ttl: ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError', 'TypeError'],
      ttlOfMap: ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError'],
      bounds: ['RangeError', 'RangeError', 'RangeError', 'RangeError', 'TypeError'],
      bytes: ['RangeError', 'RangeError'],
      ephemeral: 'TypeError',
      getMany: ['TypeError', 'TypeError', 'RangeError'],
      transact: ['TypeError', 'TypeError', 'TypeError', 'RangeError', 'TypeError', 'TypeError'],
      watch: ['TypeError', 'TypeError', 'RangeError', 'TypeError', 'TypeError'],
    });
  });
}

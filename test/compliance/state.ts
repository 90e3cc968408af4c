/** Shared maps: all members see the same changes in the same order. */
import { expect } from 'chai';
import type { Change, SharedMap } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** The peer writes down every change of a map until it has seen the key `end`. Resolves when it has seen the whole. */
const watch = (peer: Peer, map: string, key?: string): Promise<void> =>
  peer.run(async ({ hub, log }, name, only) => {
    const follow = async (): Promise<void> => {
      for await (const change of hub.state(name).watch(only === undefined ? {} : { key: only })) {
        log(`watch ${name}`).push(change.type === 'whole' ? { ...change, entries: [...change.entries] } : change);
      }
    };
    void follow();
    await log(`watch ${name}`).reach(1);
  }, map, key);

type Seen = Exclude<Change<unknown>, { readonly type: 'whole' }> | { readonly type: 'whole'; readonly entries: readonly (readonly [string, unknown])[]; readonly version: number };

const seen = (peer: Peer, map: string, count: number): Promise<readonly Seen[]> => peer.run(({ log }, name, least) => log(`watch ${name}`).reach<Seen>(least), map, count);

export function state(meet: Meet): void {
  describe('shares state', () => {
    it('as soon as a write has resolved', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      for (const [writer, reader] of [[ann, bob], [bob, cid], [cid, ann]] as const) {
        await writer.run(({ hub }, by) => hub.state('map').set('key', { by }), writer.name);
        expect(await reader.run(({ hub }) => hub.state('map').get('key'))).to.deep.equal({ by: writer.name });
      }
    });

    it('of any value but `undefined`, which is no entry (pitfall 4)', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      for (const value of [0, false, '', null, NaN, [], {}]) {
        await ann.run(({ hub }, stored) => hub.state('map').set('key', stored), value);
        expect(await bob.run(async ({ hub }) => {
          const map = hub.state('map');
          return [await map.get('key'), await map.has('key'), await map.size()];
        })).to.deep.equal([value, true, 1]);
      }

      await ann.run(({ hub }) => hub.state('map').set('key', undefined));
      expect(await bob.run(async ({ hub }) => {
        const map = hub.state('map');
        return [await map.get('key'), await map.entry('key'), await map.has('key'), await map.size(), await map.delete('key')];
      })).to.deep.equal([undefined, undefined, false, 0, false]);
    });

    it('under any key, in maps of any name (pitfall 4)', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const names = ['', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'ключ 🔑', 'a.b*>', 'x'.repeat(1_000)];

      await ann.run(async ({ hub }, all) => {
        for (const name of all) for (const key of all) await hub.state(name).set(key, `${name}/${key}`);
      }, names);

      for (const name of names) {
        expect(await bob.run(async ({ hub }, map) => [...(await hub.state(map).entries())], name)).to.have.deep.members(names.map((key) => [key, `${name}/${key}`]));
      }
    });

    it('with versions that rise over all maps', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      const versions = [
        await ann.run(({ hub }) => hub.state('one').set('key', 1)),
        await bob.run(({ hub }) => hub.state('two').set('key', 1)),
        await ann.run(({ hub }) => hub.state('one').set('key', 2)),
      ];

      expect(versions).to.deep.equal([...new Set(versions)].sort((a, b) => a - b));
      expect(await bob.run(({ hub }) => hub.state('one').entry('key'))).to.deep.equal({ value: 2, version: versions[2] });
    });

    it('and changes an entry only as it is expected to be', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      const first = await ann.run(({ hub }) => hub.state('map').set('key', 'first', { expect: 0 }));

      const exists = await rejection(bob.run(({ hub }) => hub.state('map').set('key', 'other', { expect: 0 })));
      const second = await bob.run(({ hub }, expect) => hub.state('map').set('key', 'second', { expect }), first);
      const late = await rejection(ann.run(({ hub }, expect) => hub.state('map').set('key', 'late', { expect }), first));
      const lateDelete = await rejection(ann.run(({ hub }, expect) => hub.state('map').delete('key', { expect }), first));

      for (const error of [exists, late, lateDelete]) {
        expect(error).to.include({ name: 'HubError', code: 'CONFLICT' });
        expect(error.message).to.include('"key"').and.to.include('"map"');
      }
      expect(await bob.run(({ hub }) => hub.state('map').get('key'))).to.equal('second');
      expect(await ann.run(({ hub }, expect) => hub.state('map').delete('key', { expect }), second)).to.equal(true);
    });

    it('that lets one of many create it', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const winners = await Promise.all([ann, bob, cid].map((peer) => peer.run(({ hub }) => hub.state('map').set('leader', hub.member.name, { expect: 0 }).then(() => 1, () => 0))));

      expect(winners.reduce((a: number, b) => a + b, 0)).to.equal(1);
    });

    it('and adds from all members at once without losing one', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      const sums = await Promise.all([ann, bob, cid].map((peer) => peer.run(({ hub }) => Promise.all(Array.from({ length: 200 }, () => hub.state('map').add('visits'))))));

      expect(await ann.run(({ hub }) => hub.state('map').get('visits'))).to.equal(600);
      expect(new Set(sums.flat()).size).to.equal(600);
    });

    it('and adds to numbers only', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(({ hub }) => hub.state('map').set('text', '1'));
      await ann.run(({ hub }) => hub.state('map').set('number', 0.5));

      const error = await rejection(bob.run(({ hub }) => hub.state('map').add('text')));

      expect(error).to.include({ name: 'HubError', code: 'NOT_A_NUMBER' });
      expect(await bob.run(({ hub }) => hub.state('map').add('number', -2))).to.equal(-1.5);
      expect(await bob.run(({ hub }) => hub.state('map').add('new', 7))).to.equal(7);
      expect(await ann.run(({ hub }) => hub.state('map').get('text'))).to.equal('1');
    });

    it('and updates from all members at once without losing one', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');

      await Promise.all([ann, bob, cid].map((peer) => peer.run(async ({ hub }) => {
        const map = hub.state<readonly string[]>('map');
        for (let n = 0; n < 20; n++) await map.update('list', async (list = []) => [...list, `${hub.member.name} ${n}`]);
      })));

      const list = await ann.run(({ hub }) => hub.state<readonly string[]>('map').get('list'));
      expect(list).to.have.length(60);
      for (const name of ['ann', 'bob', 'cid']) {
        expect(list?.filter((entry) => entry.startsWith(name))).to.deep.equal(Array.from({ length: 20 }, (_, n) => `${name} ${n}`));
      }
    });

    it('and updates to nothing, or not at all', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(({ hub }) => hub.state('map').set('key', 1));

      const error = await rejection(bob.run(({ hub }) => hub.state('map').update('key', () => {
        throw new Error('no');
      })));
      expect(error.message).to.equal('no');
      expect(await ann.run(({ hub }) => hub.state('map').get('key'))).to.equal(1);

      expect(await bob.run(({ hub }) => hub.state('map').update('key', () => undefined))).to.equal(undefined);
      expect(await ann.run(({ hub }) => hub.state('map').has('key'))).to.equal(false);
      expect(await rejection<unknown>(bob.run(({ hub }) => hub.state('map').update('key', () => 1, { signal: AbortSignal.abort('no') })))).to.equal('no');
    });

    it('whole: its entries at one moment, its size, and nothing after a clear', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(({ hub }) => Promise.all(['a', 'b', 'c'].map((key, n) => hub.state('map').set(key, n))));
      await ann.run(({ hub }) => hub.state('other').set('kept', 1));

      expect(await bob.run(async ({ hub }) => [await hub.state('map').entries(), await hub.state('map').size()])).to.deep.equal([new Map([['a', 0], ['b', 1], ['c', 2]]), 3]);
      await bob.run(({ hub }) => hub.state('map').clear());

      expect(await ann.run(async ({ hub }) => [await hub.state('map').entries(), await hub.state('map').size()])).to.deep.equal([new Map(), 0]);
      expect(await ann.run(({ hub }) => hub.state('other').get('kept'))).to.equal(1);
    });

    it('that outlives the member that wrote it', async () => {
      const { ann, group } = await meet('ann');
      const doomed = await group.join('doomed');
      await doomed.run(({ hub }) => hub.state('map').set('key', 'still here'));

      await doomed.kill();

      expect(await ann.run(({ hub }) => hub.state('map').get('key'))).to.equal('still here');
    });

    it('of values, not of references', async () => {
      const { bob } = await meet('ann', 'bob');

      const stored = await bob.run(async ({ hub }) => {
        const map = hub.state<{ n: number }>('map');
        const value = { n: 1 };
        const written = map.set('key', value);
        value.n = 2;
        await written;
        const read = await map.get('key');
        if (read !== undefined) read.n = 3;
        return map.get('key');
      });

      expect(stored).to.deep.equal({ n: 1 });
    });
  });

  describe('lets a map be watched', () => {
    it('the whole first, then every change', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(({ hub }) => hub.state('map').set('old', 1));
      await watch(bob, 'map');

      const versions = [
        await ann.run(({ hub }) => hub.state('map').set('new', 2)),
        await ann.run(({ hub }) => hub.state('map').add('old', 4).then(() => hub.state('map').entry('old')).then((entry) => entry?.version)),
      ];
      await ann.run(({ hub }) => hub.state('map').delete('new'));
      await ann.run(({ hub }) => hub.state('map').clear());
      await ann.run(({ hub }) => hub.state('map').set('end', 1));

      const changes = await seen(bob, 'map', 6);
      expect(changes.map(({ version: _, ...change }) => change)).to.deep.equal([
        { type: 'whole', entries: [['old', 1]] },
        { type: 'set', key: 'new', value: 2 },
        { type: 'set', key: 'old', value: 5 },
        { type: 'delete', key: 'new' },
        { type: 'clear' },
        { type: 'set', key: 'end', value: 1 },
      ]);
      expect(changes.slice(1, 3).map(({ version }) => version)).to.deep.equal(versions);
      expect(changes.map(({ version }) => version)).to.deep.equal(changes.map(({ version }) => version).sort((a, b) => a - b));
    });

    it('with no gap and no duplicate, while others write', async () => {
      const { ann, bob, cid } = await meet('ann', 'bob', 'cid');
      const writing = [ann, bob].map((peer) => peer.run(async ({ hub }) => {
        for (let n = 0; n < 300; n++) await hub.state('map').add('sum');
      }));

      await Promise.all([watch(cid, 'map'), watch(bob, 'map')]);
      await watch(ann, 'map');
      await Promise.all(writing);
      await ann.run(({ hub }) => hub.state('map').set('end', true));

      for (const peer of [ann, bob, cid]) {
        const changes = await peer.run(async ({ log }) => {
          const isEnd = (change: unknown): boolean => (change as { readonly key?: string }).key === 'end';
          for (let count = 1; !log('watch map').entries.some(isEnd); count++) await log('watch map').reach(count);
          return log('watch map').entries as readonly Seen[];
        });
        const sums = changes.flatMap((change) => (change.type === 'whole' ? [change.entries.find(([key]) => key === 'sum')?.[1] ?? 0] : change.type === 'set' && change.key === 'sum' ? [change.value] : [])) as number[];
        const first = sums[0] ?? 0;
        expect(sums).to.deep.equal(Array.from({ length: 601 - first }, (_, n) => first + n));
      }
    });

    it('by several watchers of one member, each from its own beginning', async () => {
      const { bob } = await meet('ann', 'bob');

      const all = await bob.run(async ({ hub }) => {
        const map = hub.state<number>('map');
        await map.set('a', 1);
        const early = map.watch();
        const first = (await early.next()).value as { readonly entries: Map<string, number> };
        await map.set('b', 2);
        const late = map.watch();
        const second = (await late.next()).value as { readonly entries: Map<string, number> };
        await map.set('c', 3);
        const rest = [await early.next(), await early.next(), await late.next()].map(({ value }) => (value as { readonly key: string }).key);
        return [[...first.entries], [...second.entries], rest];
      });

      expect(all).to.deep.equal([[['a', 1]], [['a', 1], ['b', 2]], ['b', 'c', 'c']]);
    });

    it('for one key only', async () => {
      const { ann, bob } = await meet('ann', 'bob');
      await ann.run(({ hub }) => Promise.all([hub.state('map').set('mine', 1), hub.state('map').set('other', 1)]));
      await watch(bob, 'map', 'mine');

      await ann.run(async ({ hub }) => {
        const map = hub.state('map');
        await map.set('other', 2);
        await map.set('mine', 2);
        await map.clear();
      });

      const changes = await seen(bob, 'map', 3);
      expect(changes.map(({ version: _, ...change }) => change)).to.deep.equal([
        { type: 'whole', entries: [['mine', 1]] },
        { type: 'set', key: 'mine', value: 2 },
        { type: 'clear' },
      ]);
    });

    it('until its reader, its signal or its hub ends it', async () => {
      const { bob } = await meet('ann', 'bob');

      const ends = await bob.run(async ({ another, rejection }) => {
        const hub = another('watcher');
        const map = hub.state('map') as SharedMap;
        const byReader = map.watch();
        await byReader.next();
        await byReader.return?.();
        const abort = new AbortController();
        const bySignal = map.watch({ signal: abort.signal });
        await bySignal.next();
        const aborted = rejection<unknown>(bySignal.next());
        abort.abort('enough');
        const byHub = map.watch();
        await byHub.next();
        const ended = byHub.next();
        await hub.close();
        return [(await byReader.next()).done, await aborted, (await ended).done];
      });

      expect(ends).to.deep.equal([true, 'enough', true]);
    });
  });

  it('refuses a value that cannot cross processes, and a key without measure', async () => {
    const { bob } = await meet('ann', 'bob');

    const value = await rejection(bob.run(({ hub }) => hub.state('map').set('key', { f: () => 1 })));
    const key = await rejection(bob.run(({ hub }) => hub.state('map').set('x'.repeat(2_000), 1)));

    expect(value).to.include({ code: 'UNSERIALIZABLE' });
    expect(value.message).to.include('$.f');
    expect(key).to.include({ code: 'TOO_LARGE' });
  });
}

/** What shared maps go through when processes die: their members, and their broker. */
import { expect } from 'chai';
import type { Change, Replica } from '../../src/index.js';
import type { Fixture } from '../support/fixture.js';
import { gathering } from '../support/gathering.js';
import { Group } from '../support/group.js';
import type { Peer } from '../support/peer.js';
import { startSocket } from '../support/socket-fixture.js';

describe('Shared maps over a socket', () => {
  const here = gathering(startSocket, 'broker', 'bob', 'cid');

  it('evict in the order of use that the dead broker knew', async () => {
    await here.bob.run(async ({ hub }) => {
      const cache = hub.state('cache', { maxEntries: 3 });
      for (const key of ['a', 'b', 'c']) await cache.set(key, 1);
      await cache.get('a');
      await cache.getMany(['b']);
    });

    await here.group.kill(here.broker);

    const keys = await here.cid.run(async ({ hub }) => {
      const cache = hub.state('cache');
      await cache.set('d', 1);
      return [...(await cache.entries()).keys()].sort();
    });
    expect(keys).to.deep.equal(['a', 'b', 'd']);
  });

  it('count down what the dead broker has begun, and end what was bound to it', async () => {
    await here.cid.run(async ({ hub, log }) => {
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) if (change.type === 'delete' && change.key === 'brief') log('ended').push(`${change.key} ${change.ended?.reason}`);
      };
      void follow();
      await hub.state('map').size();
    });
    await here.bob.run(({ hub }) => hub.state('map').set('brief', 1, { ttl: 3_000 }));
    await here.bob.run(({ hub }) => hub.state('map').set('bobs', 1, { ephemeral: true }));
    await here.broker.run(({ hub }) => hub.state('map').set('brokers', 1, { ephemeral: true }));

    await here.group.kill(here.broker);

    expect(await here.cid.run(({ log }) => log('ended').reach(1))).to.include('brief expired');
    expect(await here.cid.run(({ hub }) => hub.state('map').entries())).to.deep.equal(new Map([['bobs', 1]]));
  });

  it('are followed on, by a watch and by a replica, over the death of their broker', async () => {
    await here.bob.run(({ hub }) => hub.state('map').set('before', 1));
    await here.cid.run(async ({ hub, keep, log }) => {
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) log('watch').push(change.type === 'whole' ? { ...change, entries: [...change.entries] } : change);
      };
      void follow();
      keep('replica', await hub.state('map').replica());
      await log('watch').reach(1);
    });

    await here.group.kill(here.broker);
    const version = await here.bob.run(({ hub }) => hub.state('map').set('after', 2));

    const copy = await here.cid.run(async ({ kept }, version) => {
      const replica = kept<Replica<unknown>>('replica');
      await replica.reached(version);
      return [...replica];
    }, version);
    expect(copy).to.deep.equal([['before', 1], ['after', 2]]);
    const changes = (await here.cid.run(({ log }) => log('watch').reach(3))) as readonly Change<unknown>[];
    expect(changes.map(({ type }) => type)).to.deep.equal(['whole', 'whole', 'set']);
  });

  it('lose and make nothing while members and the broker die in the middle of transactions', async () => {
    await here.bob.run(({ hub }) => hub.state('accounts').transact({ then: [{ type: 'set', key: 'a', value: 1_000 }, { type: 'set', key: 'b', value: 0 }] }));
    const doomed = await here.group.join('doomed');
    const pay = (peer: Peer, count: number): Promise<number> =>
      peer.run(async ({ hub }, count) => {
        let paid = 0;
        for (let n = 0; n < count; n++) paid += (await hub.state('accounts').transact({ then: [{ type: 'add', key: 'a', amount: -1 }, { type: 'add', key: 'b' }] })).results.length / 2;
        return paid;
      }, count);
    const paying = [pay(here.bob, 200), pay(here.cid, 200)];
    pay(doomed, 1_000_000).catch(() => 'it dies');
    await doomed.run(({ hub }) => hub.state('settling').size());

    await here.group.kill(doomed);
    await here.group.kill(here.broker);

    expect(await Promise.all(paying)).to.deep.equal([200, 200]);
    const accounts = await here.bob.run(({ hub }) => hub.state<number>('accounts').getMany(['a', 'b']));
    expect((accounts.get('a') ?? 0) + (accounts.get('b') ?? 0)).to.equal(1_000);
    expect(accounts.get('b')).to.be.at.least(400);
  });
});

describe('Shared maps over a socket that takes short packets only', () => {
  let fixture: Fixture;
  let group: Group;
  let reader: Peer;

  before(async () => {
    fixture = await startSocket({ limits: { packet: 100_000 } });
    group = new Group(fixture);
    await group.join('broker');
    reader = await group.join('reader');
  });
  after(async () => {
    await group.close();
    await fixture.close();
  });

  it('are read whole, by whatever means, when they are larger than any packet', async () => {
    const sizes = await reader.run(async ({ hub }) => {
      const map = hub.state<string>('huge');
      const keys = ['a', 'b', 'c', 'd', 'e'];
      const value = 'x'.repeat(60_000);
      for (const key of keys) await map.set(key, value);
      const sum = (values: Iterable<string | undefined>): number => [...values].reduce((size, text) => size + (text?.length ?? 0), 0);

      const watch = map.watch();
      const { value: whole } = await watch.next();
      const replica = await map.replica();
      const { results } = await map.transact({ then: keys.map((key) => ({ type: 'get', key })) });
      const read = [
        sum((await map.entries()).values()),
        sum((await map.getMany(keys)).values()),
        sum(whole?.type === 'whole' ? whole.entries.values() : []),
        sum(replica.values()),
        sum(results.map((result) => (result.type === 'get' ? result.entry?.value : ''))),
      ];
      await watch.return?.();
      return read;
    });

    expect(sizes).to.deep.equal(Array(5).fill(300_000));
    expect(await reader.run(({ hub }) => hub.status)).to.equal('seated');
  });
});

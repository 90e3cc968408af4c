/** Shared maps: entries that end, transactions, watches and copies. */
import { expect } from 'chai';
import type { Replica } from '../../../src/index.js';
import type { Peer } from '../../support/peer.js';
import type { Case } from './case.js';

export const MAP_CASES: readonly Case[] = [
  {
    that: 'has set an entry that ends by itself',
    async before({ victim, ann, bob }) {
      await victim.run(({ hub }) => hub.state('map').set('brief', 1, { ttl: 400 }));
      await follow(bob);
      expect(await ann.run(({ hub }) => hub.state('map').get('brief'))).to.equal(1);
    },
    async dead({ ann, bob }) {
      await expectEnd(bob, 'brief', 'expired');
      expect(await ann.run(({ hub }) => hub.state('map').has('brief'))).to.equal(false);
    },
    async stopped({ ann, bob }) {
      await expectEnd(bob, 'brief', 'expired');
      expect(await ann.run(({ hub }) => hub.state('map').has('brief'))).to.equal(false);
    },
    async resumed({ victim }) {
      expect(await victim.run(({ hub }) => hub.state('map').has('brief'))).to.equal(false);
    },
  },
  {
    that: 'has set an entry that is bound to it',
    async before({ victim, bob }) {
      await victim.run(({ hub }) => hub.state('map').set('own', 1, { ephemeral: true }));
      await follow(bob);
    },
    async dead({ ann, bob }) {
      expect(await ann.run(({ hub }) => hub.state('map').has('own'))).to.equal(false);
      await expectEnd(bob, 'own', 'left');
    },
    async stopped({ ann }) {
      expect(await ann.run(({ hub }) => hub.state('map').get('own'))).to.equal(1);
    },
    async resumed({ victim }) {
      expect(await victim.run(({ hub }) => hub.state('map').delete('own'))).to.equal(true);
    },
  },
  {
    that: 'has read a version, to write the next',
    async before({ victim }) {
      await victim.run(async ({ hub, keep }) => void keep('version', await hub.state('map').set('key', 'old')));
    },
    async dead({ bob }) {
      await bob.run(({ hub }) => hub.state('map').update('key', (value) => `${value} and new`));
      expect(await bob.run(({ hub }) => hub.state('map').get('key'))).to.equal('old and new');
    },
    async stopped({ bob }) {
      await bob.run(({ hub }) => hub.state('map').update('key', (value) => `${value} and new`));
    },
    async resumed({ victim, bob }) {
      const code = await victim.run(({ hub, kept, rejection }) => rejection(hub.state('map').set('key', 'lost', { expect: kept<number>('version') })).then(({ code }) => code));
      expect(code).to.equal('CONFLICT');
      expect(await bob.run(({ hub }) => hub.state('map').get('key'))).to.equal('old and new');
    },
  },
  {
    that: 'moves from account to account',
    async before({ victim, bob }) {
      await bob.run(({ hub }) => hub.state('accounts').transact({ then: [{ type: 'set', key: 'a', value: 1_000 }, { type: 'set', key: 'b', value: 0 }] }));
      await victim.run(({ hub, log }) => {
        const pay = async (): Promise<void> => {
          for (;;) {
            await hub.state('accounts').transact({ then: [{ type: 'add', key: 'a', amount: -1 }, { type: 'add', key: 'b' }] });
            log('paid').push(1);
          }
        };
        pay().catch(() => 'it dies');
        return log('paid').reach(20);
      });
    },
    async dead({ bob }) {
      expect(await sum(bob)).to.equal(1_000);
    },
    async stopped({ bob }) {
      expect(await sum(bob)).to.equal(1_000);
    },
    async resumed({ victim, bob }) {
      await victim.run(({ log }) => log('paid').reach(log('paid').entries.length + 20));
      expect(await sum(bob)).to.equal(1_000);
    },
  },
  {
    that: 'watches a map',
    async before({ victim, bob }) {
      await follow(victim);
      await bob.run(({ hub }) => hub.state('map').set('key', 1));
      await victim.run(({ log }) => log('map').reach(2));
    },
    async dead({ bob }) {
      await bob.run(({ hub }) => hub.state('map').set('key', 2));
      expect(await bob.run(({ hub }) => hub.state('map').get('key'))).to.equal(2);
    },
    async stopped({ ann, bob }) {
      for (const value of [2, 3, 4]) await (value === 3 ? ann : bob).run(({ hub }, value) => hub.state('map').set('key', value), value);
    },
    async resumed({ victim }) {
      expect(await victim.run(({ log }) => log('map').reach(5))).to.deep.equal(['whole: ', 'key 1', 'key 2', 'key 3', 'key 4']);
    },
  },
  {
    that: 'has a copy of a map',
    async before({ victim, bob }) {
      await bob.run(({ hub }) => hub.state('map').set('key', 1));
      await victim.run(async ({ hub, keep }) => void keep('replica', await hub.state('map').replica()));
    },
    async dead({ bob }) {
      await bob.run(({ hub }) => hub.state('map').set('key', 2));
    },
    async stopped({ ann, bob }) {
      await ann.run(({ hub }) => hub.state('map').set('other', 2));
      await bob.run(async ({ hub, keep }) => void keep('version', await hub.state('map').set('key', 3)));
    },
    async resumed({ victim, bob }) {
      const version = await bob.run(({ kept }) => kept<number>('version'));
      const copy = await victim.run(async ({ kept }, version) => {
        const replica = kept<Replica<unknown>>('replica');
        await replica.reached(version);
        return [...replica];
      }, version);
      expect(copy).to.deep.equal([['key', 3], ['other', 2]]);
    },
  },
];

/** Writes down every change of the map, in words. */
const follow = (peer: Peer): Promise<readonly unknown[]> =>
  peer.run(({ hub, log }) => {
    const watch = async (): Promise<void> => {
      for await (const change of hub.state('map').watch()) {
        if (change.type === 'clear') log('map').push('clear');
        else if (change.type === 'whole') log('map').push(`whole: ${[...change.entries.keys()].join(' and ')}`);
        else log('map').push(`${change.key} ${change.type === 'set' ? change.value : (change.ended?.reason ?? 'deleted')}`);
      }
    };
    watch().catch(() => 'it dies');
    return log('map').reach(1);
  });

/** The peer, which follows the map, hears why; or its watch has begun anew, without the entry. */
const expectEnd = async (peer: Peer, key: string, reason: string): Promise<void> => {
  const changes = await peer.run(async ({ hub, log }, key) => {
    while (await hub.state('map').has(key));
    return log('map').entries;
  }, key);
  expect(changes.at(-1)).to.be.oneOf([`${key} ${reason}`, 'whole: ']);
};

const sum = (peer: Peer): Promise<number> =>
  peer.run(async ({ hub }) => {
    const accounts = await hub.state<number>('accounts').getMany(['a', 'b']);
    return (accounts.get('a') ?? 0) + (accounts.get('b') ?? 0);
  });

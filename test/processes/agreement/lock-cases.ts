/** Locks: alone and shared, of one key and of several, by force, for a time, and in circles. */
import { expect } from 'chai';
import type { Lock } from '../../../src/index.js';
import { granted, loss, release, stand, take, told } from '../../support/locking.js';
import type { Case } from './case.js';

export const LOCK_CASES: readonly Case[] = [
  {
    that: 'holds a key',
    async before({ victim, bob }) {
      await take(victim, 'door', 'door');
      await stand(bob, 'door', 'door');
    },
    async dead({ bob }) {
      await granted(bob, 'door');
    },
    async stopped({ ann, bob }) {
      await stand(ann, 'door', 'door', { timeout: 20 });
      expect(await granted(ann, 'door')).to.deep.equal(['TIMEOUT']);
      expect(await told(bob, 'door')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      expect(await release(victim, 'door')).to.equal(true);
      await granted(bob, 'door');
    },
  },
  {
    that: 'is next for a key',
    async before({ victim, ann, bob }) {
      await take(ann, 'door', 'door');
      await stand(victim, 'door', 'door');
      await stand(bob, 'door', 'door');
    },
    async dead({ ann, bob }) {
      expect(await told(bob, 'door')).to.deep.equal([]);
      await release(ann, 'door');
      await granted(bob, 'door');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'door');
      expect(await told(bob, 'door')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await granted(victim, 'door');
      expect(await release(victim, 'door')).to.equal(true);
      await granted(bob, 'door');
    },
  },
  {
    that: 'has given up its wait for a key',
    async before({ victim, ann, bob }) {
      await take(ann, 'door', 'door');
      await stand(victim, 'door', 'door', { timeout: 5 });
      await granted(victim, 'door');
      await stand(bob, 'door', 'door');
    },
    async dead({ ann, bob }) {
      await release(ann, 'door');
      await granted(bob, 'door');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'door');
      await granted(bob, 'door');
    },
    async resumed({ victim, bob }) {
      await stand(victim, 'again', 'door');
      await release(bob, 'door');
      await granted(victim, 'again');
    },
  },
  {
    that: 'reads together with another',
    async before({ victim, ann, bob }) {
      await take(ann, 'book', 'book', { mode: 'shared' });
      await take(victim, 'book', 'book', { mode: 'shared' });
      await stand(bob, 'book', 'book');
    },
    async dead({ ann, bob }) {
      expect(await told(bob, 'book')).to.deep.equal([]);
      await release(ann, 'book');
      await granted(bob, 'book');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'book');
      expect(await told(bob, 'book')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      expect(await release(victim, 'book')).to.equal(true);
      await granted(bob, 'book');
    },
  },
  {
    that: 'waits to write between readers',
    async before({ victim, ann, bob }) {
      await take(ann, 'book', 'book', { mode: 'shared' });
      await stand(victim, 'book', 'book');
      await stand(bob, 'book', 'book', { mode: 'shared' });
    },
    async dead({ bob }) {
      await granted(bob, 'book');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'book');
      expect(await told(bob, 'book')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await granted(victim, 'book');
      await release(victim, 'book');
      await granted(bob, 'book');
    },
  },
  {
    that: 'has downgraded, and reads',
    async before({ victim, ann, bob }) {
      await take(victim, 'book', 'book');
      await stand(bob, 'book', 'book', { mode: 'shared' });
      await stand(ann, 'book', 'book');
      expect(await victim.run(({ kept }) => kept<Lock>('book').downgrade())).to.equal(true);
      await granted(bob, 'book');
    },
    async dead({ ann, bob }) {
      expect(await told(ann, 'book')).to.deep.equal([]);
      await release(bob, 'book');
      await granted(ann, 'book');
    },
    async stopped({ ann, bob }) {
      await release(bob, 'book');
      expect(await told(ann, 'book')).to.deep.equal([]);
    },
    async resumed({ victim, ann }) {
      await release(victim, 'book');
      await granted(ann, 'book');
    },
  },
  {
    that: 'holds several keys',
    async before({ victim, ann, bob }) {
      await take(victim, 'both', ['a', 'b']);
      await stand(ann, 'a', 'a');
      await stand(bob, 'b', 'b');
    },
    async dead({ ann, bob }) {
      await granted(ann, 'a');
      await granted(bob, 'b');
    },
    async stopped({ ann, bob }) {
      expect([await told(ann, 'a'), await told(bob, 'b')]).to.deep.equal([[], []]);
    },
    async resumed({ victim, ann, bob }) {
      await release(victim, 'both');
      await granted(ann, 'a');
      await granted(bob, 'b');
    },
  },
  {
    that: 'waits for several keys, of which one is free',
    async before({ victim, ann, bob }) {
      await take(ann, 'b', 'b');
      await stand(victim, 'both', ['a', 'b']);
      await stand(bob, 'a', 'a');
    },
    async dead({ bob }) {
      await granted(bob, 'a');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'b');
      expect(await told(bob, 'a')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await granted(victim, 'both');
      await release(victim, 'both');
      await granted(bob, 'a');
    },
  },
  {
    that: 'holds what another wants, and wants what that one holds',
    async before({ victim, bob }) {
      await take(bob, 'x', 'x');
      await victim.run(async ({ hub, keep, log }) => {
        const lock = keep('y', await hub.lock('y'));
        hub.lock('x', { within: lock }).then((x) => log('x').push(keep('x', x).token), () => 'it dies');
        await hub.state('settling').size();
      });
    },
    async dead({ bob }) {
      const code = await bob.run(({ hub, kept }) => hub.lock('y', { within: kept<Lock>('x') }, () => 'granted'));
      expect(code).to.equal('granted');
    },
    async stopped({ bob }) {
      const code = await bob.run(({ hub, kept, rejection }) => rejection(hub.lock('y', { within: kept<Lock>('x') })).then(({ code }) => code));
      expect(code).to.equal('DEADLOCK');
    },
    async resumed({ victim, bob }) {
      await release(bob, 'x');
      await granted(victim, 'x');
    },
  },
  {
    that: 'holds a key for so long at most',
    async before({ victim, bob }) {
      await take(victim, 'door', 'door', { maxHold: 150 });
      await stand(bob, 'door', 'door');
    },
    async dead({ bob }) {
      await granted(bob, 'door');
    },
    async stopped({ bob }) {
      await granted(bob, 'door');
    },
    async resumed({ victim }) {
      expect(await loss(victim, 'door')).to.include({ code: 'LOST', released: false });
    },
  },
  {
    that: 'holds what is taken from it by force',
    async before({ victim, ann }) {
      await take(victim, 'door', 'door');
      await stand(ann, 'door', 'door');
    },
    async dead({ ann }) {
      await granted(ann, 'door');
    },
    async stopped({ ann, bob }) {
      await take(bob, 'door', 'door', { steal: true });
      expect(await told(ann, 'door')).to.deep.equal([]);
      await release(bob, 'door');
      await granted(ann, 'door');
    },
    async resumed({ victim, ann }) {
      expect(await loss(victim, 'door')).to.include({ code: 'LOST', released: false });
      expect(await release(ann, 'door')).to.equal(true);
    },
  },
  {
    that: 'has taken a key by force',
    async before({ victim, ann, bob }) {
      await take(ann, 'door', 'door');
      await stand(bob, 'door', 'door');
      await take(victim, 'door', 'door', { steal: true });
    },
    async dead({ ann, bob }) {
      expect(await loss(ann, 'door')).to.include({ code: 'LOST', released: false });
      await granted(bob, 'door');
    },
    async stopped({ ann, bob }) {
      expect(await loss(ann, 'door')).to.include({ code: 'LOST', released: false });
      expect(await told(bob, 'door')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await release(victim, 'door');
      await granted(bob, 'door');
    },
  },
];

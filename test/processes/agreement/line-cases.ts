/** What is made of lines: permits, limits, terms, runs that many want, and meetings. */
import { expect } from 'chai';
import type { Permits, Term } from '../../../src/index.js';
import { granted, release, told } from '../../support/locking.js';
import type { Peer } from '../../support/peer.js';
import type { Case } from './case.js';

export const LINE_CASES: readonly Case[] = [
  {
    that: 'has two of three permits',
    async before({ victim, bob }) {
      await takePermits(victim, 2);
      await standForPermits(bob, 2);
    },
    async dead({ bob }) {
      await granted(bob, 'permits');
    },
    async stopped({ ann, bob }) {
      const more = await ann.run(({ hub }) => hub.semaphore('desks', { permits: 3 }).tryAcquire().then((permits) => permits !== undefined));
      expect([more, await told(bob, 'permits')]).to.deep.equal([false, []]);
    },
    async resumed({ victim, bob }) {
      expect(await release(victim, 'permits')).to.equal(true);
      await granted(bob, 'permits');
    },
  },
  {
    that: 'waits for many permits, ahead of one who wants few',
    async before({ victim, ann, bob }) {
      await takePermits(ann, 1);
      await standForPermits(victim, 3);
      await standForPermits(bob, 1);
    },
    async dead({ bob }) {
      await granted(bob, 'permits');
    },
    async stopped({ ann, bob }) {
      await release(ann, 'permits');
      expect(await told(bob, 'permits')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await granted(victim, 'permits');
      await release(victim, 'permits');
      await granted(bob, 'permits');
    },
  },
  {
    that: 'has used up a limit',
    async before({ victim }) {
      await victim.run(({ hub }) => hub.limit('calls', { permits: 1, per: 200 }).take());
    },
    async dead({ bob }) {
      await bob.run(({ hub }) => hub.limit('calls', { permits: 1, per: 200 }).take());
    },
    async stopped({ bob }) {
      await bob.run(({ hub }) => hub.limit('calls', { permits: 1, per: 200 }).take());
    },
    async resumed({ victim }) {
      await victim.run(({ hub }) => hub.limit('calls', { permits: 1, per: 200 }).take());
    },
  },
  {
    that: 'leads',
    async before({ victim, ann, bob }) {
      await victim.run(async ({ hub, keep }) => void keep('term', await hub.elect('chief')));
      await bob.run(async ({ hub, keep, log }) => {
        hub.elect('chief').then((term) => log('term').push(keep('term', term).token), () => {});
        await hub.state('settling').size();
      });
      await ann.run(({ hub, log }) => {
        const watch = async (): Promise<void> => {
          for await (const leader of hub.leader('chief')) log('leader').push([leader?.member.name, leader?.token]);
        };
        void watch();
        return log('leader').reach(1);
      });
    },
    async dead({ ann, bob }) {
      const [token] = await granted(bob, 'term');
      const [before, after] = (await ann.run(({ log }) => log('leader').reach(2))) as readonly (readonly [string, number])[];
      expect(before?.[0]).to.equal('victim');
      expect(after).to.deep.equal(['bob', token]);
      expect(after?.[1]).to.be.above(before?.[1] ?? Infinity);
    },
    async stopped({ ann, bob }) {
      expect(await told(bob, 'term')).to.deep.equal([]);
      expect(await told(ann, 'leader')).to.have.length(1);
    },
    async resumed({ victim, ann, bob }) {
      expect(await victim.run(({ kept }) => kept<Term>('term').resign())).to.equal(true);
      await granted(bob, 'term');
      await ann.run(({ log }) => log('leader').reach(2));
    },
  },
  {
    that: 'runs what many want',
    async before({ victim, bob }) {
      await victim.run(({ hub, keep, log }) => {
        const run = new Promise((resolve) => keep('finish', () => resolve('by the victim')));
        keep('value', hub.once('work', () => {
          log('runs').push(1);
          return run;
        })).catch(() => 'it dies');
        return log('runs').reach(1);
      });
      await bob.run(async ({ hub, log }) => {
        hub.once('work', () => 'by bob').then((value) => log('value').push(value), () => {});
        await hub.state('settling').size();
      });
    },
    async dead({ bob }) {
      expect(await bob.run(({ log }) => log('value').reach(1))).to.deep.equal(['by bob']);
    },
    async stopped({ bob }) {
      expect(await told(bob, 'value')).to.deep.equal([]);
    },
    async resumed({ victim, bob }) {
      await victim.run(({ kept }) => kept<() => void>('finish')());
      expect(await bob.run(({ log }) => log('value').reach(1))).to.deep.equal(['by the victim']);
    },
  },
  {
    that: 'waits for others at a barrier',
    async before({ victim }) {
      await come(victim, 2);
      await arrived(victim);
    },
    async dead({ ann, bob }) {
      await come(bob, 2);
      await arrived(bob);
      expect(await told(bob, 'come')).to.deep.equal([]);
      await come(ann, 2);
      await granted(bob, 'come');
    },
    async stopped({ bob }) {
      await come(bob, 2);
      await granted(bob, 'come');
    },
    async resumed({ victim }) {
      await granted(victim, 'come');
    },
  },
];

const takePermits = (peer: Peer, permits: number): Promise<number> =>
  peer.run(async ({ hub, keep }, permits) => keep<Permits>('permits', await hub.semaphore('desks', { permits: 3 }).acquire({ permits })).token, permits);

const standForPermits = (peer: Peer, permits: number): Promise<void> =>
  peer.run(async ({ hub, keep, log }, permits) => {
    hub.semaphore('desks', { permits: 3 }).acquire({ permits }).then((permits) => log('permits').push(keep('permits', permits).token), () => 'it dies');
    await hub.state('settling').size();
  }, permits);

const come = (peer: Peer, count: number): Promise<void> =>
  peer.run(({ hub, log }, count) => void hub.barrier('start', count).then(() => log('come').push('on'), () => 'it dies'), count);

/** Resolves when the one who comes last is known to wait. */
const arrived = (peer: Peer): Promise<void> =>
  peer.run(async ({ hub }) => {
    for await (const change of hub.state('interhub.barrier:start').watch()) if (change.type === 'set' || (change.type === 'whole' && change.entries.size > 0)) return;
  });

/** Singletons: one object for the group, made by one member at a time, and found by all wherever it is. */
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

interface Till {
  where(): string;
  token(): number;
  wait(): Promise<never>;
  ring(n: number): void;
}

/** The peer stands by for the till. What it does is told to whoever handles "witness", in the order of doing. */
const standBy = (peer: Peer): Promise<void> =>
  peer.run(({ hub, keep, log }) => {
    const till = hub.singleton<Till & { on(event: string, listener: (n: number) => void): void; off(event: string, listener: (n: number) => void): void; close(): Promise<void> }>('till', async ({ token, signal, hub: own }) => {
      await hub.request('witness', `begin ${hub.member.name}`).catch(() => {});
      const listeners = new Set<(n: number) => void>();
      log('made').push([token, signal.aborted, own === hub]);
      return {
        where: () => hub.member.name,
        token: () => token,
        wait: () => new Promise<never>(() => log('waiting').push('waiting')),
        on: (_event, listener) => void listeners.add(listener),
        off: (_event, listener) => void listeners.delete(listener),
        ring: (n) => listeners.forEach((listener) => listener(n)),
        close: async () => {
          await hub.request('witness', `end ${hub.member.name}`).catch(() => {});
        },
      };
    });
    keep('till', till);
  });

const where = (peer: Peer): Promise<string> => peer.run(({ hub }) => hub.service<Till>('till').where());

const witness = (peer: Peer): Promise<void> => peer.run(({ hub, log }) => void hub.handle('witness', (entry) => void log('witness').push(entry)));

export function singletons(meet: Meet): void {
  describe('has singletons', () => {
    it('which one member makes, and all find, also those that do not stand by', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await witness(ann);
      await group.settled();
      for (const peer of [bob, cid]) await standBy(peer);

      for (const peer of [ann, bob, cid]) expect(await where(peer)).to.equal('bob');
      expect(await cid.run(({ kept }) => kept<{ where(): Promise<string> }>('till').where())).to.equal('bob');
      expect(await ann.run(({ log }) => log('witness').entries)).to.deep.equal(['begin bob']);
      expect(await rejection(ann.run(({ hub }) => hub.request('interhub.service:till', ['close', []])))).to.include({ name: 'TypeError' });
    });

    it('which another member takes over when theirs dies', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await witness(ann);
      await group.settled();
      await standBy(doomed);
      expect(await where(ann)).to.equal('doomed');
      await standBy(bob);
      const token = await ann.run(({ hub }) => hub.service<Till>('till').token());
      await ann.run(async ({ hub, keep, log, rejection }) => {
        const till = keep('remote', hub.service<Till>('till', { timeout: 0 }));
        await till.on('rung', (n: number) => log('rung').push(n));
        keep('lost', rejection(till.wait()));
      });
      await doomed.run(async ({ log }) => void (await log('waiting').reach(1)));

      await doomed.kill();

      expect(await ann.run(async ({ kept }) => (await kept<Promise<{ code: string }>>('lost')).code)).to.equal('LOST');
      expect(await where(ann)).to.equal('bob');
      expect(await ann.run(({ hub }) => hub.service<Till>('till').token())).to.be.above(token);
      const ring = (n: number): Promise<void> => ann.run(({ kept }, number) => kept<{ ring(n: number): Promise<void> }>('remote').ring(number), n);
      // Hearing is begun anew beside the calls: sooner or later a ring is heard.
      let heard: readonly unknown[] = [];
      for (let n = 0; heard.length === 0; n++) {
        await ring(n);
        heard = await ann.run(({ log }) => log('rung').entries);
      }
      expect(await ann.run(({ log }) => log('witness').entries)).to.deep.equal(['begin doomed', 'begin bob']);
    });

    it('which are handed over in order', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await witness(ann);
      await group.settled();
      for (const peer of [bob, cid]) {
        await standBy(peer);
        expect(await where(ann)).to.equal('bob');
      }

      await bob.run(async ({ kept }) => kept<AsyncDisposable>('till')[Symbol.asyncDispose]());

      expect(await where(ann)).to.equal('cid');
      await standBy(bob);
      await cid.run(({ hub }) => hub.close());
      expect(await where(ann)).to.equal('bob');
      expect(await ann.run(({ log }) => log('witness').reach(5))).to.deep.equal(['begin bob', 'end bob', 'begin cid', 'end cid', 'begin bob']);
    });

    it('whose factories may throw: the turn passes on, and comes again', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        hub.singleton('till', () => {
          log('tried').push('tried');
          if (log('tried').entries.length < 3) throw new Error('not yet');
          return { where: () => hub.member.name };
        });
      });
      await group.settled();

      expect(await where(ann)).to.equal('bob');
      expect(await bob.run(({ log }) => log('errors').entries)).to.deep.equal(['not yet', 'not yet']);
      await bob.run(({ hub }) => hub.close());
      await ann.run(({ hub }) => void hub.singleton('till', () => ({ where: () => hub.member.name })));
      expect(await where(ann)).to.equal('ann');
    });

    it('that a member takes part in once', async () => {
      const { ann } = await meet('ann');

      const names = await ann.run(async ({ hub }) => {
        const names: string[] = [];
        const attempt = (): unknown => hub.singleton('one', () => ({}));
        attempt();
        try {
          attempt();
        } catch (error) {
          names.push((error as Error).name);
        }
        return names;
      });

      expect(names).to.deep.equal(['TypeError']);
    });
  });
}

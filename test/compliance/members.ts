/** Who is in the group, as each of its members sees it. */
import { expect } from 'chai';
import type { MemberChange } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import type { Meet } from './suite.js';

/** The peer writes down who comes and goes, as `[type, name]`, with the reason of a leave. */
const watch = (peer: Peer): Promise<void> =>
  peer.run(({ hub, log }) => {
    const follow = async (): Promise<void> => {
      for await (const change of hub.members.watch()) {
        log('members').push(change.type === 'joined' ? ['joined', change.member.name] : ['left', change.member.name, change.reason]);
      }
    };
    void follow();
  });

const changes = (peer: Peer, count: number): Promise<readonly unknown[]> => peer.run(({ log }, least) => log('members').reach(least), count);

export function members(meet: Meet): void {
  describe('knows its members', () => {
    it('by number, id and name, with their processes and labels', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid', { labels: { zone: 'north', role: '' } });
      await group.settled();

      for (const peer of [ann, bob, cid]) {
        const all = await peer.run(({ hub }) => [...hub.members]);
        const size = await peer.run(({ hub }) => hub.members.size);
        expect(all.map(({ name, pid, number }) => [name, pid, number])).to.deep.equal([['ann', ann.pid, 1], ['bob', bob.pid, 2], ['cid', cid.pid, 3]]);
        expect(new Set(all.map(({ id }) => id)).size).to.equal(3);
        expect(all[2]?.labels).to.deep.equal({ zone: 'north', role: '' });
        expect(size).to.equal(3);

        const found = await peer.run(({ hub }, id) => [hub.members.get('cid'), hub.members.get(3), hub.members.get(id), hub.members.get('zoe')], all[2]?.id ?? '');
        expect(found).to.deep.equal([all[2], all[2], all[2], undefined]);
      }
    });

    it('and each knows itself', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      for (const peer of [ann, bob]) {
        expect(await peer.run(({ hub }) => hub.members.get(hub.member.id) === hub.members.get(hub.member.name))).to.equal(true);
        expect(await peer.run(({ hub }) => hub.member.name)).to.equal(peer.name);
        expect(await peer.run(({ hub }) => hub.member.pid)).to.equal(peer.pid);
      }
    });

    it('and who listens since it was made can be told and asked as soon as it has joined', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => {
        const greet = async (): Promise<void> => {
          for await (const { type, member } of hub.members.watch()) {
            if (type !== 'joined' || member.name.length > 1) continue;
            hub.send('greeting', member.name, { to: member });
            hub.broadcast('news.joined', member.name);
            const answer = hub.request('name', undefined, { to: member });
            log('answers').push(await answer.catch(String));
          }
        };
        void greet();
      });
      await group.settled();

      await bob.run(({ another, log }) => {
        for (const name of ['x', 'y', 'z']) {
          const hub = another(name);
          hub.on('greeting', (value) => log('greetings').push([name, value]));
          hub.on('news.*', (value) => value === name && log('news').push(value));
          hub.handle('name', () => name);
        }
      });

      expect(await ann.run(({ log }) => log('answers').reach(3))).to.have.members(['x', 'y', 'z']);
      expect(await ann.run(({ log }) => log('undelivered').entries)).to.deep.equal([]);
      expect(await bob.run(({ log }) => log('greetings').reach(3))).to.have.deep.members([['x', 'x'], ['y', 'y'], ['z', 'z']]);
      expect(await bob.run(({ log }) => log('news').reach(3))).to.have.members(['x', 'y', 'z']);
    });

    it('and never gives a number or an id twice', async () => {
      const { ann, group } = await meet('ann');
      const first = await group.join('bob');
      const before = await first.run(({ hub }) => [hub.member.number, hub.member.id]);
      await first.close();

      const second = await group.join('bob');
      const after = await second.run(({ hub }) => [hub.member.number, hub.member.id]);

      expect(before[0]).to.equal(2);
      expect(after[0]).to.equal(3);
      expect(after[1]).to.not.equal(before[1]);
      expect(await ann.run(({ hub }) => hub.members.size)).to.equal(2);
    });

    it('tells who is here, then who comes and who goes, and why', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await Promise.all([watch(ann), watch(bob)]);
      const polite = await group.join('polite');
      const doomed = await group.join('doomed');

      await polite.close();
      await changes(ann, 5);
      await doomed.kill();

      for (const peer of [ann, bob]) {
        expect(await changes(peer, 6)).to.deep.equal([
          ['joined', 'ann'],
          ['joined', 'bob'],
          ['joined', 'polite'],
          ['joined', 'doomed'],
          ['left', 'polite', 'closed'],
          ['left', 'doomed', 'lost'],
        ]);
      }
    });

    it('tells that one has gone after all that follows from it', async () => {
      const { bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await doomed.run(async ({ hub, keep }) => {
        keep('door', await hub.lock('door'));
        hub.handle('who', () => new Promise(() => {}));
      });
      await group.settled();
      await bob.run(async ({ hub, log }) => {
        const note = (what: string) => (): void => log('order').push(what);
        hub.lock('door').then(note('lock'));
        hub.request('who', 1, { timeout: 0 }).catch(note('request'));
        const follow = async (): Promise<void> => {
          for await (const { type } of hub.members.watch()) {
            if (type !== 'left') continue;
            await new Promise((resolve) => setImmediate(resolve));
            note('left')();
            const error = await hub.request('who').then(() => ({}), (error: { readonly code?: string }) => error);
            log('order').push((error as { readonly code?: string }).code);
          }
        };
        void follow();
        await hub.state('settling').size();
      });

      await doomed.kill();

      const order = await bob.run(({ log }) => log('order').reach(4));
      expect(order.slice(0, 2)).to.have.members(['lock', 'request']);
      expect(order.slice(2)).to.deep.equal(['left', 'NO_RECEIVER']);
    });

    it('lets a watcher begin late, and end', async () => {
      const { ann, group } = await meet('ann', 'bob');
      await group.settled();

      const seen = await ann.run(async ({ hub, rejection }) => {
        const abort = new AbortController();
        const changes = hub.members.watch({ signal: abort.signal });
        const here = [await changes.next(), await changes.next()].map(({ value }) => (value as MemberChange).member.name);
        const next = rejection<unknown>(changes.next());
        abort.abort('enough');
        return [...here, await next];
      });

      expect(seen).to.deep.equal(['ann', 'bob', 'enough']);
    });

    it('as many as there are, in one order', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      const names = await bob.run(async ({ another }) => {
        const hubs = Array.from({ length: 10 }, (_, n) => another(`extra ${n}`));
        await Promise.all(hubs.map((hub) => hub.ready()));
        return Promise.all(hubs.map(async (hub) => {
          await hub.state('settling').size();
          await hubs[0]?.state('settling').size();
          return [...hub.members].map(({ number, name }) => `${number} ${name}`);
        }));
      });
      await ann.run(({ hub }) => hub.state('settling').size());

      const here = await ann.run(({ hub }) => [...hub.members].map(({ number, name }) => `${number} ${name}`));
      expect(here).to.have.length(12);
      for (const seen of names) expect(seen).to.deep.equal(here);
    });
  });
}

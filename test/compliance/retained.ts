/** Values that topics keep: who comes late is told the last one first, and then goes on with everybody. */
import { expect } from 'chai';
import type { Message, Subscription } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import type { Meet } from './suite.js';

/** The peer writes down what it hears of a topic, as `[topic, value, name of the sender, retained]`. */
const listen = (peer: Peer, topic: string): Promise<void> =>
  peer.run(({ hub, log }, name) => void hub.on(name, (value, { topic, from, retained }) => log(name).push([topic, value, from.name, retained])), topic);

const heard = (peer: Peer, topic: string, count: number): Promise<readonly unknown[]> => peer.run(({ log }, name, least) => log(name).reach(least), topic, count);

/** As `log`, when whatever is on its way has come. */
const heardSoFar = async (peer: Peer, topic: string): Promise<readonly unknown[]> => peer.run(({ log }, name) => log(name).entries, topic);

export function retained(meet: Meet): void {
  describe('keeps for a topic', () => {
    it('the last value, and tells it who begins to listen, before anything newer', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub }) => {
        hub.broadcast('config', { version: 1 }, { retain: true });
        hub.broadcast('config', { version: 2 }, { retain: true });
        hub.broadcast('config', 'for those who are here');
      });
      await group.settled();

      await listen(bob, 'config');
      await group.settled();
      await ann.run(({ hub }) => hub.broadcast('config', { version: 3 }, { retain: true }));

      expect(await heard(bob, 'config', 2)).to.deep.equal([
        ['config', { version: 2 }, 'ann', true],
        ['config', { version: 3 }, 'ann', false],
      ]);
    });

    it('a value that those who listen already hear as any other, in order, once, and not its sender', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, bob, cid]) await listen(peer, 'news');
      await group.settled();

      await bob.run(({ hub }) => {
        hub.broadcast('news', 1);
        hub.broadcast('news', 2, { retain: true });
        hub.broadcast('news', 3);
        hub.broadcast('news', 4, { retain: true, self: true });
        hub.broadcast('news', 5);
      });
      await group.settled();

      const all = [1, 2, 3, 4, 5].map((value) => ['news', value, 'bob', false]);
      expect(await heard(ann, 'news', 5)).to.deep.equal(all);
      expect(await heard(cid, 'news', 5)).to.deep.equal(all);
      expect(await heardSoFar(bob, 'news')).to.deep.equal([['news', 4, 'bob', false]]);
    });

    it('what those hear who listen by a pattern, and by a topic of it: each once', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub }) => {
        hub.broadcast('price.apple', 3, { retain: true });
        hub.broadcast('price.pear', 4, { retain: true });
        hub.broadcast('price', 5, { retain: true });
      });
      await group.settled();

      await listen(bob, 'price.*');
      await listen(bob, 'price.pear');
      await group.settled();
      await listen(bob, 'price.>');
      await group.settled();

      const both = [['price.apple', 3, 'ann', true], ['price.pear', 4, 'ann', true]];
      expect(await heard(bob, 'price.*', 2)).to.have.deep.members(both);
      expect(await heard(bob, 'price.>', 2)).to.have.deep.members(both);
      expect(await heard(bob, 'price.pear', 1)).to.deep.equal([['price.pear', 4, 'ann', true]]);
    });

    it('what each listener of a hub is told, however late it comes', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await listen(bob, 'news');
      await group.settled();
      await ann.run(({ hub }) => hub.broadcast('news', 1, { retain: true }));
      await heard(bob, 'news', 1);

      const late = await bob.run(async ({ hub, keep }) => {
        const subscription = keep('late', hub.subscribe<number>('news'));
        const { value } = await subscription.next();
        return [value?.value, value?.retained];
      });
      await ann.run(({ hub }) => hub.broadcast('news', 2, { retain: true }));

      expect(late).to.deep.equal([1, true]);
      expect(await bob.run(async ({ kept }) => ((await kept<Subscription<number>>('late').next()).value as Message).value)).to.equal(2);
      expect(await heard(bob, 'news', 2)).to.deep.equal([['news', 1, 'ann', false], ['news', 2, 'ann', false]]);
    });

    it('what its sender hears later as well, with `self`, and not without it', async () => {
      const { bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        hub.broadcast('mine', 1, { retain: true, self: true });
        hub.broadcast('yours', 2, { retain: true });
        hub.on('mine', () => {});
        hub.on('yours', () => {});
      });
      await group.settled();

      await listen(bob, 'yours');
      await listen(bob, 'mine');
      await listen(bob, '*');
      await group.settled();

      expect(await heardSoFar(bob, 'mine')).to.deep.equal([['mine', 1, 'bob', true]]);
      expect(await heardSoFar(bob, '*')).to.deep.equal([['mine', 1, 'bob', true]]);
      expect(await heardSoFar(bob, 'yours')).to.deep.equal([]);
    });

    it('what a listener hears without a gap and without repeating, whenever it comes', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const LAST = 500;
      await bob.run(({ hub, log, keep }, last) => {
        const heard: number[][] = keep('heard', []);
        for (const topic of ['a.count', 'a.count', 'a.*', 'a.count', 'a.>', 'a.count']) {
          const own: number[] = [];
          heard.push(own);
          let hasBegun = false;
          const begin = (): void => {
            if (hasBegun) return;
            hasBegun = true;
            hub.on<number>(topic, (value) => {
              own.push(value);
              if (value === last) log('done').push(topic);
            });
          };
          // Each begins somewhere in the middle of what is said, or at the end of it.
          hub.on('tick', () => Math.random() < 0.01 && begin());
          keep(`begin ${heard.length}`, begin);
        }
      }, LAST);
      await group.settled();

      await ann.run(async ({ hub }, last) => {
        for (let n = 1; n <= last; n++) {
          hub.broadcast('a.count', n, { retain: true });
          hub.broadcast('tick');
          if (n % 20 === 0) await hub.drained();
        }
      }, LAST);
      await bob.run(({ kept }) => [1, 2, 3, 4, 5, 6].forEach((n) => kept<() => void>(`begin ${n}`)()));
      await bob.run(({ log }) => log('done').reach(6));

      for (const own of await bob.run(({ kept }) => kept<number[][]>('heard'))) {
        expect(own).to.deep.equal(Array.from({ length: own.length }, (_, i) => LAST - own.length + 1 + i));
      }
    });

    it('what is taken away by telling `undefined`', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await listen(bob, 'news');
      await group.settled();
      await ann.run(({ hub }) => {
        hub.broadcast('news', null, { retain: true });
        hub.broadcast('news', undefined, { retain: true });
        hub.broadcast('other', 1, { retain: true });
      });
      await group.settled();

      await listen(cid, 'news');
      await listen(cid, 'other');
      await bob.run(({ hub, log }) => void hub.on('news', () => log('late').push(1)));
      await heard(cid, 'other', 1);
      await group.settled();

      expect(await heardSoFar(bob, 'news')).to.deep.equal([['news', null, 'ann', false], ['news', undefined, 'ann', false]]);
      expect(await heardSoFar(bob, 'late')).to.deep.equal([]);
      expect(await heardSoFar(cid, 'news')).to.deep.equal([]);
    });

    it('whatever crosses processes, and whoever was dead by then', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await cid.run(({ hub }) => hub.broadcast('things', new Map([['bytes', Buffer.from([1, 2])], ['day', new Date(5)]] as [string, unknown][]), { retain: true }));
      await group.settled();
      await group.kill(cid);

      await bob.run(({ hub, log }) => void hub.on('things', (value, { from, retained }) => log('things').push([value, from.name, retained])));

      const [[value, name, isRetained] = []] = (await heard(bob, 'things', 1)) as [[Map<string, unknown>, string, boolean]];
      expect([...(value ?? [])].map(([key, part]) => [key, String(part instanceof Date ? Number(part) : [...(part as Uint8Array)])])).to.deep.equal([['bytes', '1,2'], ['day', '5']]);
      expect([name, isRetained]).to.deep.equal(['cid', true]);
    });

    it('what was said before its sender had a seat', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await listen(ann, 'news');
      await group.settled();

      await bob.run(({ another }) => {
        const hub = another('early');
        hub.broadcast('news', 1);
        hub.broadcast('news', 2, { retain: true });
        hub.broadcast('news', 3);
      });

      expect(await heard(ann, 'news', 3)).to.deep.equal([1, 2, 3].map((value) => ['news', value, 'early', false]));
      await listen(bob, 'news');
      expect(await heard(bob, 'news', 1)).to.deep.equal([['news', 2, 'early', true]]);
    });
  });
}

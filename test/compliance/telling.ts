/** Messages: at most once, in order for each pair of members. */
import { expect } from 'chai';
import type { Lock, Message, Subscription } from '../../src/index.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** The peer writes down what it hears of a topic, as `[value, name of the sender]`. */
const listen = (peer: Peer, topic: string): Promise<void> =>
  peer.run(({ hub, log }, name) => void hub.on(name, (value, { from }) => log(name).push([value, from.name])), topic);

const heard = (peer: Peer, topic: string, count: number): Promise<readonly unknown[]> =>
  peer.run(({ log }, name, least) => log(name).reach(least), topic, count);

export function telling(meet: Meet): void {
  describe('tells', () => {
    it('every other member that listens, and not the sender', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await Promise.all([listen(ann, 'news'), listen(bob, 'news'), listen(cid, 'news')]);
      await group.settled();

      await bob.run(({ hub }) => hub.broadcast('news', 'first'));
      await bob.run(({ hub }) => hub.broadcast('news', 'last', { self: true }));

      expect(await heard(ann, 'news', 2)).to.deep.equal([['first', 'bob'], ['last', 'bob']]);
      expect(await heard(cid, 'news', 2)).to.deep.equal([['first', 'bob'], ['last', 'bob']]);
      expect(await heard(bob, 'news', 1)).to.deep.equal([['last', 'bob']]);
    });

    it('only those that listen', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await listen(bob, 'news');
      await listen(cid, 'other');
      await group.settled();

      await ann.run(({ hub }) => {
        hub.broadcast('news', 1);
        hub.broadcast('other', 2);
      });

      expect(await heard(bob, 'news', 1)).to.deep.equal([[1, 'ann']]);
      expect(await heard(cid, 'other', 1)).to.deep.equal([[2, 'ann']]);
      expect(await cid.run(({ log }) => log('news').entries)).to.deep.equal([]);
    });

    it('one of those that listen, in turn', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await Promise.all([listen(bob, 'job'), listen(cid, 'job')]);
      await group.settled();

      await ann.run(({ hub }) => {
        for (let job = 0; job < 6; job++) hub.send('job', job);
      });

      const turns = [await heard(bob, 'job', 3), await heard(cid, 'job', 3)];
      expect(turns).to.have.deep.members([
        [[0, 'ann'], [2, 'ann'], [4, 'ann']],
        [[1, 'ann'], [3, 'ann'], [5, 'ann']],
      ]);
    });

    it('the member that is named by its name, its id, its number or as it is', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await Promise.all([listen(ann, 'job'), listen(bob, 'job'), listen(cid, 'job')]);
      await group.settled();

      await bob.run(({ hub }) => {
        const other = hub.members.get('cid');
        if (other === undefined) throw new Error('bob does not see cid');
        hub.send('job', 'name', { to: 'cid' });
        hub.send('job', 'id', { to: other.id });
        hub.send('job', 'number', { to: other.number });
        hub.send('job', 'member', { to: other });
      });

      expect(await heard(cid, 'job', 4)).to.deep.equal(['name', 'id', 'number', 'member'].map((value) => [value, 'bob']));
    });

    it('one of several members with one name, in turn', async () => {
      const { ann, group } = await meet('ann');
      const twins = [await group.join('twin'), await group.join('twin')];
      for (const twin of twins) await listen(twin, 'job');
      await group.settled();

      await ann.run(({ hub }) => {
        for (let job = 0; job < 4; job++) hub.send('job', job, { to: 'twin' });
      });

      for (const twin of twins) expect(await heard(twin, 'job', 2)).to.have.length(2);
    });

    it('itself, when it is the one that is named', async () => {
      const { bob } = await meet('ann', 'bob');
      await listen(bob, 'note');

      await bob.run(({ hub }) => hub.send('note', 'to self', { to: hub.member }));

      expect(await heard(bob, 'note', 1)).to.deep.equal([['to self', 'bob']]);
    });

    it('those whose pattern fits: `*` is one token, `>` is one or more', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        for (const pattern of ['order.*', 'order.>', '*.new', 'order.new', '>', 'order.*.paid']) {
          hub.on(pattern, (_value, { topic }) => log(topic).push(pattern));
        }
      });
      await group.settled();

      await ann.run(({ hub }) => {
        for (const topic of ['order', 'order.new', 'order.7.paid', 'orders.new', 'end']) hub.broadcast(topic);
      });

      await bob.run(({ log }) => log('end').reach(1));
      const fitting = await bob.run(({ log }) => ['order', 'order.new', 'order.7.paid', 'orders.new'].map((topic) => [...log(topic).entries].sort()));
      expect(fitting).to.deep.equal([
        ['>'],
        ['*.new', '>', 'order.*', 'order.>', 'order.new'],
        ['>', 'order.*.paid', 'order.>'],
        ['*.new', '>'],
      ]);
    });

    it('of any topic, for no name means anything to the hub itself (pitfall 8)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const topics = ['error', '', 'newListener', '__proto__', 'constructor', 'toString', 'ключ 🔑', 'a b'];
      for (const topic of topics) await listen(bob, topic);
      await group.settled();

      await ann.run(({ hub }, names) => names.forEach((name) => hub.broadcast(name, name)), topics);

      for (const topic of topics) expect(await heard(bob, topic, 1)).to.deep.equal([[topic, 'ann']]);
    });

    it('in order for each pair, across messages, requests and all sizes', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await cid.run(({ hub, log }) => {
        const note = (value: unknown): void => log().push(value instanceof Map ? value.get('n') : (value as { readonly n: number }).n);
        hub.on('told', note);
        hub.on('one.*', note);
        hub.handle('asked', note);
      });
      await group.settled();

      await bob.run(async ({ hub }) => {
        const answers: Promise<unknown>[] = [];
        for (let n = 0; n < 400; n++) {
          const text = 'x'.repeat(n % 50 === 0 ? 100_000 : n % 7);
          const value = n % 5 === 0 ? new Map<string, unknown>([['n', n], ['text', text]]) : { n, text };
          if (n % 4 === 0) hub.send('told', value, { to: 'cid' });
          if (n % 4 === 1) answers.push(hub.request('asked', value, { to: 'cid' }));
          if (n % 4 === 2) hub.broadcast('told', value);
          if (n % 4 === 3) hub.send('one.more', value, { to: 'cid' });
        }
        await Promise.all(answers);
      });

      expect(await cid.run(({ log }) => log().reach(400))).to.deep.equal(Array.from({ length: 400 }, (_, n) => n));
    });

    it('in order also when the first of a topic had to find its way', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await listen(bob, 'way');
      await group.settled();

      await ann.run(({ hub }) => {
        for (let n = 0; n < 100; n++) {
          if (n % 3 === 0) hub.send('way', n);
          else if (n % 3 === 1) hub.send('way', n, { to: 'bob' });
          else hub.broadcast('way', n);
        }
      });

      expect((await heard(bob, 'way', 100)).map((entry) => (entry as [number])[0])).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
    });

    it('after what the sender agreed on before: who hears of it sees it', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await cid.run(({ hub, log }) => {
        hub.on('done', async (round) => {
          const lock = await hub.tryLock('door');
          log().push([round, await hub.state('work').get('round'), lock !== undefined]);
          await lock?.release();
        });
      });
      await group.settled();

      for (let round = 0; round < 20; round++) {
        await bob.run(async ({ hub }, value) => {
          const lock = await hub.lock('door');
          void hub.state('work').set('round', value);
          void lock.release();
          hub.send('done', value, { to: 'cid' });
        }, round);
        await cid.run(({ log }, count) => log().reach(count), round + 1);
      }

      expect(await cid.run(({ log }) => log().entries)).to.deep.equal(Array.from({ length: 20 }, (_, round) => [round, round, true]));
    });

    it('before what the sender does next: who is let in by it has heard', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await listen(cid, 'written');
      await group.settled();

      for (let round = 0; round < 20; round++) {
        await bob.run(async ({ hub, keep }) => void keep('door', await hub.lock('door')));
        await cid.run(async ({ hub, log, keep }) => {
          keep('heard', hub.lock('door', () => log('written').entries.length));
          await hub.state('settling').size();
        });
        await bob.run(({ hub, kept }, value) => {
          hub.send('written', value, { to: 'cid' });
          hub.broadcast('written', value);
          void kept<Lock>('door').release();
        }, round);

        expect(await cid.run(({ kept }) => kept<Promise<number>>('heard'))).to.equal(round * 2 + 2);
      }
    });

    it('none of the dead, in whose turn another hears', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const doomed = await group.join('doomed');
      await Promise.all([listen(bob, 'job'), listen(doomed, 'job')]);
      await group.settled();
      await ann.run(({ hub }) => {
        hub.send('job', 'one');
        hub.send('job', 'other');
      });
      await Promise.all([heard(bob, 'job', 1), heard(doomed, 'job', 1)]);

      await doomed.kill();
      await ann.run(async ({ hub }) => {
        while (hub.members.size > 2) await hub.state('settling').size();
        for (let job = 0; job < 4; job++) hub.send('job', job);
      });

      const jobs = (await heard(bob, 'job', 5)).slice(1);
      expect(jobs).to.deep.equal([0, 1, 2, 3].map((job) => [job, 'ann']));
      expect(await ann.run(({ log }) => log('undelivered').entries)).to.deep.equal([]);
    });

    it('what was said before the hub had a seat (pitfall 10)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await listen(ann, 'early');
      await group.settled();

      await bob.run(async ({ another, log }) => {
        const early = another('early bird');
        early.on('late', (value) => log().push(value));
        early.broadcast('early', 1);
        early.send('early', 2);
        early.send('early', 3, { to: 'ann' });
        await early.state('settling').size();
      });
      await ann.run(({ hub }) => hub.broadcast('late', 'still heard'));

      expect(await heard(ann, 'early', 3)).to.deep.equal([1, 2, 3].map((n) => [n, 'early bird']));
      expect(await bob.run(({ log }) => log().reach(1))).to.deep.equal(['still heard']);
    });

    it('the sender of what found nobody', async () => {
      const { ann, group } = await meet('ann', 'bob');
      await group.settled();

      const undelivered = await ann.run(async ({ hub, log }) => {
        hub.send('nothing', 'to any');
        hub.send('nothing', 'to bob', { to: 'bob' });
        hub.send('nothing', 'to nobody', { to: 'nobody' });
        const all = await log('undelivered').reach<{ topic: string; value: unknown; to?: number }>(3);
        return all.map(({ topic, value, to }) => [topic, value, to === hub.members.get('bob')?.number]);
      });

      expect(undelivered).to.have.deep.members([
        ['nothing', 'to any', false],
        ['nothing', 'to bob', true],
        ['nothing', 'to nobody', false],
      ]);
    });

    it('the other listeners, and `onError`, when one of them throws', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        hub.on('news', () => {
          throw new Error('at once');
        });
        hub.on('news', () => Promise.reject(new Error('later')));
        hub.on('news', (value) => log().push(value));
      });
      await group.settled();

      await ann.run(({ hub }) => hub.broadcast('news', 1));

      expect(await bob.run(({ log }) => log().reach(1))).to.deep.equal([1]);
      expect(await bob.run(({ log }) => log('errors').reach(2))).to.have.members(['at once', 'later']);
    });

    it('no listener that was disposed of, or whose signal has aborted', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log, keep }) => {
        keep('listening', hub.on('news', () => log().push('disposed')));
        hub.on('news', () => log().push('aborted'), { signal: keep('abort', new AbortController()).signal });
        const once = hub.on('news', () => {
          log().push('once');
          once[Symbol.dispose]();
        });
        hub.on('news', () => log().push('stays'));
      });
      await group.settled();
      await ann.run(({ hub }) => hub.broadcast('news'));
      expect(await bob.run(({ log }) => log().reach(4))).to.deep.equal(['disposed', 'aborted', 'once', 'stays']);

      await bob.run(({ kept }) => {
        kept<Disposable>('listening')[Symbol.dispose]();
        kept<AbortController>('abort').abort();
      });
      await ann.run(({ hub }) => hub.broadcast('news'));
      await ann.run(({ hub }) => hub.broadcast('news'));

      expect((await bob.run(({ log }) => log().reach(6))).slice(4)).to.deep.equal(['stays', 'stays']);
    });

    it('a listener one message at a time when it says so', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        let running = 0;
        const listener = async (n: unknown): Promise<void> => {
          running += 1;
          await new Promise((resolve) => setImmediate(resolve));
          log().push([n, running]);
          running -= 1;
        };
        hub.on('job', listener, { concurrency: 1 });
      });
      await group.settled();

      await ann.run(({ hub }) => {
        for (let n = 0; n < 5; n++) hub.broadcast('job', n);
      });

      expect(await bob.run(({ log }) => log().reach(5))).to.deep.equal([[0, 1], [1, 1], [2, 1], [3, 1], [4, 1]]);
    });

    it('a subscription, which begins at its call and ends as its reader likes', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, keep }) => void keep('news', hub.subscribe('news.*')));
      await group.settled();
      await ann.run(({ hub }) => {
        for (let n = 1; n <= 3; n++) hub.broadcast(`news.${n}`, n);
      });

      const read = await bob.run(async ({ kept }) => {
        const read: unknown[] = [];
        for await (const { topic, value, from } of kept<Subscription>('news')) {
          read.push([topic, value, from.name]);
          if (read.length === 3) break;
        }
        return [...read, await kept<Subscription>('news').next()];
      });

      expect(read).to.deep.equal([
        ['news.1', 1, 'ann'],
        ['news.2', 2, 'ann'],
        ['news.3', 3, 'ann'],
        { done: true, value: undefined },
      ]);
    });

    it('a subscription no more than it has room for', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log, keep }) => {
        keep('oldest', hub.subscribe('news', { buffer: 2, overflow: 'drop-oldest' }));
        keep('newest', hub.subscribe('news', { buffer: 2, overflow: 'drop-newest' }));
        keep('error', hub.subscribe('news', { buffer: 2 }));
        hub.on('news', (value) => log().push(value));
      });
      await group.settled();

      await ann.run(({ hub }) => {
        for (let n = 1; n <= 4; n++) hub.broadcast('news', n);
      });
      await bob.run(({ log }) => log().reach(4));

      const read = await bob.run(async ({ kept, rejection }) => {
        const next = async (name: string): Promise<unknown> => (await kept<Subscription>(name).next() as IteratorYieldResult<Message>).value.value;
        const dropped = (name: string): number => kept<Subscription>(name).dropped;
        const overloaded = async (): Promise<unknown> => {
          for await (const _ of kept<Subscription>('error'));
          return 'no error';
        };
        return {
          oldest: [await next('oldest'), await next('oldest'), dropped('oldest')],
          newest: [await next('newest'), await next('newest'), dropped('newest')],
          error: (await rejection(overloaded())).code,
        };
      });
      expect(read).to.deep.equal({ oldest: [3, 4, 2], newest: [1, 2, 2], error: 'OVERLOADED' });
    });

    it('what a value was at the call, whatever becomes of it later', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await listen(bob, 'news');
      await group.settled();

      await ann.run(({ hub }) => {
        const value = { n: 1, list: [1] };
        hub.broadcast('news', value);
        value.n = 2;
        value.list.push(2);
      });

      expect(await heard(bob, 'news', 1)).to.deep.equal([[{ n: 1, list: [1] }, 'ann']]);
    });

    it('8 MB at once, and small ones behind it', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await cid.run(({ hub, log }) => void hub.on('load', (value) => log().push(value instanceof Uint8Array ? [value.length, value[0], value.at(-1)] : value)));
      await group.settled();

      await bob.run(({ hub }) => {
        const bytes = new Uint8Array(8_000_000);
        bytes[0] = 1;
        bytes[bytes.length - 1] = 2;
        hub.broadcast('load', bytes);
        hub.broadcast('load', 'small');
      });

      expect(await cid.run(({ log }) => log().reach(2))).to.deep.equal([[8_000_000, 1, 2], 'small']);
    });

    it('20 MB in many messages, with `drained` to keep pace', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await cid.run(({ hub, log }) => void hub.on<readonly [number]>('load', ([n]) => log().push(n)));
      await group.settled();

      await bob.run(async ({ hub }) => {
        const padding = 'x'.repeat(10_000);
        for (let n = 0; n < 2_000; n++) {
          hub.send('load', [n, padding], { to: 'cid' });
          if (n % 50 === 0) await hub.drained();
        }
      });

      expect(await cid.run(({ log }) => log().reach(2_000))).to.deep.equal(Array.from({ length: 2_000 }, (_, n) => n));
    });
  });

  describe('refuses to tell', () => {
    it('to a pattern, of a pattern that is none, and of a name without measure', async () => {
      const { bob } = await meet('ann', 'bob');
      const nothing = 'nothing was thrown';

      const thrown = await bob.run(({ hub }, otherwise) => {
        const attempt = (call: () => unknown): unknown => {
          try {
            call();
            return otherwise;
          } catch (error) {
            return error instanceof TypeError ? 'TypeError' : (error as { readonly code?: unknown }).code;
          }
        };
        return [
          attempt(() => hub.send('order.*', 1)),
          attempt(() => hub.broadcast('order.>', 1)),
          attempt(() => hub.on('order.>.paid', () => {})),
          attempt(() => hub.send('x'.repeat(2_000), 1)),
          attempt(() => hub.on('ü'.repeat(1_000), () => {})),
        ];
      }, nothing);

      expect(thrown).to.deep.equal(['TypeError', 'TypeError', 'TypeError', 'TOO_LARGE', 'TOO_LARGE']);
    });

    it('a function, and names the path to it', async () => {
      const { bob } = await meet('ann', 'bob');

      const error = await rejection(bob.run(({ hub }) => hub.broadcast('news', { a: [{ b: () => 1 }] })));

      expect(error).to.include({ name: 'HubError', code: 'UNSERIALIZABLE' });
      expect(error.message).to.include('$.a[0].b');
    });
  });
}

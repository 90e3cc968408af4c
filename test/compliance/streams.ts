/** Streams: parts in order, no faster than they are read, and one end that both sides hear of. */
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import type { Place } from '../support/place.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** The peer streams whole numbers for ever; it writes down each, and its end. */
const handleCount = (peer: Peer): Promise<void> =>
  peer.run(({ hub, log }) => {
    hub.handle('count', async function* (from: number, { signal }) {
      signal.addEventListener('abort', () => log('aborted').push('aborted'));
      try {
        for (let n = from; ; n++) {
          log('made').push(n);
          yield n;
        }
      } finally {
        log('ended').push('ended');
      }
    });
  });

/** The peer reads an input to its end; it writes down what it read, and what came instead of the end. */
const handleSum = (peer: Peer): Promise<void> =>
  peer.run(({ hub, log }) => {
    hub.handle('sum', async (input: AsyncIterable<number>) => {
      let sum = 0;
      try {
        for await (const n of input) {
          log('read').push(n);
          sum += n;
        }
      } catch (error) {
        log('failed').push(error instanceof Error ? error.message : error);
        throw error;
      }
      return sum;
    });
  });

export function streams(meet: Meet): void {
  describe('streams', () => {
    it('parts of every kind in order, and then the end', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('parts', async function* (count: number) {
          for (let n = 0; n < count; n++) yield n % 3 === 0 ? n : n % 3 === 1 ? new Date(n) : 'x'.repeat(n);
          yield undefined;
        });
      });
      await group.settled();

      const parts = await cid.run(async ({ hub }) => {
        const parts: unknown[] = [];
        for await (const part of hub.stream('parts', 200)) parts.push(part instanceof Date ? Number(part) : part);
        return parts;
      });

      const expected = Array.from({ length: 200 }, (_, n) => (n % 3 === 2 ? 'x'.repeat(n) : n));
      expect(parts).to.deep.equal([...expected, undefined]);
    });

    it('no more than a window ahead of its reader', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await handleCount(bob);
      await group.settled();
      await ann.run(async ({ hub, keep }) => {
        const stream = keep('stream', hub.stream<number>('count', 0));
        await stream.next();
      });

      await bob.run(({ log }) => log('made').reach(16));
      await group.settled();

      expect(await bob.run(({ log }) => log('made').entries.length)).to.be.within(16, 17);
      await ann.run(async ({ kept }) => {
        for (let n = 0; n < 50; n++) await kept<AsyncIterator<number>>('stream').next();
      });
      await group.settled();
      expect(await bob.run(({ log }) => log('made').entries.length)).to.be.within(51, 51 + 17);
    });

    it('no more than a mebibyte ahead, whatever the parts are', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        hub.handle('blocks', async function* () {
          for (let n = 0; n < 20; n++) {
            log('made').push(n);
            yield new Uint8Array(600_000);
          }
        });
      });
      await group.settled();
      await ann.run(async ({ hub, keep }) => void (await keep('stream', hub.stream('blocks')).next()));

      await bob.run(({ log }) => log('made').reach(2));
      await group.settled();
      expect(await bob.run(({ log }) => log('made').entries.length)).to.be.at.most(4);

      const rest = await ann.run(async ({ kept }) => {
        let size = 0;
        for await (const block of kept<AsyncIterable<Uint8Array>>('stream')) size += block.length;
        return size;
      });
      expect(rest).to.equal(19 * 600_000);
    });

    it('asks nobody before the first part is read', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await handleCount(bob);
      await group.settled();

      await ann.run(async ({ hub }) => void (await hub.stream('count', 0).return?.()));
      await group.settled();

      expect(await bob.run(({ log }) => log('made').entries)).to.deep.equal([]);
    });

    it('until its reader has enough, and lets the handler know', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleCount(bob);
      await group.settled();

      const read = await cid.run(async ({ hub }) => {
        const read: number[] = [];
        for await (const n of hub.stream<number>('count', 0)) {
          read.push(n);
          if (n === 40) break;
        }
        return read;
      });

      expect(read).to.deep.equal(Array.from({ length: 41 }, (_, n) => n));
      expect(await bob.run(({ log }) => log('ended').reach(1))).to.deep.equal(['ended']);
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
    });

    it('until its reader gives up, with his own reason', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleCount(bob);
      await group.settled();

      const isReason = await cid.run(async ({ hub, rejection }) => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const read = async (): Promise<void> => {
          for await (const n of hub.stream<number>('count', 0, { signal: abort.signal })) if (n === 20) abort.abort(reason);
        };
        return (await rejection<unknown>(read())) === reason;
      });

      expect(isReason).to.equal(true);
      expect(await bob.run(({ log }) => log('ended').reach(1))).to.deep.equal(['ended']);
    });

    it('what the handler throws, behind the parts that came before', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('breaks', async function* () {
          yield 1;
          yield 2;
          throw Object.assign(new RangeError('no more'), { code: 'E3' });
        });
        hub.handle('unsendable', async function* () {
          yield 1;
          yield () => 2;
        });
      });
      await group.settled();

      const told = await cid.run(async ({ hub }) => {
        const read = async (method: string): Promise<unknown[]> => {
          const told: unknown[] = [];
          try {
            for await (const n of hub.stream(method)) {
              await new Promise((resolve) => setImmediate(resolve));
              told.push(n);
            }
          } catch (error) {
            const { name, code } = error as Error & { code: string };
            told.push(`${name} ${code}`);
          }
          return told;
        };
        return [await read('breaks'), await read('unsendable')];
      });

      expect(told).to.deep.equal([[1, 2, 'RangeError E3'], [1, 'HubError UNSERIALIZABLE']]);
    });

    it('an end at once when the handler dies', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleCount(cid);
      await group.settled();
      const read = [ann, bob].map((peer) =>
        rejection(
          peer.run(async ({ hub, log }) => {
            for await (const n of hub.stream<number>('count', 0)) {
              if (n === 5) log('five').push(n);
              await new Promise((resolve) => setImmediate(resolve));
            }
          }),
        ),
      );
      await ann.run(({ log }) => log('five').reach(1));
      await bob.run(({ log }) => log('five').reach(1));

      await cid.kill();

      for (const error of await Promise.all(read)) expect(error).to.include({ name: 'HubError', code: 'LOST', mayHaveRun: true });
    });

    it('no more when its reader dies', async () => {
      const { bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleCount(bob);
      await group.settled();
      await cid.run(async ({ hub, keep }) => void (await keep('stream', hub.stream('count', 0)).next()));

      await cid.kill();

      expect(await bob.run(({ log }) => log('ended').reach(1))).to.deep.equal(['ended']);
    });

    it('what a promise of an iterable gives, and one value as one part', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        hub.handle('later', async () => {
          await Promise.resolve();
          return (async function* () {
            yield 'a';
            yield 'b';
          })();
        }, { concurrency: 1 });
        hub.handle('one', (input) => input);
      });
      await group.settled();

      const read = await ann.run(async ({ hub }) => {
        const all = async (stream: AsyncIterable<unknown>): Promise<unknown[]> => {
          const parts: unknown[] = [];
          for await (const part of stream) parts.push(part);
          return parts;
        };
        return [await all(hub.stream('later')), await all(hub.stream('later')), await all(hub.stream('one', 7)), await all(hub.stream('one'))];
      });

      expect(read).to.deep.equal([['a', 'b'], ['a', 'b'], [7], []]);
    });

    it('nothing to `request`, which says what to do', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await handleCount(bob);
      await group.settled();

      const error = await rejection(ann.run(({ hub }) => hub.request('count', 0)));

      expect(error.name).to.equal('TypeError');
      expect(error.message).to.include('hub.stream()');
      expect(await bob.run(({ log }) => log('made').entries)).to.deep.equal([]);
    });

    it('nothing of what only looks like parts, be it given or returned, and says what it lacks', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        hub.handle('echo', (input) => input);
        hub.handle('hollow', () => ({ [Symbol.asyncIterator]: () => ({}) }));
        hub.handle('flat', () => ({ [Symbol.asyncIterator]: 1 }));
      });
      await group.settled();

      const messages = await ann.run(async ({ hub }) => {
        const hollow = { [Symbol.asyncIterator]: () => ({}) };
        const message = (failed: Promise<unknown>): Promise<unknown> => failed.then(String, (error: Error) => `${error.name}: ${error.message}`);
        return Promise.all([
          message(hub.request('echo', hollow)),
          message(hub.stream('hollow').next()),
          message(hub.stream('flat').next()),
          message(hub.request('echo', 'alive')),
        ]);
      });

      const complaint = 'TypeError: What is to be read part by part has a `Symbol.asyncIterator` that gives no iterator, which has a method `next`. Hand over an async generator, or a stream of Node.';
      expect(messages).to.deep.equal([complaint, complaint, complaint, 'alive']);
    });

    it('only what somebody handles, and only when the first part comes in time', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        hub.handle('mute', async function* (_input, { signal, remaining }) {
          log('remaining').push(remaining);
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          log('aborted').push('aborted');
        });
        hub.handle('tired', async function* (_input, { signal }) {
          yield 1;
          await new Promise((resolve) => setTimeout(resolve, 150));
          yield signal.aborted;
        });
      });
      await group.settled();

      expect(await rejection(ann.run(({ hub }) => hub.stream('nothing').next()))).to.include({ code: 'NO_RECEIVER', mayHaveRun: false });
      expect(await rejection(ann.run(({ hub }) => hub.stream('mute', 0, { timeout: 20 }).next()))).to.include({ code: 'TIMEOUT' });
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
      const parts = await ann.run(async ({ hub }) => {
        const parts: unknown[] = [];
        for await (const part of hub.stream('tired', 0, { timeout: 100 })) parts.push(part);
        return parts;
      });
      expect(parts).to.deep.equal([1, false]);
    });

    it('many at once, each with its own parts', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('times', async function* (factor: number) {
          for (let n = 0; n < 100; n++) yield n * factor;
        });
      });
      await group.settled();

      const program = ({ hub }: Place): Promise<number[]> =>
        Promise.all(
          Array.from({ length: 30 }, async (_, factor) => {
            let sum = 0;
            for await (const part of hub.stream<number>('times', factor)) sum += part;
            return sum;
          }),
        );

      for (const peer of [ann, cid]) expect(await peer.run(program)).to.deep.equal(Array.from({ length: 30 }, (_, factor) => 4_950 * factor));
    });
  });

  describe('takes an input in parts', () => {
    it('in order, and answers when it has read them all', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleSum(bob);
      await group.settled();

      const sum = await cid.run(({ hub }) => {
        const source = async function* (): AsyncGenerator<number> {
          for (let n = 1; n <= 100; n++) yield n;
        };
        return hub.request('sum', source());
      });

      expect(sum).to.equal(5_050);
      expect(await bob.run(({ log }) => log('read').entries)).to.deep.equal(Array.from({ length: 100 }, (_, n) => n + 1));
    });

    it('while it answers in parts', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('double', async function* (input: AsyncIterable<number>) {
          for await (const n of input) yield n * 2;
        });
      });
      await group.settled();

      const doubled = await cid.run(async ({ hub }) => {
        const source = async function* (): AsyncGenerator<number> {
          for (let n = 0; n < 50; n++) yield n;
        };
        const parts: number[] = [];
        for await (const part of hub.stream<number>('double', source())) parts.push(part);
        return parts;
      });

      expect(doubled).to.deep.equal(Array.from({ length: 50 }, (_, n) => n * 2));
    });

    it('no more than it reads, and closes the source when it has answered', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        hub.handle('first', async (input: AsyncIterable<number>) => {
          for await (const n of input) return n;
          return undefined;
        });
        hub.handle('unread', () => 'unread');
      });
      await group.settled();

      const [first, unread, made] = await ann.run(async ({ hub, log }) => {
        const source = async function* (): AsyncGenerator<number> {
          try {
            for (let n = 7; ; n++) {
              log('made').push(n);
              yield n;
            }
          } finally {
            log('closed').push('closed');
          }
        };
        const first = await hub.request('first', source());
        await log('closed').reach(1);
        const made = log('made').entries.length;
        const unread = await hub.request('unread', source());
        return [first, unread, made, log('made').entries.length - made];
      });

      expect([first, unread]).to.deep.equal([7, 'unread']);
      expect(made).to.be.within(1, 17);
    });

    it('and hears what the source throws, behind the parts that came before', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleSum(bob);
      await group.settled();

      const error = await rejection(
        cid.run(({ hub }) => {
          const source = async function* (): AsyncGenerator<number> {
            yield 1;
            yield 2;
            throw new RangeError('dry');
          };
          return hub.request('sum', source());
        }),
      );

      expect(error.message).to.equal('dry');
      expect(await bob.run(({ log }) => log('read').entries)).to.deep.equal([1, 2]);
      expect(await bob.run(({ log }) => log('failed').entries)).to.deep.equal(['dry']);
    });

    it('and hears at once that its asker has died', async () => {
      const { bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleSum(bob);
      await group.settled();
      const asked = rejection(
        cid.run(({ hub }) => {
          const source = async function* (): AsyncGenerator<number> {
            yield 1;
            await new Promise(() => {});
          };
          return hub.request('sum', source(), { timeout: 0 });
        }),
      );
      await bob.run(({ log }) => log('read').reach(1));

      await cid.kill();
      void asked;

      await bob.run(({ log }) => log('failed').reach(1));
    });
  });
}

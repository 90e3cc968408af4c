/** Requests: one answer or one error, and never neither. */
import { expect } from 'chai';
import type { Place } from '../support/place.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** The peer answers a method with its own name. */
const handle = (peer: Peer, method: string): Promise<void> =>
  peer.run(({ hub }, name) => void hub.handle(name, () => hub.member.name), method);

/** The peer never answers a method; it writes down that it was asked, and why it was given up. */
const handleForEver = (peer: Peer, method: string): Promise<void> =>
  peer.run(({ hub, log }, name) => {
    hub.handle(name, (input, call) => {
      log('asked').push(input);
      call.signal.addEventListener('abort', () => log('aborted').push(input));
      return new Promise(() => {});
    });
  }, method);

export function asking(meet: Meet): void {
  describe('answers', () => {
    it('with what the handler returns, or its promise resolves to', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('double', (n: number) => n * 2);
        hub.handle('later', async (n: number) => n * 3);
        hub.handle('nothing', (input) => void input);
      });
      await group.settled();

      const asked = ({ hub }: Place): Promise<unknown[]> =>
        Promise.all([hub.request('double', 4), hub.request('later', 4), hub.request('nothing')]);

      for (const peer of [ann, bob, cid]) expect(await peer.run(asked)).to.deep.equal([8, 12, undefined]);
    });

    it('knowing who asks, what for and how long', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('about', (_input, call) => [call.method, call.from.name, call.from.pid, call.remaining]);
      });
      await group.settled();

      const [method, name, pid, remaining] = await cid.run(({ hub }) => hub.request<[string, string, number, number]>('about', 0, { timeout: 5_000 }));
      const [, , , withoutLimit] = await cid.run(({ hub }) => hub.request<[string, string, number, number]>('about', 0, { timeout: 0 }));

      expect([method, name, pid]).to.deep.equal(['about', 'cid', cid.pid]);
      expect(remaining).to.be.within(1_000, 5_000);
      expect(withoutLimit).to.equal(Infinity);
    });

    it('by each member that handles it in turn, the asker included', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, bob, cid]) await handle(peer, 'who');
      await group.settled();

      const names = await cid.run(async ({ hub }) => {
        const names: unknown[] = [];
        for (let n = 0; n < 6; n++) names.push(await hub.request('who'));
        return names;
      });

      expect(names.slice(0, 3)).to.have.members(['ann', 'bob', 'cid']);
      expect(names.slice(3)).to.deep.equal(names.slice(0, 3));
    });

    it('by the member that is named', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, bob, cid]) await handle(peer, 'who');
      await group.settled();

      const names = await bob.run(({ hub }) => Promise.all(['cid', 'ann', 'bob', 'cid'].map((to) => hub.request('who', 0, { to }))));

      expect(names).to.deep.equal(['cid', 'ann', 'bob', 'cid']);
    });

    it('any method, for no name means anything to the hub itself (pitfall 9)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const methods = ['', '__proto__', 'constructor', 'then', 'toString', 'hasOwnProperty', 'error', 'метод'];

      expect(await ann.run(({ hub, rejection }, names) => Promise.all(names.map(async (name) => (await rejection(hub.request(name))).code)), methods)).to.deep.equal(
        methods.map(() => 'NO_RECEIVER'),
      );

      for (const method of methods) await bob.run(({ hub }, name) => void hub.handle(name, () => name), method);
      await group.settled();
      expect(await ann.run(({ hub }, names) => Promise.all(names.map((name) => hub.request(name))), methods)).to.deep.equal(methods);
    });

    it('each of a thousand requests at once with its own answer', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, bob]) {
        await peer.run(({ hub }) => {
          hub.handle('echo', async (n: number) => {
            if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
            return n;
          });
        });
      }
      await group.settled();

      const answers = await cid.run(({ hub }) => Promise.all(Array.from({ length: 1_000 }, (_, n) => hub.request('echo', n))));

      expect(answers).to.deep.equal(Array.from({ length: 1_000 }, (_, n) => n));
    });

    it('while it asks back', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => void hub.handle('outer', async (n: number, { from }) => 1 + (await hub.request<number>('inner', n, { to: from }))));
      await cid.run(({ hub }) => void hub.handle('inner', (n: number) => n * 10));
      await group.settled();

      expect(await cid.run(({ hub }) => hub.request('outer', 4))).to.equal(41);
    });

    it('as many at once as the handler allows, the others in order', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        let running = 0;
        const handler = async (n: unknown): Promise<void> => {
          running += 1;
          log().push([n, running]);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
        };
        hub.handle('job', handler, { concurrency: 1 });
      });
      await group.settled();

      await ann.run(({ hub }) => Promise.all([1, 2, 3, 4].map((n) => hub.request('job', n))));

      expect(await bob.run(({ log }) => log().entries)).to.deep.equal([[1, 1], [2, 1], [3, 1], [4, 1]]);
    });

    it('what was asked before the hub had a seat', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await handle(ann, 'who');
      await group.settled();

      expect(await bob.run(({ another }) => another('early').request('who'))).to.equal('ann');
    });

    it('by those that still handle it, when one has stopped or died', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      for (const peer of [ann, bob, cid]) await peer.run(({ hub, keep }) => void keep('who', hub.handle('who', () => hub.member.name)));
      await group.settled();
      const ask = (): Promise<readonly unknown[]> => ann.run(({ hub }) => Promise.all([1, 2, 3, 4].map(() => hub.request('who'))));
      expect(new Set(await ask())).to.deep.equal(new Set(['ann', 'bob', 'cid']));

      await bob.run(({ kept }) => kept<Disposable>('who')[Symbol.dispose]());
      expect(new Set(await ask())).to.deep.equal(new Set(['ann', 'cid']));

      await ann.run(({ hub, keep }) => {
        const awaitDeath = async (): Promise<void> => {
          for await (const change of hub.members.watch()) if (change.type === 'left') return;
        };
        keep('death', awaitDeath());
      });
      await cid.kill();
      await ann.run(({ kept }) => kept<Promise<void>>('death'));
      expect(new Set(await ask())).to.deep.equal(new Set(['ann']));
    });
  });

  describe('fails a request', () => {
    it('at once when nobody handles it, and says that nothing has run', async () => {
      const { ann, bob } = await meet('ann', 'bob');

      for (const peer of [ann, bob]) {
        const toAny = await rejection(peer.run(({ hub }) => hub.request('nothing', 1, { timeout: 0 })));
        const toBob = await rejection(peer.run(({ hub }) => hub.request('nothing', 1, { timeout: 0, to: 'bob' })));
        for (const error of [toAny, toBob]) expect(error).to.include({ name: 'HubError', code: 'NO_RECEIVER', mayHaveRun: false });
        expect(toAny.message).to.include('"nothing"');
      }
    });

    it('at once when there is no such member', async () => {
      const { bob } = await meet('ann', 'bob');

      const error = await rejection(bob.run(({ hub }) => hub.request('any', 1, { to: 'zoe', timeout: 0 })));

      expect(error).to.include({ name: 'HubError', code: 'NO_MEMBER', mayHaveRun: false });
      expect(error.message).to.include('zoe');
    });

    it('when its time is over, and lets the handler know', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleForEver(bob, 'slow');
      await group.settled();

      const error = await rejection(cid.run(({ hub }) => hub.request('slow', 'in time?', { timeout: 20 })));

      expect(error).to.include({ name: 'HubError', code: 'TIMEOUT' });
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['in time?']);
    });

    it('when the asker gives up, with its own reason, and lets the handler know', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await handleForEver(bob, 'slow');
      await group.settled();
      await cid.run(({ hub, keep, rejection }) => {
        const abort = keep('abort', new AbortController());
        keep('error', rejection(hub.request('slow', 'wanted?', { signal: abort.signal })));
      });
      await bob.run(({ log }) => log('asked').reach(1));

      const isReason = await cid.run(async ({ kept }) => {
        const reason = new Error('changed my mind');
        kept<AbortController>('abort').abort(reason);
        return (await kept<Promise<unknown>>('error')) === reason;
      });

      expect(isReason).to.equal(true);
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['wanted?']);
    });

    it('at once when it was given up before it was made, and asks nobody', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await handleForEver(bob, 'slow');
      await bob.run(({ hub }) => void hub.handle('quick', () => 'done'));
      await group.settled();

      const error = await rejection(ann.run(({ hub }) => hub.request('slow', 1, { signal: AbortSignal.abort('no') })));
      await ann.run(({ hub }) => hub.request('quick'));

      expect(error).to.equal('no');
      expect(await bob.run(({ log }) => log('asked').entries)).to.deep.equal([]);
    });

    it('at once when the member that runs it dies, and says that it may have run', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleForEver(cid, 'slow');
      await group.settled();
      const answers = [ann, bob].map((peer) => rejection(peer.run(({ hub }) => hub.request('slow', 1, { timeout: 0 }))));
      await cid.run(({ log }) => log('asked').reach(2));

      await cid.kill();

      for (const error of await Promise.all(answers)) expect(error).to.include({ name: 'HubError', code: 'LOST', mayHaveRun: true });
    });

    it('of an asker that has died, at its handler', async () => {
      const { bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleForEver(bob, 'slow');
      await group.settled();
      const asked = rejection(cid.run(({ hub }) => hub.request('slow', 'anyone?', { timeout: 0 })));
      await bob.run(({ log }) => log('asked').reach(1));

      await cid.kill();
      void asked;

      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['anyone?']);
    });

    it('and gives its late answer to no other', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub, keep }) => {
        let release = (): void => {};
        keep('release', () => release());
        hub.handle('late', () => new Promise((resolve) => (release = () => resolve('late'))));
        hub.handle('quick', (n) => n);
      });
      await group.settled();
      await rejection(cid.run(({ hub }) => hub.request('late', 0, { timeout: 10 })));

      const answers = cid.run(({ hub }) => Promise.all(Array.from({ length: 100 }, (_, n) => hub.request('quick', n))));
      await bob.run(({ kept }) => kept<() => void>('release')());

      expect(await answers).to.deep.equal(Array.from({ length: 100 }, (_, n) => n));
    });

    it('with what the handler threw: its name, message, code, cause and class, and the stacks of both sides', async () => {
      const { bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => {
        hub.handle('open', function openInBob() {
          throw Object.assign(new RangeError('no such file', { cause: new Error('the disk') }), { code: 'ENOENT', path: '/x' });
        });
      });
      await group.settled();

      const error = await cid.run(async ({ hub, rejection }) => {
        async function askFromCid(): Promise<unknown> {
          return await hub.request('open');
        }
        const error = await rejection<Error & { code: string; path: string; remoteStack: string; cause: Error }>(askFromCid());
        const { name, message, code, path, cause, stack, remoteStack } = error;
        return { name, message, code, path, cause: cause.message, isRangeError: error instanceof RangeError, stack, remoteStack };
      });

      expect(error).to.include({ name: 'RangeError', message: 'no such file', code: 'ENOENT', path: '/x', cause: 'the disk', isRangeError: true });
      expect(error.remoteStack).to.include('openInBob');
      expect(error.stack).to.not.include('openInBob');
    });

    it('with whatever the handler threw or rejected with, be it nothing (pitfall 7)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => {
        for (const value of [0, undefined, null, 'text', false, { a: 1 }]) {
          hub.handle(`throws ${JSON.stringify(value)}`, () => {
            throw value;
          });
          hub.handle(`rejects ${JSON.stringify(value)}`, () => Promise.reject(value));
        }
      });
      await group.settled();

      for (const value of [0, undefined, null, 'text', false, { a: 1 }]) {
        for (const how of ['throws', 'rejects']) {
          expect(await ann.run(({ hub, rejection }, method) => rejection<unknown>(hub.request(method)), `${how} ${JSON.stringify(value)}`)).to.deep.equal(value);
        }
      }
    });

    it('whose answer cannot cross processes', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub }) => void hub.handle('function', () => ({ back: () => 1 })));
      await group.settled();

      const error = await rejection(ann.run(({ hub }) => hub.request('function', 1, { timeout: 0 })));

      expect(error).to.include({ code: 'UNSERIALIZABLE' });
      expect(error.message).to.include('$.back');
    });

    it('whose input cannot', async () => {
      const { ann } = await meet('ann', 'bob');

      const failures = await ann.run(({ hub, rejection }) => {
        const input = { list: [Symbol('s')] };
        const waits = [hub.request('any', input), hub.stream('any', input).next(), Promise.resolve(hub.gather('any', input))];
        return Promise.all(waits.map((wait) => rejection(wait))).then((errors) => errors.map(({ code, message }) => [code, message.includes('$.list[0]')]));
      });

      expect(failures).to.deep.equal([['UNSERIALIZABLE', true], ['UNSERIALIZABLE', true], ['UNSERIALIZABLE', true]]);
    });
  });

  it('has one handler a method, until it is disposed of', async () => {
    const { ann, bob, group } = await meet('ann', 'bob');
    const error = await bob.run(({ hub, keep }) => {
      keep('first', hub.handle('who', () => 'first'));
      try {
        return void hub.handle('who', () => 'second');
      } catch (error) {
        return error instanceof TypeError && error.message.includes('"who"');
      }
    });
    expect(error).to.equal(true);

    await bob.run(({ hub, kept }) => {
      kept<Disposable>('first')[Symbol.dispose]();
      hub.handle('who', () => 'third');
    });
    await group.settled();

    expect(await ann.run(({ hub }) => hub.request('who'))).to.equal('third');
  });

  it('gives a handler a signal that does not abort when it has answered in time', async () => {
    const { ann, bob, group } = await meet('ann', 'bob');
    await bob.run(({ hub, keep }) => void hub.handle('quick', (_input, { signal }) => void keep('signal', signal)));
    await group.settled();

    await ann.run(({ hub }) => hub.request('quick', 1, { timeout: 100 }));
    await new Promise((resolve) => setTimeout(resolve, 120));

    expect(await bob.run(({ kept }) => kept<AbortSignal>('signal').aborted)).to.equal(false);
  });
}

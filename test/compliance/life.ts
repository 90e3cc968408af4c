/** How a hub comes, stays and goes. */
import { expect } from 'chai';
import type { Hub, Lock, StatusChange } from '../../src/index.js';
import type { Meet } from './suite.js';
import { rejection } from '../support/rejection.js';

export function life(meet: Meet): void {
  describe('lives', () => {
    it('from joining to seated to closed, and says so', async () => {
      const { bob } = await meet('ann', 'bob');

      const lived = await bob.run(async ({ another, log }) => {
        const hub = another('short-lived');
        const before = hub.status;
        hub.onStatus(({ status }: StatusChange) => log('status').push(status));
        await hub.ready();
        const seated = hub.status;
        await hub.close();
        return [before, seated, hub.status, log('status').entries];
      });

      expect(lived).to.deep.equal(['joining', 'seated', 'closed', ['seated', 'closed']]);
    });

    it('without a member before it is seated', async () => {
      const { bob } = await meet('ann', 'bob');

      const early = await bob.run(({ another }) => {
        const hub = another('early');
        try {
          return hub.member.name;
        } catch {
          return [[...hub.members], hub.members.size];
        }
      });

      expect(early).to.deep.equal([[], 0]);
    });

    it('as one of two hubs in a process, which are two members', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');

      const met = await bob.run(async ({ hub, another, log, keep }) => {
        const twin = keep('twin', another('twin'));
        twin.on('news', (value) => log('twin').push(value));
        twin.handle('who', () => 'twin');
        await twin.ready();
        await twin.state('settling').size();
        hub.broadcast('news', 'from bob');
        const lock = await twin.lock('door');
        return [await hub.request('who'), (await hub.tryLock('door')) === undefined, await lock.release(), await log('twin').reach(1)];
      });
      expect(met).to.deep.equal(['twin', true, true, ['from bob']]);

      await bob.run(({ kept }) => kept<Hub>('twin').close());
      await group.settled();
      expect(await ann.run(({ hub }) => [...hub.members].map(({ name }) => name))).to.deep.equal(['ann', 'bob']);
      expect(await bob.run(({ hub }) => hub.state('map').set('still', 'here').then(() => hub.status))).to.equal('seated');
    });
  });

  describe('closes', () => {
    it('after all that it said has gone out (pitfall 11)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub, log }) => void hub.on<string>('last words', (text) => log().push(text.length)));
      await group.settled();

      await bob.run(async ({ another }) => {
        const hub = another('leaver');
        await hub.ready();
        for (let n = 0; n < 100; n++) hub.send('last words', 'x'.repeat(20_000), { to: 'ann' });
        await hub.close();
      });

      expect(await ann.run(({ log }) => log().reach(100))).to.deep.equal(Array.from({ length: 100 }, () => 20_000));
    });

    it('after the handlers that run have answered', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(async ({ another, log, keep }) => {
        const hub = keep('leaver', another('leaver'));
        hub.handle('slow', async () => {
          log('runs').push(1);
          await new Promise((resolve) => keep('finish', resolve));
          return 'answered';
        });
        await hub.state('settling').size();
      });
      await group.settled();
      const answer = ann.run(({ hub }) => hub.request('slow'));
      await bob.run(({ log }) => log('runs').reach(1));

      const closed = bob.run(({ kept }) => kept<Hub>('leaver').close());
      await bob.run(({ kept }) => kept<() => void>('finish')());

      expect(await answer).to.equal('answered');
      await closed;
    });

    it('without waiting for ever for a handler', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(async ({ another, log, keep }) => {
        const hub = keep('leaver', another('leaver'));
        hub.handle('hangs', () => {
          log('runs').push(1);
          return new Promise(() => {});
        });
        await hub.state('settling').size();
      });
      await group.settled();
      const answer = rejection(ann.run(({ hub }) => hub.request('hangs', 1, { timeout: 0 })));
      await bob.run(({ log }) => log('runs').reach(1));

      await bob.run(({ kept }) => kept<Hub>('leaver').close({ grace: 20 }));

      expect(await answer).to.include({ code: 'LOST', mayHaveRun: true });
    });

    it('and frees what it held, and its places in line', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(async ({ another, keep, rejection }) => {
        const hub = keep('leaver', another('leaver'));
        keep('door', await hub.lock('door'));
        keep('waits', rejection(hub.lock('door')));
        await hub.state('settling').size();
      });

      await bob.run(({ kept }) => kept<Hub>('leaver').close());

      expect(await ann.run(async ({ hub }) => (await hub.tryLock('door')) !== undefined)).to.equal(true);
      expect(await bob.run(({ kept }) => kept<Lock>('door').signal.aborted)).to.equal(true);
      expect(await bob.run(async ({ kept }) => (await kept<Promise<{ readonly code: string }>>('waits')).code)).to.equal('CLOSED');
      await group.settled();
    });

    it('and rejects what is pending, and ends what is read', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await ann.run(({ hub }) => void hub.handle('slow', () => new Promise(() => {})));
      await group.settled();

      const ended = await bob.run(async ({ another, rejection }) => {
        const hub = another('leaver');
        const lines = hub.subscribe('news');
        const line = lines.next();
        const members = hub.members.watch();
        const answer = rejection(hub.request('slow', 1, { timeout: 0 }));
        await hub.state('settling').size();
        const command = rejection(hub.state('map').set('key', 1)).catch(() => ({ code: 'CLOSED' }));
        await hub.close();
        const read = async (): Promise<string> => {
          for await (const _ of members);
          return 'done';
        };
        return [(await answer).code, (await command).code, (await line).done, await read()];
      });

      expect(ended).to.deep.equal(['CLOSED', 'CLOSED', true, 'done']);
    });

    it('once, however often it is told to', async () => {
      const { bob } = await meet('ann', 'bob');

      await bob.run(async ({ another }) => {
        const hub = another('leaver');
        await hub.ready();
        await Promise.all([hub.close(), hub.close(), hub[Symbol.asyncDispose]()]);
        await hub.close();
      });
    });

    it('before it was ever seated', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');

      const code = await bob.run(async ({ another, rejection }) => {
        const hub = another('hasty');
        const ready = rejection(hub.ready());
        await hub.close();
        return (await ready).code;
      });

      expect(code).to.equal('CLOSED');
      await group.settled();
      expect(await ann.run(({ hub }) => hub.members.size)).to.equal(2);
    });

    it('for good: whatever is asked of it then is refused as CLOSED', async () => {
      const { bob } = await meet('ann', 'bob');

      const codes = await bob.run(async ({ another, rejection }) => {
        const hub = another('leaver');
        const map = hub.state('map');
        await hub.close();
        const thrown = (call: () => unknown): unknown => {
          try {
            call();
          } catch (error) {
            return (error as { readonly code?: unknown }).code;
          }
          return 'nothing was thrown';
        };
        const rejected = [hub.ready(), hub.request('any'), hub.lock('door'), hub.tryLock('door'), map.get('key'), map.set('key', 1), map.update('key', () => 1)];
        return [...(await Promise.all(rejected.map((call) => rejection(call)))).map(({ code }) => code), thrown(() => hub.send('any')), thrown(() => hub.broadcast('any'))];
      });

      expect(codes).to.deep.equal(Array.from({ length: 9 }, () => 'CLOSED'));
    });

    it('and nothing more is listened to: whoever begins then is told so at once', async () => {
      const { ann } = await meet('ann');

      const codes = await ann.run(async ({ another }) => {
        const hub = another('leaver');
        const map = hub.state('map');
        await hub.close();
        const begun = [
          () => hub.on('any', () => {}),
          () => hub.subscribe('any'),
          () => hub.handle('any', () => {}),
          () => hub.leader('any'),
          () => map.watch(),
          () => hub.members.watch(),
        ];
        return begun.map((begin) => {
          try {
            begin();
          } catch (error) {
            return (error as { readonly code?: unknown }).code;
          }
          return 'nothing was thrown';
        });
      });

      expect(codes).to.deep.equal(Array.from({ length: 6 }, () => 'CLOSED'));
    });

    it('from within a handler, without waiting for that handler', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ another, log }) => {
        const hub = another('leaver');
        hub.handle('leave', async (_input, call) => {
          await hub.close({ within: call, grace: 60_000 });
          log('left').push(hub.status);
        });
        return hub.ready();
      });
      await group.settled();

      const { code } = await rejection(ann.run(({ hub }) => hub.request('leave')));

      expect(code).to.equal('LOST');
      expect(await bob.run(({ log }) => log('left').reach(1))).to.deep.equal(['closed']);
    });
  });
}

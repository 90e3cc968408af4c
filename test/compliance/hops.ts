/** A request that is asked for the sake of another one: it shares its time and its end. */
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import type { Meet } from './suite.js';

/** The peer passes a method on to the next, for the sake of whoever asked. */
const passOn = (peer: Peer, method: string, next: string): Promise<void> =>
  peer.run(
    ({ hub }, name, other) => void hub.handle(name, (input: { timeout?: number }, call) => hub.request(other, input, { ...input, within: call })),
    method,
    next,
  );

export function hops(meet: Meet): void {
  describe('asks within a request', () => {
    it('with no more time than is left of it', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await passOn(bob, 'outer', 'inner');
      await cid.run(({ hub }) => void hub.handle('inner', (_input, { remaining }) => remaining));
      await group.settled();
      const remaining = (input: { timeout?: number }, timeout: number): Promise<number> =>
        ann.run(({ hub }, given, limit) => hub.request<number>('outer', given, { timeout: limit }), input, timeout);

      expect(await remaining({}, 5_000)).to.be.within(1_000, 5_000);
      expect(await remaining({ timeout: 60_000 }, 5_000)).to.be.within(1_000, 5_000);
      expect(await remaining({ timeout: 0 }, 5_000)).to.be.within(1_000, 5_000);
      expect(await remaining({ timeout: 1_000 }, 5_000)).to.be.within(100, 1_000);
      expect(await remaining({ timeout: 0 }, 0)).to.equal(Infinity);
    });

    it('and gives up every handler below when the outermost asker does', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await passOn(bob, 'outer', 'middle');
      await passOn(cid, 'middle', 'inner');
      await bob.run(({ hub, log }) => {
        hub.handle('inner', (_input, { signal }) => {
          log('asked').push('asked');
          signal.addEventListener('abort', () => log('aborted').push('aborted'));
          return new Promise(() => {});
        });
      });
      await group.settled();
      await ann.run(({ hub, keep, rejection }) => {
        const abort = keep('abort', new AbortController());
        keep('error', rejection<unknown>(hub.request('outer', {}, { timeout: 0, signal: abort.signal })));
      });
      await bob.run(({ log }) => log('asked').reach(1));

      await ann.run(({ kept }) => kept<AbortController>('abort').abort('enough'));

      expect(await ann.run(({ kept }) => kept<Promise<unknown>>('error'))).to.equal('enough');
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
    });

    it('what any handler asks for, without saying so, where its hub has `inherit`', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ another }) => {
        const hub = another('heir', { inherit: true });
        const asking: Record<string, (timeout?: number) => Promise<unknown>> = {
          request: (timeout) => hub.request('inner', 0, timeout === undefined ? {} : { timeout }),
          stream: async () => (await hub.stream('inner').next()).value,
          gather: async () => [...(await hub.gather('inner')).values()].map((settled) => (settled.status === 'fulfilled' ? settled.value : settled))[0],
          service: () => hub.service<{ remaining(): number }>('clock').remaining(),
          alone: () => hub.request('inner', 0, { within: null, timeout: 0 }),
        };
        hub.handle('outer', async (input: { kind: string; timeout?: number }) => {
          await hub.state('settling').size();
          await new Promise((resolve) => setImmediate(resolve));
          return asking[input.kind]?.(input.timeout);
        });
        return hub.ready();
      });
      await cid.run(({ hub }) => {
        hub.handle('inner', (_input, { remaining }) => remaining);
        hub.expose('clock', { remaining: () => hub.currentCall?.remaining });
      });
      await group.settled();
      const remaining = (input: { kind: string; timeout?: number }): Promise<number> => ann.run(({ hub }, given) => hub.request<number>('outer', given, { timeout: 5_000 }), input);

      for (const kind of ['request', 'gather', 'service']) expect(await remaining({ kind }), kind).to.be.within(1_000, 5_000);
      expect(await remaining({ kind: 'request', timeout: 0 })).to.be.within(1_000, 5_000);
      expect(await remaining({ kind: 'request', timeout: 1_000 })).to.be.within(100, 1_000);
      expect(await remaining({ kind: 'stream' })).to.equal(Infinity);
      expect(await remaining({ kind: 'alone' })).to.equal(Infinity);
    });

    it('and with `inherit` gives up whatever its handlers wait for, however deep, when the outermost asker does', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ another, log }) => {
        const hub = another('heir', { inherit: true });
        hub.handle('outer', () => hub.request('middle', 0, { timeout: 0 }));
        hub.handle('inner', async (_input, { signal }) => {
          signal.addEventListener('abort', () => log('aborted').push('aborted'));
          const waits = {
            lock: hub.lock('door'),
            permits: hub.semaphore('desk', { permits: 1 }).acquire(),
            barrier: hub.barrier('gate', 2),
            stream: hub.stream('never').next(),
            request: hub.request('never'),
          };
          for (const [what, wait] of Object.entries(waits)) wait.catch(() => log('given up').push(what));
          await hub.state('settling').size();
          log('asked').push('asked');
          return new Promise(() => {});
        });
        return hub.ready();
      });
      await cid.run(async ({ hub, another, keep }) => {
        const heir = another('second heir', { inherit: true });
        heir.handle('middle', () => heir.request('inner', 0, { timeout: 0 }));
        hub.handle('never', () => new Promise(() => {}));
        keep('door', await hub.lock('door'));
        keep('desk', await hub.semaphore('desk', { permits: 1 }).acquire());
        await heir.ready();
      });
      await group.settled();
      await ann.run(({ hub, keep, rejection }) => {
        const abort = keep('abort', new AbortController());
        keep('error', rejection<unknown>(hub.request('outer', 0, { timeout: 0, signal: abort.signal })));
      });
      await bob.run(({ log }) => log('asked').reach(1));

      await ann.run(({ kept }) => kept<AbortController>('abort').abort('enough'));

      expect(await ann.run(({ kept }) => kept<Promise<unknown>>('error'))).to.equal('enough');
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
      expect(await bob.run(({ log }) => log('given up').reach(5))).to.have.members(['lock', 'permits', 'barrier', 'stream', 'request']);
    });

    it('in the parts of a stream too, and not in what goes on after the handler is done', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ another, log }) => {
        const hub = another('heir', { inherit: true });
        hub.handle('parts', async function* () {
          yield hub.currentCall?.method;
          yield await hub.request('inner', 0, { timeout: 60_000 }).then(() => hub.currentCall?.method);
        });
        hub.handle('outer', () => {
          const later = async (): Promise<void> => {
            await hub.state('settling').size();
            await hub.state('settling').size();
            log('later').push(await hub.request('inner', 0, { timeout: 60_000 }));
          };
          void later();
          return 'done';
        });
        return hub.ready();
      });
      await cid.run(({ hub }) => void hub.handle('inner', (_input, { remaining }) => remaining));
      await group.settled();

      const parts = await ann.run(async ({ hub }) => {
        const all: unknown[] = [];
        for await (const part of hub.stream('parts')) all.push(part);
        return all;
      });
      await ann.run(({ hub }) => hub.request('outer', 0, { timeout: 5_000 }));

      expect(parts).to.deep.equal(['parts', 'parts']);
      const [later] = await bob.run(({ log }) => log('later').reach<number>(1));
      expect(later).to.be.above(10_000);
    });

    it('nothing that it does not say, where its hub has not', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub }) => void hub.handle('outer', () => hub.request('inner', 0, { timeout: 0 })));
      await cid.run(({ hub }) => void hub.handle('inner', (_input, { remaining }) => remaining));
      await group.settled();

      expect(await ann.run(({ hub }) => hub.request('outer', 0, { timeout: 5_000 }))).to.equal(Infinity);
    });

    it('nobody any more when it is over', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log, rejection }) => {
        hub.handle('inner', () => void log('asked').push('asked'));
        hub.handle('outer', async (_input, call) => {
          await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
          log('refused').push((await rejection(hub.request('inner', 0, { within: call }))).name);
          // Its time may be over here before it is over there: an answer would be in time.
          return new Promise(() => {});
        });
      });
      await group.settled();

      await rejection(ann.run(({ hub }) => hub.request('outer', 0, { timeout: 20 })));

      expect(await bob.run(({ log }) => log('refused').reach(1))).to.have.lengthOf(1);
      expect(await bob.run(({ log }) => log('asked').entries)).to.deep.equal([]);
    });
  });
}

/** A request that is asked for the sake of another one: it shares its time and its end. */
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/place.js';
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

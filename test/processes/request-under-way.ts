/** What becomes of a request whose broker dies: the same whether the group's journal outlives the broker or there is none. */
import { expect } from 'chai';
import type { Group } from '../support/group.js';
import type { Peer } from '../support/peer.js';

export interface UnderWay {
  readonly group: Group;
  /** Asks. */
  readonly bob: Peer;
  /** Handles. */
  readonly cid: Peer;
  /** Resolves when the two have met again. */
  readonly killBroker: () => Promise<void>;
}

/** The request rejects and says that it may have run; its handler hears that nobody waits any more. */
export async function failsAtOnce({ group, bob, cid, killBroker }: UnderWay): Promise<void> {
  await cid.run(({ hub, log }) => {
    hub.handle('slow', (_input, { signal }) => {
      log('runs').push(1);
      signal.addEventListener('abort', () => log('aborted').push(1));
      return new Promise(() => {});
    });
  });
  await group.settled();
  await bob.run(({ hub, keep, rejection }) => void keep('answer', rejection(hub.request('slow', 1, { timeout: 0 }))));
  await cid.run(({ log }) => log('runs').reach(1));

  await killBroker();

  expect(await bob.run(async ({ kept }) => {
    const { code, mayHaveRun } = await kept<Promise<{ readonly code: string; readonly mayHaveRun: boolean }>>('answer');
    return [code, mayHaveRun];
  })).to.deep.equal(['LOST', true]);
  await cid.run(({ log }) => log('aborted').reach(1));
}

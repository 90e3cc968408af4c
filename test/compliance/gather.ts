/** Gathering: one question to all who handle it, and a settlement for each of them. */
import { expect } from 'chai';
import type { Peer } from '../support/peer.js';
import type { Meet } from './suite.js';

const handleName = (peer: Peer): Promise<void> => peer.run(({ hub }) => void hub.handle('name', (greeting: string) => `${greeting} ${hub.member.name}`));

/** What a gathering gave, by name: the status, and the value or the code. */
const gatherNames = (peer: Peer, method = 'name', timeout = 5_000): Promise<readonly (readonly [string, string, unknown])[]> =>
  peer.run(
    async ({ hub }, asked, limit) => {
      const answers = await hub.gather(asked, 'hello', { timeout: limit });
      const told = [...answers].map(([{ name }, settled]) => [name, settled.status, settled.status === 'fulfilled' ? settled.value : (settled.reason as { code?: string }).code] as const);
      return told.sort(([a], [b]) => (a < b ? -1 : 1));
    },
    method,
    timeout,
  );

export function gather(meet: Meet): void {
  describe('gathers', () => {
    it('an answer of every member that handles it, the asker included', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      for (const peer of [ann, cid]) await handleName(peer);
      await group.settled();

      for (const peer of [bob, cid]) {
        expect(await gatherNames(peer)).to.deep.equal([
          ['ann', 'fulfilled', 'hello ann'],
          ['cid', 'fulfilled', 'hello cid'],
        ]);
      }
    });

    it('nothing where nobody handles it', async () => {
      const { bob } = await meet('ann', 'bob');

      expect(await gatherNames(bob)).to.deep.equal([]);
    });

    it('what one throws, what one keeps to itself and what the others say', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await ann.run(({ hub }) => void hub.handle('name', () => Promise.reject(Object.assign(new Error('no'), { code: 'TIMEOUT' }))));
      await bob.run(({ hub }) => void hub.handle('name', () => new Promise(() => {})));
      await cid.run(({ hub }) => void hub.handle('name', () => 'cid'));
      await group.settled();

      expect(await gatherNames(ann, 'name', 100)).to.deep.equal([
        ['ann', 'rejected', 'TIMEOUT'],
        ['bob', 'timeout', 'TIMEOUT'],
        ['cid', 'fulfilled', 'cid'],
      ]);
    });

    it('that a member has died, at once (pitfall 23)', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      const cid = await group.join('cid');
      await handleName(bob);
      await cid.run(({ hub, log }) => {
        hub.handle('name', () => {
          log('asked').push('asked');
          return new Promise(() => {});
        });
      });
      await group.settled();
      const answers = gatherNames(ann, 'name', 0);
      await cid.run(({ log }) => log('asked').reach(1));

      await cid.kill();

      expect(await answers).to.deep.equal([
        ['bob', 'fulfilled', 'hello bob'],
        ['cid', 'gone', 'LOST'],
      ]);
    });

    it('the answers as they come', async () => {
      const { ann, bob, cid, group } = await meet('ann', 'bob', 'cid');
      await bob.run(({ hub, keep }) => void hub.handle('name', () => new Promise((resolve) => keep('answer', resolve))));
      await cid.run(({ hub }) => void hub.handle('name', () => 'quick'));
      await group.settled();
      await ann.run(({ hub, log }) => {
        const read = async (): Promise<void> => {
          for await (const [{ name }] of hub.gather('name')) log('answered').push(name);
          log('answered').push('all');
        };
        void read();
      });

      expect(await ann.run(({ log }) => log('answered').reach(1))).to.deep.equal(['cid']);
      await bob.run(({ kept }) => kept<(answer: string) => void>('answer')('slow'));

      expect(await ann.run(({ log }) => log('answered').reach(3))).to.deep.equal(['cid', 'bob', 'all']);
    });

    it('no more when the asker gives up, and lets the handlers know', async () => {
      const { ann, bob, group } = await meet('ann', 'bob');
      await bob.run(({ hub, log }) => {
        hub.handle('name', (_input, { signal }) => {
          log('asked').push('asked');
          signal.addEventListener('abort', () => log('aborted').push('aborted'));
          return new Promise(() => {});
        });
      });
      await group.settled();
      await ann.run(({ hub, keep, rejection }) => {
        const abort = keep('abort', new AbortController());
        keep('error', rejection<unknown>(Promise.resolve(hub.gather('name', 0, { signal: abort.signal }))));
      });
      await bob.run(({ log }) => log('asked').reach(1));

      const error = await ann.run(({ kept }) => {
        kept<AbortController>('abort').abort('enough');
        return kept<Promise<unknown>>('error');
      });

      expect(error).to.equal('enough');
      expect(await bob.run(({ log }) => log('aborted').reach(1))).to.deep.equal(['aborted']);
    });
  });
}

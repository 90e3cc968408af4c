/** Services whose processes die without a word, at whatever step they are. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Remote, RemoteFunction } from '../../src/index.js';
import { startCluster } from '../support/cluster-fixture.js';
import type { Fixture } from '../support/fixture.js';
import { startFork } from '../support/fork-fixture.js';
import { gathering } from '../support/gathering.js';
import type { Peer } from '../support/peer.js';
import { startSocket } from '../support/socket-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TRANSPORTS: Readonly<Record<string, () => Fixture | Promise<Fixture>>> = {
  cluster: () => startCluster(),
  fork: () => startFork(),
  socket: () => startSocket(),
};

/** How often an owner is killed: to start as many processes takes the time. */
const KILLS: Readonly<Record<string, number>> = { cluster: 20, fork: 5, socket: 10 };

for (const [name, start] of Object.entries(TRANSPORTS)) {
  const kills = KILLS[name] ?? 0;

  describe(`Services over ${name}, whose processes are killed`, function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    const here = gathering(start);

    it('the caller, while its function is being called', async () => {
      const { ann } = await here.group.gather('ann');
      const doomed = await here.group.join('doomed');
      await ann.run(({ hub, log }) => {
        hub.expose('desk', {
          call: async (listener: RemoteFunction) => {
            log('called').push('called');
            await listener().catch((error: { code: string; mayHaveRun: boolean }) => log('error').push([error.code, error.mayHaveRun]));
            await listener().catch((error: { code: string }) => log('error').push(error.code));
          },
        });
      });
      await here.group.settled();
      await doomed.run(({ hub, log }) => {
        const listener = (): Promise<never> => {
          log('called').push('called');
          return new Promise(() => {});
        };
        hub.service<{ call(listener: () => Promise<never>): void }>('desk', { timeout: 0 }).call(listener).catch(() => {});
      });
      await doomed.run(async ({ log }) => void (await log('called').reach(1)));

      await doomed.kill();

      expect(await ann.run(({ log }) => log('error').reach(2))).to.deep.equal([['LOST', true], 'GONE']);
    });

    it('the provider, in the middle of a stream: what it said comes first', async () => {
      const { ann } = await here.group.gather('ann');
      const doomed = await here.group.join('doomed');
      await doomed.run(({ hub }) => {
        hub.expose('parts', {
          async *count() {
            yield* [1, 2, 3];
            await new Promise(() => {});
          },
        });
      });
      await here.group.settled();
      await ann.run(({ hub, log }) => {
        const read = async (): Promise<void> => {
          for await (const n of hub.service<{ count(): AsyncGenerator<number> }>('parts').count()) log('read').push(n);
        };
        read().catch((error: { code: string }) => log('read').push(error.code));
      });
      await ann.run(({ log }) => log('read').reach(3));

      await doomed.kill();

      expect(await ann.run(({ log }) => log('read').reach(4))).to.deep.equal([1, 2, 3, 'LOST']);
    });

    it('the owner of a singleton, while its factory is at work, and while it stops', async () => {
      const { ann } = await here.group.gather('ann');
      const standBy = (peer: Peer, hangs: 'make' | 'stop' | 'never'): Promise<void> =>
        peer.run(({ hub, keep, log }, where) => {
          const hang = (step: string): Promise<unknown> => {
            log('steps').push(step);
            return where === step ? new Promise(() => {}) : Promise.resolve();
          };
          keep('till', hub.singleton('till', async () => {
            await hang('make');
            return { where: () => hub.member.name };
          }, { stop: () => hang('stop') }));
        }, hangs);
      const makes = await here.group.join('makes');
      await standBy(makes, 'make');
      await makes.run(async ({ log }) => void (await log('steps').reach(1)));
      const stops = await here.group.join('stops');
      await standBy(stops, 'stop');
      const third = await here.group.join('third');
      await standBy(third, 'never');

      await makes.kill();
      expect(await ann.run(({ hub }) => hub.service<{ where(): string }>('till').where())).to.equal('stops');
      await stops.run(async ({ kept, log }) => {
        void kept<AsyncDisposable>('till')[Symbol.asyncDispose]();
        await log('steps').reach(2);
      });
      const asked = ann.run(({ hub }) => hub.service<{ where(): string }>('till').where());
      await here.group.settled();
      expect(await third.run(({ log }) => log('steps').entries)).to.deep.equal([]);
      await stops.kill();

      expect(await asked).to.equal('third');
    });

    if (name === 'socket') {
      it('the broker, which owns a singleton: its next owner serves under the next broker, and is heard', async () => {
        const { broker, bob, cid } = await here.group.gather('broker', 'bob', 'cid');
        const standBy = (peer: Peer): Promise<void> =>
          peer.run(({ hub, keep }) => {
            hub.singleton('till', ({ token }) => Object.assign(keep('target', new EventTarget()), { where: () => hub.member.name, token: () => token }));
          });
        interface Till {
          where(): string;
          token(): number;
        }
        await standBy(broker);
        const before = await cid.run(async ({ hub, keep, log }) => {
          const till = keep('till', hub.service<Till>('till'));
          await till.on('rung', ({ detail }) => log('rung').push(detail));
          return [await till.where(), await till.token()] as const;
        });
        await standBy(bob);
        await bob.run(({ hub }) => hub.state('settling').size());

        await broker.kill();
        const after = await cid.run(async ({ kept }) => {
          const till = kept<Remote<Till>>('till');
          for (;;) {
            try {
              return [await till.where(), await till.token()] as const;
            } catch (error) {
              // It went to the dead, before that was heard of.
              if ((error as { code?: string }).code !== 'LOST') throw error;
            }
          }
        });
        await here.group.settled();
        await bob.run(({ kept }) => void kept<EventTarget>('target').dispatchEvent(Object.assign(new Event('rung'), { detail: 7 })));

        expect([before[0], after[0]]).to.deep.equal(['broker', 'bob']);
        expect(after[1]).to.be.above(before[1]);
        expect(await cid.run(({ log }) => log('rung').reach(1))).to.deep.equal([7]);
      });
    }

    it(`the owner of a singleton, ${kills} times in a row: never are there two`, async () => {
      const witness = join(folder.path, 'witness');
      const { ann } = await here.group.gather('ann');
      const standBy = async (): Promise<Peer> => {
        const peer = await here.group.join('owner');
        await peer.run(({ hub }, file) => {
          const { appendFileSync } = process.getBuiltinModule('node:fs');
          hub.singleton('till', ({ token }) => {
            appendFileSync(file, `${JSON.stringify({ pid: process.pid, token, at: Date.now() })}\n`);
            return { pid: () => process.pid };
          });
        }, witness);
        return peer;
      };
      const owners = new Map<number, Peer>();
      for (let n = 0; n < 2; n++) {
        const peer = await standBy();
        owners.set(peer.pid, peer);
      }
      const pid = (): Promise<number> =>
        ann.run(async ({ hub }) => {
          const till = hub.service<{ pid(): number }>('till');
          for (;;) {
            try {
              return await till.pid();
            } catch (error) {
              // It went to the one that was just killed, before that was heard of.
              if ((error as { code?: string }).code !== 'LOST') throw error;
            }
          }
        });

      const killed: { readonly pid: number; readonly at: number }[] = [];
      for (let n = 0; n < kills; n++) {
        const owner = owners.get(await pid());
        if (owner === undefined) throw new Error('A process has answered that does not stand by.');
        const next = await standBy();
        owners.set(next.pid, next);
        killed.push({ pid: owner.pid, at: Date.now() });
        await owner.kill();
      }
      await pid();

      const begun = (await readFile(witness, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as { pid: number; token: number; at: number });
      expect(begun).to.have.lengthOf(kills + 1);
      expect(begun.slice(0, -1).map((each) => each.pid)).to.deep.equal(killed.map((each) => each.pid));
      for (const [n, { token, at }] of begun.slice(1).entries()) {
        expect(token).to.be.above(begun[n]?.token ?? Infinity);
        expect(at).to.be.at.least(killed[n]?.at ?? Infinity);
      }
    });
  });
}

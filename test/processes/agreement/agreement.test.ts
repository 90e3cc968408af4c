/** Members, and brokers, that die or are stopped in the middle of agreeing: what they were doing, and what the others see. */
import { startCluster } from '../../support/cluster-fixture.js';
import type { Fixture } from '../../support/fixture.js';
import { gathering } from '../../support/gathering.js';
import type { Peer } from '../../support/peer.js';
import { RemotePeer } from '../../support/remote-peer.js';
import { startSocket } from '../../support/socket-fixture.js';
import type { Case } from './case.js';
import { LINE_CASES } from './line-cases.js';
import { LOCK_CASES } from './lock-cases.js';
import { MAP_CASES } from './map-cases.js';

const CASES: readonly Case[] = [...LOCK_CASES, ...LINE_CASES, ...MAP_CASES];

const TRANSPORTS: Readonly<Record<string, () => Fixture | Promise<Fixture>>> = { cluster: () => startCluster(), socket: () => startSocket() };

for (const [name, start] of Object.entries(TRANSPORTS)) {
  describe(`Agreeing over ${name}`, () => {
    const here = gathering(start);

    describe('harms nobody by the death of a member that', () => {
      for (const each of CASES) {
        it(each.that, async () => {
          const actors = await here.group.gather('ann', 'bob', 'victim');
          await each.before(actors);

          await here.group.kill(actors.victim);

          await each.dead(actors);
        });
      }
    });

    describe('goes on by its rules round a member that is stopped and', () => {
      for (const each of CASES) {
        it(each.that, async () => {
          const actors = await here.group.gather('ann', 'bob', 'victim');
          await each.before(actors);

          await stopped(actors.victim, () => each.stopped(actors));

          await each.resumed(actors);
        });
      }
    });

    if (name !== 'socket') return;

    describe('harms nobody by the death of a broker that', () => {
      for (const each of CASES) {
        it(each.that, async () => {
          const actors = await here.group.gather('victim', 'ann', 'bob');
          await each.before(actors);

          await here.group.kill(actors.victim);

          await each.dead(actors);
        });
      }
    });
  });
}

async function stopped(victim: Peer, run: () => Promise<void>): Promise<void> {
  if (!(victim instanceof RemotePeer)) throw new TypeError('Only another process can be stopped.');
  victim.process.signal('SIGSTOP');
  try {
    await run();
  } finally {
    victim.process.signal('SIGCONT');
  }
}

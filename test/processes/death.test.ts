/** Processes that die without a word, and such as only seem to. */
import { expect } from 'chai';
import type { Lock } from '../../src/index.js';
import { startCluster } from '../support/cluster-fixture.js';
import type { Fixture } from '../support/fixture.js';
import { startFork } from '../support/fork-fixture.js';
import { gathering } from '../support/gathering.js';
import type { Peer } from '../support/peer.js';
import { rejection } from '../support/rejection.js';
import { RemotePeer } from '../support/remote-peer.js';
import { startSocket } from '../support/socket-fixture.js';

const TRANSPORTS: Readonly<Record<string, () => Fixture | Promise<Fixture>>> = {
  'cluster': () => startCluster(),
  'cluster, over IPC': () => startCluster('ipc'),
  'fork': () => startFork(),
  'fork, over IPC with advanced serialization': () => startFork('ipc', 'advanced'),
  'socket': () => startSocket(),
};

for (const [name, start] of Object.entries(TRANSPORTS)) {
  describe(`A death over ${name}`, () => {
    const here = gathering(start);

    it('hands a lock to the three that wait, one after the other', async () => {
      const { ann, bob, cid } = await here.group.gather('ann', 'bob', 'cid');
      const doomed = await here.group.join('doomed');
      await doomed.run(async ({ hub, keep }) => void keep('door', await hub.lock('door')));
      for (const waiter of [cid, ann, bob]) await stand(waiter);

      await doomed.kill();

      for (const [index, waiter] of [cid, ann, bob].entries()) {
        await waiter.run(({ log }) => log('door').reach(1));
        const others = await Promise.all([cid, ann, bob].slice(index + 1).map((peer) => peer.run(({ log }) => log('door').entries.length)));
        expect(others).to.deep.equal(others.map(() => 0));
        await waiter.run(({ kept }) => kept<Lock>('door').release());
      }
    });

    it('is not to be silent: who is stopped keeps its lock and its seat', async () => {
      const { ann } = await here.group.gather('ann');
      const stopped = await here.group.join('stopped');
      if (!(stopped instanceof RemotePeer)) throw new TypeError('Only another process can be stopped.');
      await stopped.run(async ({ hub, keep }) => void keep('door', await hub.lock('door')));

      stopped.process.signal('SIGSTOP');
      const error = await rejection(ann.run(({ hub }) => hub.lock('door', { timeout: 700 })));
      const members = await ann.run(({ hub }) => hub.members.size);
      stopped.process.signal('SIGCONT');

      expect(error).to.include({ code: 'TIMEOUT' });
      expect(members).to.equal(2);
      expect(await stopped.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
    });

    it('harms nobody who was just talking to it (pitfall 1)', async () => {
      const { ann, bob } = await here.group.gather('ann', 'bob');

      for (let round = 0; round < 3; round++) {
        const doomed = await here.group.join('doomed');
        await doomed.run(({ hub }) => {
          hub.on('noise', () => {});
          hub.handle('noise', () => 1);
        });
        await here.group.settled();
        const noise = [ann, bob].map((peer) => peer.run(async ({ hub }) => {
          const text = 'x'.repeat(20_000);
          const isThere = (): boolean => hub.members.get('doomed') !== undefined;
          const asked: Promise<unknown>[] = [];
          for (let n = 0; isThere(); n++) {
            hub.send('noise', text, { to: 'doomed' });
            hub.broadcast('noise', text);
            if (n < 100) asked.push(hub.request('noise', text, { to: 'doomed' }).catch((error: { readonly code: string }) => error.code));
            if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
          }
          return Promise.all(asked);
        }));

        await doomed.kill();

        for (const codes of await Promise.all(noise)) expect(codes.every((code) => code === 1 || code === 'LOST' || code === 'NO_MEMBER')).to.equal(true);
      }
      expect(await bob.run(({ hub }) => hub.state('map').set('still', 'well').then(() => hub.members.size))).to.equal(2);
    });
  });
}

/** In line for the door, and the authority knows it. */
async function stand(peer: Peer): Promise<void> {
  await peer.run(async ({ hub, keep, log }) => {
    void hub.lock('door').then((lock) => log('door').push(keep('door', lock).token));
    await hub.state('settling').size();
  });
}

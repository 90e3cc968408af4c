/** A process that is stopped while others talk to it: it costs the group little memory, and loses nothing that it holds. */
import { expect } from 'chai';
import type { Lock } from '../../src/index.js';
import type { Fixture } from '../support/fixture.js';
import { Group } from '../support/group.js';
import type { RemotePeer } from '../support/remote-peer.js';
import { startSocket } from '../support/socket-fixture.js';

const MEGABYTE = 1024 * 1024;

describe('A process that is stopped', () => {
  let fixture: Fixture;
  let group: Group;

  before(async () => {
    fixture = await startSocket();
  });
  beforeEach(() => {
    group = new Group(fixture);
  });
  afterEach(() => group.close());
  after(() => fixture.close());

  it('costs no more than its limit, however much is told to it, and is told the newest when it goes on', async () => {
    const { broker, bob, cid } = await group.gather('broker', 'bob', 'cid');
    await cid.run(async ({ hub, keep, log }) => {
      hub.on('news', () => log('news').push(1));
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) log('map').push(change.type === 'whole' ? (change.entries.get('n') as string | undefined)?.slice(0, 4) : change.type);
      };
      void follow();
      keep('door', await hub.lock('door'));
    });
    await group.settled();
    const before = await broker.run(() => process.memoryUsage.rss());

    (cid as RemotePeer).process.signal('SIGSTOP');
    await bob.run(async ({ hub }) => {
      const value = 'x'.repeat(64 * 1024);
      for (let n = 0; n < 4_000; n += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, i) => hub.state('map').set('n', `${n + i}`.padEnd(4, ' ') + value)));
        for (let i = 0; i < 20; i++) hub.broadcast('news', value);
        await hub.drained();
      }
    });
    const grown = (await broker.run(() => process.memoryUsage.rss())) - before;
    (cid as RemotePeer).process.signal('SIGCONT');
    await cid.run(async ({ hub, log }) => {
      await hub.state('map').size();
      while (log('map').entries.at(-1) !== '3999') await new Promise((resolve) => setImmediate(resolve));
    });

    expect(grown / MEGABYTE).to.be.below(128);
    expect(await cid.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
  });
});

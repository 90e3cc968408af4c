/** A process that is stopped while others talk to it: it costs the group little memory, and loses nothing that it holds. */
import { expect } from 'chai';
import type { Lock } from '../../src/index.js';
import { gathering } from '../support/gathering.js';
import type { RemotePeer } from '../support/remote-peer.js';
import { startSocket } from '../support/socket-fixture.js';

const MEGABYTE = 1024 * 1024;

describe('A process that is stopped', () => {
  const here = gathering(startSocket);

  it('costs the broker no more than what it keeps for it, however much another says to it', async () => {
    const { broker, bob, cid } = await here.group.gather('broker', 'bob', 'cid');
    await cid.run(({ hub, log }) => void hub.on('news', () => log('news').push(1)));
    await here.group.settled();
    await broker.run(({ keep }) => {
      const before = process.memoryUsage.rss();
      const grown = keep('grown', { most: 0 });
      setInterval(() => {
        grown.most = Math.max(grown.most, process.memoryUsage.rss() - before);
      }, 1).unref();
    });

    (cid as RemotePeer).process.signal('SIGSTOP');
    const back = await bob.run(async ({ another }) => {
      let count = 0;
      const teller = another('teller', { onUndelivered: () => (count += 1) });
      const value = Buffer.alloc(64 * 1024);
      for (let n = 1; n <= 6_400; n++) {
        teller.send('news', value, { to: 'cid' });
        if (n % 64 === 0) await teller.drained();
      }
      await teller.state('map').size();
      return count;
    });
    const grown = await broker.run(({ kept }) => kept<{ readonly most: number }>('grown').most);
    (cid as RemotePeer).process.signal('SIGCONT');
    const heard = await cid.run(({ log }, count) => log('news').reach(count), 6_400 - back);

    expect(heard.length).to.be.within(200, 400);
    expect(grown / MEGABYTE).to.be.within(1, 48);
  });

  it('is told all of 10 MB that are said in one turn, by the broker or another, for it may be busy only', async () => {
    const { broker, bob, cid } = await here.group.gather('broker', 'bob', 'cid');
    await cid.run(({ hub, log }) => void hub.on('news', (value: Buffer) => log('news').push(value.length)));
    await here.group.settled();

    (cid as RemotePeer).process.signal('SIGSTOP');
    for (const speaker of [broker, bob]) {
      await speaker.run(async ({ hub }) => {
        for (let n = 0; n < 80; n++) hub.send('news', Buffer.alloc(64 * 1024), { to: 'cid' });
        for (let n = 0; n < 1_000; n++) hub.send('news', Buffer.alloc(5), { to: 'cid' });
        await hub.state('map').size();
      });
    }
    (cid as RemotePeer).process.signal('SIGCONT');
    const heard = await cid.run(({ log }) => log('news').reach(2_160));

    expect(heard).to.have.length(2_160);
    for (const speaker of [broker, bob]) expect(await speaker.run(({ log }) => log('undelivered').entries)).to.deep.equal([]);
  });

  it('costs no more than its limit, however much is told to it, and is told the newest when it goes on', async () => {
    const { broker, bob, cid } = await here.group.gather('broker', 'bob', 'cid');
    await cid.run(async ({ hub, keep, log }) => {
      hub.on('news', () => log('news').push(1));
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) log('map').push(change.type === 'whole' ? (change.entries.get('n') as string | undefined)?.slice(0, 4) : change.type);
      };
      void follow();
      keep('door', await hub.lock('door'));
    });
    await here.group.settled();
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

    expect(grown / MEGABYTE).to.be.below(64);
    expect(await cid.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
  });
});

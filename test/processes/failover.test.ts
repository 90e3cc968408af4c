/** The broker of a socket group dies, and the group goes on. */
import { expect } from 'chai';
import type { Hub, Lock, StatusChange } from '../../src/index.js';
import { gathering } from '../support/gathering.js';
import { RemotePeer } from '../support/remote-peer.js';
import { startSocket } from '../support/socket-fixture.js';
import { failsAtOnce } from './request-under-way.js';

describe('When the broker of a socket group dies', () => {
  const here = gathering(startSocket, 'broker', 'bob', 'cid');

  beforeEach(async () => {
    for (const peer of [here.bob, here.cid]) {
      await peer.run(({ hub, log }) => void hub.onStatus(({ status, error }: StatusChange) => log('status').push([status, error?.code])));
    }
  });

  const killBroker = async (): Promise<void> => {
    await here.group.kill(here.broker);
    for (const peer of [here.bob, here.cid]) await peer.run(({ log }) => log('status').reach(2));
    await here.group.settled();
  };

  /** `bob` holds the door, and then `cid` and `bob` stand in line, in this order. */
  const lineUp = async (): Promise<number> => {
    const token = await here.bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
    await here.cid.run(async ({ hub, keep }) => {
      keep('next', hub.lock('door'));
      await hub.state('settling').size();
    });
    await here.bob.run(async ({ hub, keep }) => {
      keep('last', hub.lock('door'));
      await hub.state('settling').size();
    });
    return token;
  };

  it('the others wait for a moment, and nobody but the broker has left', async () => {
    const before = await here.bob.run(({ hub }) => hub.member.id);

    await killBroker();

    for (const peer of [here.bob, here.cid]) {
      expect(await peer.run(({ log }) => log('status').entries)).to.deep.equal([['suspended', undefined], ['seated', undefined]]);
      expect(await peer.run(({ hub }) => [...hub.members].map(({ name }) => name).sort())).to.deep.equal(['bob', 'cid']);
    }
    expect(await here.bob.run(({ hub }) => hub.member.id)).to.equal(before);
  });

  it('locks stay with their holders, under the same token, and lines keep their order', async () => {
    const token = await lineUp();

    await killBroker();

    expect(await here.bob.run(({ kept }) => [kept<Lock>('door').signal.aborted, kept<Lock>('door').token])).to.deep.equal([false, token]);
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
    const next = await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).token);
    expect(next).to.be.above(token);
    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).release())).to.equal(true);
    expect(await here.bob.run(async ({ kept }) => (await kept<Promise<Lock>>('last')).token)).to.be.above(next);
  });

  it('what it held itself goes to the next in line', async () => {
    const token = await here.broker.run(async ({ hub, keep }) => keep('desk', await hub.lock('desk')).token);
    await here.bob.run(async ({ hub, keep }) => {
      keep('desk', hub.lock('desk'));
      await hub.state('settling').size();
    });

    await killBroker();

    expect(await here.bob.run(async ({ kept }) => (await kept<Promise<Lock>>('desk')).token)).to.be.above(token);
  });

  it('a lock is given to nobody while its holder may be alive', async () => {
    await lineUp();
    (here.bob as RemotePeer).process.signal('SIGSTOP');

    await here.broker.kill();
    await here.cid.run(({ log }) => log('status').reach(2));
    await here.cid.run(({ hub, kept, log }) => {
      void kept<Promise<Lock>>('next').then(() => log('granted').push(1));
      return new Promise((resolve) => setTimeout(resolve, 300)).then(() => hub.state('settling').size());
    });
    const early = await here.cid.run(({ log }) => log('granted').entries);
    await here.bob.kill();

    expect(early).to.deep.equal([]);
    await here.cid.run(({ log }) => log('granted').reach(1));
  });

  it('who comes back hears that what it held was taken in the meantime', async () => {
    await here.bob.run(async ({ hub, keep, log }) => {
      for (const [key, maxHold] of [['door', 600], ['desk', 0], ['shelf', 0]] as const) {
        const lock = keep(key, await hub.lock(key, maxHold === 0 ? {} : { maxHold }));
        lock.signal.addEventListener('abort', () => log('lost').push(key));
      }
    });
    (here.bob as RemotePeer).process.signal('SIGSTOP');
    await here.broker.kill();
    await here.cid.run(async ({ hub }) => {
      await hub.lock('door');
      await hub.lock('desk', { steal: true });
    });
    (here.bob as RemotePeer).process.signal('SIGCONT');

    expect([...(await here.bob.run(({ log }) => log('lost').reach(2)))].sort()).to.deep.equal(['desk', 'door']);
    expect(await here.bob.run(({ kept }) => kept<Lock>('shelf').release())).to.equal(true);
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(false);
  });

  it('state is kept, its versions rise, and whoever watches it is told it whole', async () => {
    const before = await here.bob.run(({ hub }) => hub.state('map').set('key', 1));
    await here.cid.run(async ({ hub, log }) => {
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) log('watch').push(change.type === 'whole' ? [...change.entries] : change.type);
      };
      void follow();
      await log('watch').reach(1);
    });

    await killBroker();
    await here.cid.run(({ log }) => log('watch').reach(2));
    const after = await here.bob.run(({ hub }, version) => hub.state('map').set('key', 2, { expect: version }), before);

    expect(after).to.be.above(before);
    expect(await here.cid.run(({ log }) => log('watch').reach(3))).to.deep.equal([[['key', 1]], [['key', 1]], 'set']);
  });

  it('what was asked of it is done once, and answered', async () => {
    for (const peer of [here.bob, here.cid]) {
      await peer.run(({ hub, keep }) => {
        const adding = async (): Promise<number> => {
          let sum = 0;
          for (let i = 0; i < 2_000; i++) sum = Math.max(sum, ...(await Promise.all(Array.from({ length: 8 }, () => hub.state<number>('sums').add('all', 1)))));
          return sum;
        };
        keep('sum', adding());
      });
    }
    await here.bob.run(async ({ hub }) => {
      while (((await hub.state<number>('sums').get('all')) ?? 0) < 100) await hub.state('sums').size();
    });

    await killBroker();
    const sums = [await here.bob.run(({ kept }) => kept<Promise<number>>('sum')), await here.cid.run(({ kept }) => kept<Promise<number>>('sum'))];

    expect(Math.max(...sums)).to.equal(32_000);
    expect(await here.cid.run(({ hub }) => hub.state<number>('sums').get('all'))).to.equal(32_000);
  });

  it('listeners, handlers and subscriptions stay', async () => {
    await here.cid.run(({ hub, log }) => {
      hub.on('news.*', (value) => log('news').push(value));
      hub.handle('who', () => hub.member.name);
    });
    await here.group.settled();

    await killBroker();
    await here.bob.run(({ hub }) => hub.broadcast('news.today', 1));

    expect(await here.bob.run(({ hub }) => hub.request('who'))).to.equal('cid');
    expect(await here.cid.run(({ log }) => log('news').reach(1))).to.deep.equal([1]);
  });

  it('what is said while there is no broker comes when there is one', async () => {
    await here.cid.run(({ hub, log }) => {
      hub.on('news', (value) => log('news').push(value));
      hub.handle('twice', (value) => (value as number) * 2);
    });
    await here.bob.run(async ({ hub }) => {
      hub.send('news', 0);
      await hub.request('twice', 1);
    });

    await here.bob.run(({ hub, keep }) => {
      const suspended = new Promise<void>((resolve) => hub.onStatus(({ status }: StatusChange) => status === 'suspended' && resolve()));
      const saying = async (): Promise<unknown> => {
        await suspended;
        hub.send('news', 1);
        hub.broadcast('news', 2);
        return hub.request('twice', 21);
      };
      keep('answer', saying());
    });
    await killBroker();

    expect(await here.bob.run(({ kept }) => kept<Promise<number>>('answer'))).to.equal(42);
    expect(await here.cid.run(({ log }) => log('news').reach(3))).to.deep.equal([0, 1, 2]);
  });

  it('a request under way fails at once, and says that it may have run', async () => {
    await failsAtOnce({ group: here.group, bob: here.bob, cid: here.cid, killBroker });
  });

  it('a request that may be repeated, and says so, is, and gets its answer', async () => {
    await here.cid.run(({ hub, log, keep }) => {
      const isOpen = new Promise<void>((resolve) => keep('open', resolve));
      hub.handle('slowly', async (value) => {
        log('asked').push(value);
        await isOpen;
        return value;
      });
    });
    await here.group.settled();
    await here.bob.run(({ hub, keep }) => void keep('answer', hub.request('slowly', 7, { retries: 3, idempotent: true })));
    await here.cid.run(({ log }) => log('asked').reach(1));

    await killBroker();
    await here.cid.run(({ log }) => log('asked').reach(2));
    await here.cid.run(({ kept }) => kept<() => void>('open')());

    expect(await here.bob.run(({ kept }) => kept<Promise<number>>('answer'))).to.equal(7);
    expect(await here.cid.run(({ log }) => log('asked').entries)).to.deep.equal([7, 7]);
  });

  it('and the next one, and the next, the last one holds what it held', async () => {
    await lineUp();
    await killBroker();
    await here.cid.kill();

    // Whoever of the two was the broker, the other goes on alone.
    await here.bob.run(async ({ hub }) => {
      while (hub.members.size !== 1) await hub.state('settling').size();
    });
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
    expect(await here.bob.run(async ({ kept }) => (await kept<Promise<Lock>>('last')).release())).to.equal(true);
  });

  it('and all the others too, who comes next begins with nothing, and above it', async () => {
    const token = await lineUp();
    await here.bob.run(({ hub }) => hub.state('map').set('key', 1));
    for (const peer of [here.broker, here.bob, here.cid]) {
      await peer.kill();
    }

    const dan = await here.group.join('dan');

    expect(await dan.run(({ hub }) => [...hub.members].map(({ name }) => name))).to.deep.equal(['dan']);
    expect(await dan.run(async ({ hub }) => (await hub.lock('door')).token)).to.be.above(token);
    expect(await dan.run(({ hub }) => hub.state('map').size())).to.equal(0);
  });

  it('topics keep their values, and tell them to who comes late, and what was missed to who was there', async () => {
    await here.bob.run(({ hub, log }) => {
      hub.broadcast('config', 1, { retain: true, self: true });
      hub.broadcast('other', 'gone', { retain: true });
      hub.broadcast('other', undefined, { retain: true });
      hub.onStatus(({ status }: StatusChange) => void (status === 'suspended' && hub.broadcast('config', 2, { retain: true })));
      hub.on('config', (value) => log('config').push(value));
    });
    await here.bob.run(({ log }) => log('config').reach(1));
    await here.cid.run(({ hub, log }) => void hub.on('config', (value) => log('config').push(value)));
    await here.cid.run(({ log }) => log('config').reach(1));

    await killBroker();
    const dan = await here.group.join('dan');
    await dan.run(({ hub, log }) => void hub.on('>', (value, { topic, from, retained }) => log('all').push([topic, value, from.name, retained])));
    await dan.run(({ hub }) => hub.state('settling').size());

    expect(await dan.run(({ log }) => log('all').reach(1))).to.deep.equal([['config', 2, 'bob', true]]);
    expect(await here.cid.run(({ log }) => log('config').reach(2))).to.deep.equal([1, 2]);
    expect(await here.bob.run(({ log }) => log('config').entries)).to.deep.equal([1]);
  });

  it('or closes, nobody sees an error, and no request is lost', async () => {
    await lineUp();
    await here.cid.run(({ hub }) => void hub.handle('slowly', (value) => new Promise((resolve) => setTimeout(() => resolve(value), 1))));
    await here.group.settled();
    await here.bob.run(({ hub, keep }) => {
      const asking = async (hub: Hub): Promise<number> => {
        let sum = 0;
        for (let i = 0; i < 200; i++) sum += (await hub.request<number>('slowly', 1)) + (await hub.state<number>('n').add('n', 1)) * 0;
        return sum;
      };
      keep('sum', asking(hub));
    });

    await here.broker.close();

    expect(await here.bob.run(({ kept }) => kept<Promise<number>>('sum'))).to.equal(200);
    expect(await here.bob.run(({ hub }) => hub.state<number>('n').get('n'))).to.equal(200);
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).release())).to.equal(true);
  });

  it('or only stands still, the others say so, and nobody takes its place', async () => {
    const held = await here.bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
    (here.broker as RemotePeer).process.signal('SIGSTOP');
    await here.bob.run(({ hub, keep }) => void keep('size', hub.state('map').size()));

    await here.bob.run(({ log }) => log('status').reach(1));
    (here.broker as RemotePeer).process.signal('SIGCONT');
    await here.bob.run(({ log }) => log('status').reach(2));

    expect(await here.bob.run(({ log }) => log('status').entries)).to.deep.equal([['suspended', undefined], ['seated', undefined]]);
    expect(await here.bob.run(({ kept }) => kept<Promise<number>>('size'))).to.equal(0);
    expect(await here.bob.run(({ hub }) => [...hub.members].length)).to.equal(3);
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').token)).to.equal(held);
  });
});

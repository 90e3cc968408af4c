/** The broker of a socket group that keeps no journal dies, and the others meet again. */
import { expect } from 'chai';
import type { Lock, StatusChange } from '../../src/index.js';
import type { Fixture } from '../support/fixture.js';
import { Group } from '../support/group.js';
import type { Peer } from '../support/peer.js';
import { startSocket } from '../support/socket-fixture.js';
import { failsAtOnce } from './request-under-way.js';

describe('When the broker of a socket group dies that keeps nothing', () => {
  let fixture: Fixture;
  let group: Group;
  let broker: Peer;
  let bob: Peer;
  let cid: Peer;

  before(async () => {
    fixture = await startSocket({ durability: 'none' });
  });
  beforeEach(async () => {
    group = new Group(fixture);
    broker = await group.join('broker');
    bob = await group.join('bob');
    cid = await group.join('cid');
    for (const peer of [bob, cid]) {
      await peer.run(({ hub, log }) => void hub.onStatus(({ status, error }: StatusChange) => log('status').push([status, error?.code])));
    }
  });
  afterEach(() => group.close());
  after(() => fixture.close());

  const killBroker = async (): Promise<void> => {
    group.forget(broker);
    await broker.kill();
    for (const peer of [bob, cid]) await peer.run(({ log }) => log('status').reach(2));
    for (const peer of [bob, cid]) {
      await peer.run(async ({ hub }) => {
        for await (const { type, member } of hub.members.watch()) if (type === 'joined' && member.name !== hub.member.name) return;
      });
    }
    await group.settled();
  };

  it('the others say so, and are a group again', async () => {
    const before = await bob.run(({ hub }) => hub.member.id);

    await killBroker();

    for (const peer of [bob, cid]) {
      expect(await peer.run(({ log }) => log('status').entries)).to.deep.equal([['joining', 'LOST'], ['seated', undefined]]);
      expect(await peer.run(({ hub }) => [...hub.members].map(({ name }) => name).sort())).to.deep.equal(['bob', 'cid']);
    }
    expect(await bob.run(({ hub }) => hub.member.id)).to.not.equal(before);
  });

  it('locks are lost, and say so; new ones have higher tokens', async () => {
    const held = await bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
    await cid.run(async ({ hub, keep, rejection }) => {
      keep('waiting', rejection(hub.lock('door')));
      await hub.state('settling').size();
    });

    await killBroker();

    expect(await bob.run(({ kept }) => {
      const { signal } = kept<Lock>('door');
      return [signal.aborted, (signal.reason as { readonly code: string }).code];
    })).to.deep.equal([true, 'LOST']);
    expect(await bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(false);
    expect(await cid.run(async ({ kept }) => (await kept<Promise<{ readonly code: string }>>('waiting')).code)).to.equal('LOST');
    expect(await cid.run(async ({ hub }) => (await hub.lock('door')).token)).to.be.above(held);
  });

  it('state starts empty, above the versions of before, and watchers are told', async () => {
    const before = await bob.run(({ hub }) => hub.state('map').set('key', 1));
    await cid.run(async ({ hub, log }) => {
      const follow = async (): Promise<void> => {
        for await (const change of hub.state('map').watch()) log('watch').push(change.type === 'whole' ? [...change.entries] : change.type);
      };
      void follow();
      await log('watch').reach(1);
    });

    await killBroker();
    await cid.run(({ log }) => log('watch').reach(2));
    const after = await bob.run(({ hub }) => hub.state('map').set('key', 2, { expect: 0 }));

    expect(after).to.be.above(before);
    expect(await cid.run(({ log }) => log('watch').reach(3))).to.deep.equal([[['key', 1]], [], 'set']);
  });

  it('listeners, handlers and subscriptions stay', async () => {
    await cid.run(({ hub, log }) => {
      hub.on('news.*', (value) => log('news').push(value));
      hub.handle('who', () => hub.member.name);
    });
    await group.settled();
    expect(await bob.run(({ hub }) => hub.request('who'))).to.equal('cid');

    await killBroker();
    await bob.run(({ hub }) => hub.broadcast('news.today', 1));

    expect(await bob.run(({ hub }) => hub.request('who'))).to.equal('cid');
    expect(await cid.run(({ log }) => log('news').reach(1))).to.deep.equal([1]);
  });

  it('what was pending fails at once, and says that it may have run', async () => {
    await failsAtOnce({ group, bob, cid, killBroker });
  });

  it('or closes, again and again, the last one is a group of its own', async () => {
    group.forget(broker);
    await broker.close();
    await bob.run(({ log }) => log('status').reach(2));
    await cid.run(({ log }) => log('status').reach(2));
    group.forget(bob);
    await bob.kill();

    // Whoever of the two was the broker, the other goes on alone.
    await cid.run(async ({ hub }) => {
      while (hub.members.size !== 1) await hub.state('settling').size().catch(() => {});
    });
    expect(await cid.run(({ hub }) => hub.state('map').set('key', 1).then(() => hub.status))).to.equal('seated');
  });
});

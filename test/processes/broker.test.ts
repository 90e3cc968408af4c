/** The broker of a socket group that keeps no journal dies, and the others meet again. */
import { expect } from 'chai';
import type { Lock, StatusChange } from '../../src/index.js';
import { gathering } from '../support/gathering.js';
import { startSocket } from '../support/socket-fixture.js';
import { failsAtOnce } from './request-under-way.js';

describe('When the broker of a socket group dies that keeps nothing', () => {
  const here = gathering(() => startSocket({ durability: 'none' }), 'broker', 'bob', 'cid');

  beforeEach(async () => {
    for (const peer of [here.bob, here.cid]) {
      await peer.run(({ hub, log }) => void hub.onStatus(({ status, error }: StatusChange) => log('status').push([status, error?.code])));
    }
  });

  const killBroker = async (): Promise<void> => {
    await here.broker.kill();
    for (const peer of [here.bob, here.cid]) await peer.run(({ log }) => log('status').reach(2));
    for (const peer of [here.bob, here.cid]) {
      await peer.run(async ({ hub }) => {
        for await (const { type, member } of hub.members.watch()) if (type === 'joined' && member.name !== hub.member.name) return;
      });
    }
    await here.group.settled();
  };

  it('the others say so, and are a group again', async () => {
    const before = await here.bob.run(({ hub }) => hub.member.id);

    await killBroker();

    for (const peer of [here.bob, here.cid]) {
      expect(await peer.run(({ log }) => log('status').entries)).to.deep.equal([['joining', 'LOST'], ['seated', undefined]]);
      expect(await peer.run(({ hub }) => [...hub.members].map(({ name }) => name).sort())).to.deep.equal(['bob', 'cid']);
    }
    expect(await here.bob.run(({ hub }) => hub.member.id)).to.not.equal(before);
  });

  it('locks are lost, and say so; new ones have higher tokens', async () => {
    const held = await here.bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
    await here.cid.run(async ({ hub, keep, rejection }) => {
      keep('waiting', rejection(hub.lock('door')));
      await hub.state('settling').size();
    });

    await killBroker();

    expect(await here.bob.run(({ kept }) => {
      const { signal } = kept<Lock>('door');
      return [signal.aborted, (signal.reason as { readonly code: string }).code];
    })).to.deep.equal([true, 'LOST']);
    expect(await here.bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(false);
    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<{ readonly code: string }>>('waiting')).code)).to.equal('LOST');
    expect(await here.cid.run(async ({ hub }) => (await hub.lock('door')).token)).to.be.above(held);
  });

  it('state starts empty, above the versions of before, and watchers are told', async () => {
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
    const after = await here.bob.run(({ hub }) => hub.state('map').set('key', 2, { expect: 0 }));

    expect(after).to.be.above(before);
    expect(await here.cid.run(({ log }) => log('watch').reach(3))).to.deep.equal([[['key', 1]], [], 'set']);
  });

  it('listeners, handlers and subscriptions stay', async () => {
    await here.cid.run(({ hub, log }) => {
      hub.on('news.*', (value) => log('news').push(value));
      hub.handle('who', () => hub.member.name);
    });
    await here.group.settled();
    expect(await here.bob.run(({ hub }) => hub.request('who'))).to.equal('cid');

    await killBroker();
    await here.bob.run(({ hub }) => hub.broadcast('news.today', 1));

    expect(await here.bob.run(({ hub }) => hub.request('who'))).to.equal('cid');
    expect(await here.cid.run(({ log }) => log('news').reach(1))).to.deep.equal([1]);
  });

  it('what was pending fails at once, and says that it may have run', async () => {
    await failsAtOnce({ group: here.group, bob: here.bob, cid: here.cid, killBroker });
  });

  it('or closes, again and again, the last one is a group of its own', async () => {
    await here.broker.close();
    await here.bob.run(({ log }) => log('status').reach(2));
    await here.cid.run(({ log }) => log('status').reach(2));
    await here.bob.kill();

    // Whoever of the two was the broker, the other goes on alone.
    await here.cid.run(async ({ hub }) => {
      while (hub.members.size !== 1) await hub.state('settling').size().catch(() => {});
    });
    expect(await here.cid.run(({ hub }) => hub.state('map').set('key', 1).then(() => hub.status))).to.equal('seated');
  });
});

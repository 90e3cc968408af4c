import { expect } from 'chai';
import type { Lock } from '../../src/index.js';
import { gathering } from '../support/gathering.js';
import { startSocket } from '../support/socket-fixture.js';

describe('Processes', () => {
  const here = gathering(startSocket, 'broker', 'bob', 'cid');

  /** `bob` holds the door, and `cid` waits for it. */
  const lineUp = async (): Promise<number> => {
    const token = await here.bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
    await here.cid.run(async ({ hub, keep, log }) => {
      keep('next', hub.lock('door').then((lock) => (log('granted').push(lock.token), lock)));
      await hub.state('settling').size();
    });
    return token;
  };

  it('6: a holder that is busy keeps its lock', async () => {
    await lineUp();

    await here.bob.run(() => {
      for (const until = performance.now() + 4_000; performance.now() < until; );
    });
    const granted = await here.cid.run(({ log }) => log('granted').entries.length);
    const released = await here.bob.run(({ kept }) => kept<Lock>('door').release());

    expect([granted, released]).to.deep.equal([0, true]);
    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).release())).to.equal(true);
  });

  it('8: a holder that exits hands its lock to the next', async () => {
    const token = await lineUp();

    await here.bob.run(() => process.exit(0)).catch(() => undefined);

    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).token)).to.be.above(token);
  });

  it('61: a broker that aborts, as for want of memory, is succeeded', async () => {
    const token = await lineUp();

    await here.broker.run(() => process.kill(process.pid, 'SIGABRT')).catch(() => undefined);
    const kept = await here.bob.run(async ({ hub, kept }) => {
      await hub.state('settling').size();
      return [kept<Lock>('door').token, kept<Lock>('door').signal.aborted];
    });
    await here.bob.run(({ kept }) => kept<Lock>('door').release());

    expect(kept).to.deep.equal([token, false]);
    expect(await here.cid.run(async ({ kept }) => (await kept<Promise<Lock>>('next')).token)).to.be.above(token);
  });
});

/** Many waiters, many keys: releasing and dying cost what is one's own, not what there is. */
import { expect } from 'chai';
import { gathering } from '../support/gathering.js';
import { startSocket } from '../support/socket-fixture.js';

describe('A crowd', () => {
  const here = gathering(startSocket);

  it('of 10 000 in one line is served in order', async () => {
    const { bob } = await here.group.gather('ann', 'bob');

    const order = await bob.run(({ hub }) => {
      const order: number[] = [];
      const turns = Array.from({ length: 10_000 }, (_, n) => hub.lock('door', () => void order.push(n)));
      return Promise.all(turns).then(() => order);
    });

    expect(order).to.deep.equal(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it('of 10 000 in one line can die at once', async () => {
    const { ann, bob } = await here.group.gather('ann', 'bob');
    const doomed = await here.group.join('doomed');
    await ann.run(async ({ hub, keep }) => void keep('door', await hub.lock('door')));
    await doomed.run(async ({ hub }) => {
      for (let n = 0; n < 10_000; n++) void hub.lock('door');
      await hub.state('settling').size();
    });
    const waiting = bob.run(async ({ hub }) => (await hub.lock('door')).key);

    await doomed.kill();
    await ann.run(({ kept }) => kept<AsyncDisposable>('door')[Symbol.asyncDispose]());

    expect(await waiting).to.equal('door');
  });

  it('of 100 000 held keys is freed by one death, and one release does not notice the others', async () => {
    const { bob } = await here.group.gather('ann', 'bob');
    const doomed = await here.group.join('doomed');
    await doomed.run(async ({ hub }) => {
      const locks = await Promise.all(Array.from({ length: 100_000 }, (_, n) => hub.lock(`key ${n}`)));
      await Promise.all(locks.slice(0, 10_000).map((lock) => lock.release()));
    });

    await doomed.kill();

    expect(await bob.run(async ({ hub }) => (await hub.lock('key 99999')).key)).to.equal('key 99999');
  });
});

/** Worker threads with hubs of their own: each is a member, and dies as one, while its process goes on. */
import { expect } from 'chai';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { createHub } from '../../src/index.js';
import type { Hub } from '../../src/index.js';
import { meetingPlace } from '../support/meeting-place.js';

const PROGRAM = new URL('./children/thread.js', import.meta.url);

describe('A worker thread that ends', () => {
  const place = meetingPlace();
  const workers: Worker[] = [];
  let hub: Hub | undefined;

  afterEach(async () => {
    await hub?.close();
    hub = undefined;
    for (const worker of workers.splice(0)) await worker.terminate();
  });

  const start = async (name: string): Promise<Worker> => {
    const worker = new Worker(PROGRAM, { workerData: { path: place.path, name } });
    workers.push(worker);
    await once(worker, 'message');
    return worker;
  };
  const join = async (): Promise<Hub> => {
    hub = createHub({ transport: 'socket', path: place.path, name: 'main' });
    await hub.ready();
    return hub;
  };

  it('as the broker of its group leaves to others what it held', async () => {
    const worker = await start('door');
    const main = await join();

    await worker.terminate();

    expect((await main.lock('door', { timeout: 10_000 })).key).to.equal('door');
    expect([...main.members].map(({ name }) => name)).to.deep.equal(['main']);
  });

  it('together with its broker does too', async () => {
    const [broker, holder] = [await start('desk'), await start('door')];
    const main = await join();

    await Promise.all([broker.terminate(), holder.terminate()]);

    expect((await main.lock(['desk', 'door'], { timeout: 10_000 })).signal.aborted).to.equal(false);
  });

  it('is not missed by one that goes on: nobody else gets what that holds', async () => {
    const [broker] = [await start('desk'), await start('door')];
    const main = await join();

    await broker?.terminate();
    await main.lock('desk', { timeout: 10_000 });

    expect(await main.tryLock('door')).to.equal(undefined);
    expect(main.members.get('door')).to.include({ name: 'door' });
  });
});

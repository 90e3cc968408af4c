/**
 * Exclusive locks by key, for primary and worker alike: in the order of asking, and never held by the dead.
 * The third program of the cluster-hub article (https://habr.com/ru/articles/191192/), on interhub.
 */
import cluster from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  const foo = await hub.lock('foo');
  console.log('foo lock in the primary');

  const worker = cluster.fork();
  hub.on('in line', async () => {
    // The worker stands in line twice; we ask after it, so we get it after it.
    const again = hub.lock('foo');
    await pause(100);
    await foo.release();

    const lock = await again;
    console.log('foo lock in the primary again: its holder has died');
    await lock.release();
    await hub.close();
  });
  worker.once('exit', (code, signal) => console.log(`the worker has ended (${signal})`));
} else {
  const first = hub.lock('foo', async () => {
    console.log('foo lock in the worker');
    await pause(50);
  });
  const second = hub.lock('foo');

  await hub.lock('bar', () => console.log('bar lock in the worker'));
  hub.send('in line', undefined, { to: 'primary' });
  await first;
  await second;
  console.log('second foo lock in the worker, which dies with it');
  process.kill(process.pid, 'SIGKILL');
}

/** Recipe: end without losing what runs. */
import cluster from 'node:cluster';
import { setTimeout as pause } from 'node:timers/promises';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const ready = hub.subscribe('ready');
  await ready.next();

  const answer = hub.request('slow work', 'an order');
  await hub.request('begun');
  worker.process.kill('SIGTERM');
  console.log(`answered although it was ending: ${await answer}`);
  await hub.request('slow work', 'another order').catch(({ code }) => console.log(`afterwards: ${code}`));
  await hub.close();
} else {
  let begin;
  const begun = new Promise((resolve) => (begin = resolve));
  hub.handle('begun', () => begun);
  hub.handle('slow work', async (order) => {
    begin();
    await pause(200);
    return `${order} is done`;
  });
  hub.send('ready', undefined, { to: 'primary' });

  process.once('SIGTERM', async () => {
    // Takes no more requests, lets those that run finish, flushes, frees what is held, leaves.
    await hub.close({ grace: 10_000 });
    process.disconnect();
  });
}

/**
 * Messages between a cluster's primary and its worker, both ways, and from the primary to itself.
 * The first program of the cluster-hub article (https://habr.com/ru/articles/191192/), on interhub.
 */
import cluster from 'node:cluster';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  hub.on('primary-to-primary', (value) => console.log(`primary-to-primary received: ${value}`));
  hub.on('worker-to-primary', (value, { from }) => {
    console.log(`worker-to-primary received: ${value}, from ${from.name}`);
    // Who has spoken to us is there, and listens: now an answer cannot come too early.
    hub.send('primary-to-worker', 3, { to: from });
  });

  hub.send('primary-to-primary', 1, { to: 'primary' });
  cluster.fork().once('exit', () => hub.close());
} else {
  hub.on('primary-to-worker', async (value, { from }) => {
    console.log(`primary-to-worker received: ${value}, from ${from.name}`);
    await hub.close();
    process.disconnect();
  });

  hub.send('worker-to-primary', 2, { to: 'primary' });
}

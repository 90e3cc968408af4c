/** Recipe: drop a cached value in all processes. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });
const cache = new Map([['price.apple', 3], ['price.pear', 4]]);

hub.on('changed.>', (value, { topic }) => cache.delete(topic.slice('changed.'.length)));
hub.onStatus(({ status }) => {
  // What was said meanwhile may be lost: better nothing than something old.
  if (status !== 'seated') cache.clear();
});

/** In every process, this one included. */
function invalidate(key) {
  hub.broadcast(`changed.${key}`, undefined, { self: true });
}

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const ready = hub.subscribe('ready');
  await ready.next();
  invalidate('price.apple');
  hub.broadcast('show');
  await once(worker, 'exit');
  console.log(`the primary still has: ${[...cache.keys()]}`);
  await hub.close();
} else {
  hub.on('show', async () => {
    console.log(`the worker still has: ${[...cache.keys()]}`);
    await hub.close();
    process.disconnect();
  });
  hub.send('ready', undefined, { to: 'primary' });
}

/**
 * The plain cluster example: the primary follows the lives of its workers, tells them all something, hears from each, and
 * forks a new one for each that dies. What the hub adds: `broadcast`, replies by name, and that nothing is sent too early.
 */
import cluster from 'node:cluster';
import http from 'node:http';
import { createHub } from 'interhub';

const WORKERS = 2;

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) await primary();
else worker();

async function primary() {
  console.log('[primary] started');
  let port = 0;
  let isEnding = false;
  cluster.on('fork', (worker) => console.log(`[primary] fork: worker-${worker.id}`));
  cluster.on('online', (worker) => console.log(`[primary] online: worker-${worker.id}`));
  cluster.on('listening', (worker, address) => {
    port = address.port;
    console.log(`[primary] listening: worker-${worker.id}`);
  });
  cluster.on('disconnect', (worker) => console.log(`[primary] disconnect: worker-${worker.id}`));
  cluster.on('exit', (worker, code, signal) => {
    console.log(`[primary] exit: worker-${worker.id} (${signal ?? code})`);
    if (!isEnding) cluster.fork();
  });

  const ready = hub.subscribe('ready');
  const replies = hub.subscribe('reply');
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  await take(ready, WORKERS);

  hub.broadcast('notice', 'to all workers');
  for (const { value, from } of await take(replies, WORKERS)) console.log(`[primary] ${from.name} replied: ${value}`);

  console.log(`[primary] over HTTP: ${await (await fetch(`http://127.0.0.1:${port}`)).text()}`);

  console.log('[primary] worker-1 is killed');
  cluster.workers[1].process.kill('SIGKILL');
  const [{ from: successor }] = await take(ready, 1);
  hub.send('notice', 'to the new one', { to: successor });
  for (const { value, from } of await take(replies, 1)) console.log(`[primary] ${from.name} replied: ${value}`);

  isEnding = true;
  hub.broadcast('stop');
  await hub.close();
}

function worker() {
  const server = http.createServer((request, response) => response.end(`an answer from one of the workers`));
  server.listen(0, '127.0.0.1', () => hub.send('ready', undefined, { to: 'primary' }));
  hub.on('notice', (value, { from }) => {
    console.log(`[worker-${cluster.worker.id}] received "${value}" from ${from.name}`);
    hub.send('reply', `thanks for "${value}"`, { to: from });
  });
  hub.on('stop', async () => {
    await hub.close();
    cluster.worker.disconnect();
  });
}

/** The next so many messages of a subscription. */
async function take(subscription, count) {
  const messages = [];
  while (messages.length < count) messages.push((await subscription.next()).value);
  return messages;
}

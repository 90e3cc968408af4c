/** Recipe: a counter for all workers. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });
const visits = hub.state('visits', { ttl: 60_000 });

/** Whether this visitor may still come in: at most so many times in a minute from the first visit on, over all workers. */
async function admits(visitor, limit) {
  return (await visits.add(visitor)) <= limit;
}

if (cluster.isPrimary) {
  let admitted = 0;
  hub.handle('report', (count) => void (admitted += count));
  const workers = Array.from({ length: 4 }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  console.log(`admitted: ${admitted} of 40`);
  await hub.close();
} else {
  const answers = await Promise.all(Array.from({ length: 10 }, () => admits('ann', 25)));
  await hub.request('report', answers.filter(Boolean).length);
  await hub.close();
  process.disconnect();
}

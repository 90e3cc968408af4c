/** Recipe: one connection for all workers. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';
import { connect } from './pretend/database.js';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  const workers = Array.from({ length: 3 }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  await hub.close();
} else {
  // One of the workers has it, and all use it. At most four queries at once; the others wait in order.
  const database = hub.singleton('database', () => connect(), { methods: { query: { concurrency: 4 } } });
  const rows = await database.query('select name from fruits');
  console.log(`worker-${cluster.worker.id}: ${rows.join(', ')}`);
  await hub.close();
  process.disconnect();
}

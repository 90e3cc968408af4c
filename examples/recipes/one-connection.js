/** Recipe: one connection for all workers. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';
import { connect } from './pretend/database.js';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  const database = await connect();
  // At most four queries at once; the others wait in order.
  hub.handle('query', (sql, { signal }) => database.query(sql, { signal }), { concurrency: 4 });

  const workers = Array.from({ length: 3 }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  await hub.close();
} else {
  const rows = await hub.request('query', 'select name from fruits', { timeout: 2_000 });
  console.log(`worker-${cluster.worker.id}: ${rows.join(', ')}`);
  await hub.close();
  process.disconnect();
}

/** Recipe: run a migration once. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';
import { migrate } from './pretend/schema.js';

const hub = createHub({ transport: 'cluster' });
const done = hub.state('migrations');

/** Resolves in every process when the migration has run, in one of them. */
async function migrated(name) {
  await hub.lock(`migration ${name}`, async ({ token, signal }) => {
    if (await done.has(name)) return;
    await migrate(name, { token, signal });
    await done.set(name, { by: hub.member.name });
  });
}

if (cluster.isPrimary) {
  await Promise.all(Array.from({ length: 3 }, () => once(cluster.fork(), 'exit')));
  await hub.close();
} else {
  await migrated('add-prices');
  console.log(`worker-${cluster.worker.id} goes on`);
  await hub.close();
  process.disconnect();
}

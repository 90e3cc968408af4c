/**
 * Memory that all workers of a cluster share: one writes, another reads, and all of them count at the same time.
 *
 * After the article "Node.js: sharing memory in a cluster by messages". Its readers objected that without locks concurrent
 * writes must make garbage. So here every worker writes to the same keys at once, in three ways, and nothing is lost.
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createHub } from 'interhub';

const WORKERS = 4;
const ROUNDS = 250;

const hub = createHub({ transport: 'cluster' });
const memory = hub.state('memory');

if (cluster.isPrimary) {
  await primary();
} else {
  await worker(process.env.TASK);
  await hub.close();
  process.disconnect();
}

async function primary() {
  await run('write');
  await run('read');
  await Promise.all(Array.from({ length: WORKERS }, () => run('count')));

  const expected = WORKERS * ROUNDS;
  for (const key of ['by add', 'by update', 'by lock', 'by a read and a write']) {
    console.log(`${key}: ${await memory.get(key)} of ${expected}`);
  }
  await hub.close();
}

async function run(task) {
  const worker = cluster.fork({ TASK: task });
  await once(worker, 'exit');
}

async function worker(task) {
  switch (task) {
    case 'write':
      await memory.set('a', [0, 1, 2, 3]);
      return;
    case 'read':
      console.log('a:', await memory.get('a'));
      return;
    case 'count':
      for (let round = 0; round < ROUNDS; round++) {
        // One command, applied in one step.
        await memory.add('by add');
        // A read and a write, made again when somebody else was faster.
        await memory.update('by update', (count = 0) => count + 1);
        // A read and a write, with everybody else kept out.
        await hub.lock('counter', async () => memory.set('by lock', ((await memory.get('by lock')) ?? 0) + 1));
        // The garbage that the readers feared.
        await memory.set('by a read and a write', ((await memory.get('by a read and a write')) ?? 0) + 1);
      }
  }
}

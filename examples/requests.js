/**
 * A request and its answer, as a promise; and one the other way, while the first is being answered.
 * The second program of the cluster-hub article (https://habr.com/ru/articles/191192/), on interhub.
 */
import cluster from 'node:cluster';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });

if (cluster.isPrimary) {
  hub.handle('sum', async ({ a, b }, { from }) => {
    const { hobby } = await hub.request('about you', undefined, { to: from });
    console.log(`${from.name}, who likes ${hobby}, asks for ${a} + ${b}`);
    return a + b;
  });
  hub.handle('fail', () => {
    throw new RangeError('there is nothing to add');
  });

  cluster.fork().once('exit', () => hub.close());
} else {
  hub.handle('about you', () => ({ hobby: 'sums' }));

  console.log(`sum in the worker: ${await hub.request('sum', { a: 1, b: 2 })}`);
  // What a handler throws arrives as what it was; and nobody waits for an answer that cannot come.
  await hub.request('fail').catch((error) => console.log(`${error.name} in the worker: ${error.message}`));
  await hub.request('multiply').catch((error) => console.log(`${error.code} in the worker: ${error.message}`));

  await hub.close();
  process.disconnect();
}

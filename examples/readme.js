/** The example of README.md. */
import cluster from 'node:cluster';
import { createHub } from 'interhub';

const hub = createHub({ transport: 'cluster' });                 // the same line in every process

if (cluster.isPrimary) {
  hub.handle('price', (fruit) => ({ apple: 3, pear: 4 })[fruit]);
  hub.on('sold', (fruit, { from }) => console.log(`${from.name} sold: ${fruit}`));
  for (let i = 0; i < 2; i++) cluster.fork();
  hub.unref();                                                   // the workers keep this process, not the hub
} else {
  const price = await hub.request('price', 'apple');             // ask: one answer or one error
  hub.broadcast('sold', 'apple');                                // tell: everyone who listens
  await hub.lock('till', () => hub.state('till').add('sum', price)); // agree: a fair lock, a shared map
  await hub.close();
  process.disconnect();
}

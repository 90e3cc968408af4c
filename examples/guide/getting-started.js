/** The program of docs/guide/getting-started.md. */
import { createHub } from 'interhub';

const hub = createHub({ transport: 'fork' });

if (process.send === undefined) {
  const { fork } = await import('node:child_process');
  hub.handle('multiply', ({ a, b }) => a * b);
  hub.on('done', (value, { from }) => console.log(`${from.name.replace(/\d+/, 'N')} is done`));

  const child = fork(import.meta.filename);
  hub.adopt(child);
  child.once('exit', async () => {
    console.log(`the sum of all products: ${await hub.state('results').get('sum')}`);
    await hub.close();
  });
} else {
  const results = hub.state('results');
  for (const [a, b] of [[2, 3], [4, 5]]) {
    await results.add('sum', await hub.request('multiply', { a, b }));
  }
  hub.send('done', undefined, { to: 'parent' });
  await hub.close();
}

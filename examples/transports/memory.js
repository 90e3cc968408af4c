/** The memory transport: hubs of one process, as they would be in several. For tests, and for programs that may grow. */
import { createHub } from 'interhub';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });

bob.handle('greet', (whom, { from }) => `Hello ${whom}, says bob to ${from.name}`);
await bob.ready();
console.log(await ann.request('greet', 'world'));

await ann.lock('door', async () => {
  console.log(`ann holds the door, bob gets: ${await bob.tryLock('door')}`);
});

await bob.close();
await ann.close();

/** A program of the socket act: `node socket-program.js PATH NAME`. */
import { createHub } from 'interhub';

const [path, name] = process.argv.slice(2);
const hub = createHub({ transport: 'socket', path, name });

hub.handle('sum', (numbers) => numbers.reduce((sum, number) => sum + number, 0));
let lock;
hub.handle('take the key', async () => {
  lock = await hub.lock('key');
});
hub.handle('have you got the key', () => (lock.signal.aborted ? `No longer, and I was told so (${lock.signal.reason.code}).` : 'Yes, still.'));
hub.on('stop', () => hub.close());

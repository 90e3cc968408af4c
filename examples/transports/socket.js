/**
 * The socket transport: programs that have nothing in common but a folder. Start them in terminals of their own, in any
 * order, the first one is the broker:
 *
 *     node examples/transports/socket.js /tmp/shop till
 *     node examples/transports/socket.js /tmp/shop stock
 *
 * Without arguments this program starts both by itself.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';

const [path, name] = process.argv.slice(2);

switch (name) {
  case 'stock': {
    const hub = createHub({ transport: 'socket', path, name });
    const apples = hub.state('stock');
    hub.handle('sell', async ({ fruit, count }) => apples.add(fruit, -count));
    await apples.set('apples', 10);
    hub.on('closing time', () => hub.close());
    break;
  }
  case 'till': {
    const hub = createHub({ transport: 'socket', path, name });
    await delivered(hub.state('stock'), 'apples');
    console.log(`apples left: ${await hub.request('sell', { fruit: 'apples', count: 3 })}`);
    console.log(`members: ${[...hub.members].map((member) => member.name).sort().join(', ')}`);
    hub.broadcast('closing time');
    await hub.close();
    break;
  }
  default: {
    const folder = await mkdtemp(join(tmpdir(), 'interhub-'));
    const start = (role) => once(spawn(process.execPath, [fileURLToPath(import.meta.url), folder, role], { stdio: 'inherit' }), 'exit');
    await Promise.all([start('till'), start('stock')]);
    await rm(folder, { recursive: true });
  }
}

/** Resolves when the map has an entry of that key. */
async function delivered(map, key) {
  for await (const change of map.watch({ key })) {
    if (change.type === 'set' || (change.type === 'whole' && change.entries.has(key))) return;
  }
}

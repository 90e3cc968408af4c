/** A parent with two children; each child writes on standard output how it fares when the parent dies. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createHub } from '../../../src/index.js';

if (process.send === undefined) await beParent();
else await beChild();

async function beParent(): Promise<void> {
  const children = [1, 2].map(() => fork(fileURLToPath(import.meta.url)));
  const hub = createHub({ transport: 'fork', children });
  hub.handle('hangs', () => new Promise(() => {}));
  hub.on('settled', () => {
    if ((settled += 1) === 2) console.log(JSON.stringify({ ready: true }));
  });
  let settled = 0;
}

async function beChild(): Promise<void> {
  const hub = createHub({ transport: 'fork' });
  const lock = await hub.lock(`door of ${process.pid}`);
  const request = hub.request('hangs', 1, { timeout: 0 }).then(() => 'answered', (error: { readonly code: string }) => error.code);
  hub.onStatus(async ({ status, error }) => {
    if (status !== 'closed') return;
    const later = await hub.state('map').get('key').then(() => 'resolved', (refused: { readonly code: string }) => refused.code);
    console.log(JSON.stringify({ code: error?.code, message: error?.message, isAborted: lock.signal.aborted, request: await request, later }));
  });
  await hub.state('settling').size();
  hub.send('settled');
}

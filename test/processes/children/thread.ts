/** A worker thread with a hub that holds a lock of its own name, until its thread is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { createHub } from '../../../src/index.js';

const { path, name } = workerData as { readonly path: string; readonly name: string };
const hub = createHub({ transport: 'socket', path, name });
await hub.lock(name);
parentPort?.on('message', () => undefined);
parentPort?.postMessage('holds it');

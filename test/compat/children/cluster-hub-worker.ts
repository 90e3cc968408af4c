/** A worker with cluster-hub's interface, which does what the primary says. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { Hub } from '../../../src/compat/cluster-hub.js';
import type { Callback, Unlock } from '../../../src/compat/cluster-hub.js';

const hub = new Hub(cluster);
const other = new Hub('other');
const unlocks = new Map<string, Unlock>();

switch (process.argv[2]) {
  case 'tell and exit':
    hub.sendToMaster('last word', 'told');
    process.exit();
    break;
  case 'obey':
    hub.on('lock', (key: string, _: unknown, callback: Callback) => {
      hub.lock(key, (unlock) => {
        unlocks.set(key, unlock);
        callback(null, 'held');
      });
    });
    hub.on('wait in line', (key: string, _: unknown, callback: Callback) => {
      hub.lock(key, () => hub.sendToMaster('never', key));
      hub.lock(`${key} afterwards`, () => callback(null, 'in line'));
    });
    hub.on('unlock', (key: string, _: unknown, callback: Callback) => unlocks.get(key)?.(callback));
    hub.on('echo', (data: unknown, _: unknown, callback: Callback) => callback(null, data));
    hub.on('fail', (_: unknown, __: unknown, callback: Callback) => callback(new RangeError('too far')));
    hub.on('throw', () => {
      throw new RangeError('thrown');
    });
    hub.on('answer twice', (_: unknown, __: unknown, callback: Callback) => {
      callback(null, 'first');
      callback(null, 'second');
    });
    hub.on('answer and tell', (_: unknown, sender: Worker, callback: Callback) => {
      callback(null, 'answered');
      hub.sendToWorker(sender, 'told');
    });
    hub.on('answer and exit', (_: unknown, __: unknown, callback: Callback) => {
      callback(null, 'answered');
      process.exit();
    });
    hub.on('die', () => process.kill(process.pid, 'SIGKILL'));
    hub.on('who dies', (id: number, _: unknown, callback: Callback) => {
      if (cluster.worker?.id === id) process.kill(process.pid, 'SIGKILL');
      else callback(null, 'not me');
    });
    hub.on('report', (_: unknown, __: unknown, callback: Callback) => callback(null, reported()));
    hub.on('relay', (data: unknown) => hub.sendToWorkers('relayed', data));
    hub.on('relayed', (data: unknown) => hub.sendToMaster('heard', data));
    other.on('echo', (data: unknown, _: unknown, callback: Callback) => callback(null, `the other: ${String(data)}`));
    break;
}

/** What this worker can do to others. */
function reported(): readonly unknown[] {
  const { worker } = cluster;
  try {
    if (worker !== undefined) hub.requestWorker(worker, 'echo');
    return ['asked'];
  } catch (error) {
    return [String(error), hub.sendToRandomWorker('echo'), hub.getRandomWorker()];
  }
}

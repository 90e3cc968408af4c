/**
 * The interface of the package cluster-hub over a hub: messages, requests and locks between a cluster's primary and its
 * workers, with callbacks. A program that uses it runs after changing the import line:
 *
 *     const Hub = require('interhub/compat/cluster-hub');
 *
 * What it promises beyond the original: a lock is freed by its holder or its holder's death only, and never granted to the
 * dead; a request that nobody listens for is answered at once; errors, dates, maps and buffers arrive as what they are.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { describe } from '../core/arguments.js';
import type { Lock } from '../core/api.js';
import { ask, Ears, tell } from './cluster-hub/ears.js';
import { livingWorkers, PrimaryStation } from './cluster-hub/primary-station.js';
import type { Callback } from './cluster-hub/questions.js';
import type { Station } from './cluster-hub/station.js';
import { WorkerStation } from './cluster-hub/worker-station.js';

export type { Callback };

/** Frees the key, then calls back. A second call throws. */
export type Unlock = (callback?: unknown) => void;

/** Hears messages and requests: `hub.on(type, (data, sender, callback) => ...)`; `callback` is there for a request only. */
export class Hub extends EventEmitter {
  /** Hubs of one key hear each other. */
  readonly messageKey: string;
  readonly #station: Station;

  /** Anything but a string is the default key, as in the `new Hub(cluster)` of old articles. */
  constructor(messageKey?: unknown) {
    super();
    this.messageKey = typeof messageKey === 'string' && messageKey !== '' ? messageKey : 'cluster';
    const { ears, station } = placeOf(this.messageKey);
    ears.add(this);
    this.#station = station;
  }

  /** From the primary to itself it is heard at once, by this hub. */
  sendToMaster(type: string, data?: unknown): void {
    this.#station.tellPrimary(this, type, data);
  }

  /** What a worker cannot hear yet waits for it; to the dead it is lost. */
  sendToWorker(worker: Worker, type: string, data?: unknown): void {
    checkWorker(worker);
    this.#station.tellWorker(worker, type, data);
  }

  /** To all workers but the one that says it. The primary does not hear it. */
  sendToWorkers(type: string, data?: unknown): void {
    this.#station.tellWorkers(type, data);
  }

  /** `false` when there is no worker, as always in a worker: it knows none. */
  sendToRandomWorker(type: string, data?: unknown): boolean {
    const worker = this.getRandomWorker();
    if (worker === null) return false;
    this.sendToWorker(worker, type, data);
    return true;
  }

  requestMaster(type: string, data?: unknown, callback?: Callback): void {
    this.#station.askPrimary(this, type, data, callback);
  }

  /** When the worker dies before it answers, the callback gets `Error('Worker died')`. */
  requestWorker(worker: Worker, type: string, data?: unknown, callback?: Callback): void {
    checkWorker(worker);
    this.#station.askWorker(worker, type, data, callback);
  }

  /** Calls back with what each worker answered, by its id, once all of them have. */
  requestAllWorkers(type: string, data?: unknown, callback?: (error: null, answers: Record<string, unknown[]>) => unknown): void {
    const workers = livingWorkers();
    const answers: Record<string, unknown[]> = {};
    let missing = workers.length;
    if (missing === 0) callback?.(null, answers);
    for (const worker of workers) {
      this.requestWorker(worker, type, data, (...answer) => {
        answers[worker.id] = [...answer];
        missing -= 1;
        if (missing === 0) callback?.(null, answers);
      });
    }
  }

  requestRandomWorker(type: string, data?: unknown, callback?: Callback): void {
    const worker = this.getRandomWorker();
    if (worker === null) callback?.(new Error('No workers'));
    else this.requestWorker(worker, type, data, callback);
  }

  /** Calls the body when the key is this one's, in the order of asking among all processes. */
  lock(key: string, body: (this: Hub, unlock: Unlock) => unknown): void {
    if (typeof body !== 'function') throw new TypeError(`A lock is taken for a function (unlock) => ..., not for ${describe(body)}.`);
    this.#station.lock(String(key)).then(
      (lock) => this.#locked(lock, body),
      (error: unknown) => tell(this, 'error', error),
    );
  }

  getRandomWorker(): Worker | null {
    const workers = livingWorkers();
    return workers[Math.floor(Math.random() * workers.length)] ?? null;
  }

  /** Stops when the callback returns `false`. */
  eachWorker(callback: (this: Hub, worker: Worker) => unknown): void {
    for (const worker of livingWorkers()) if (callback.call(this, worker) === false) return;
  }

  /** Asks a worker, or the primary. */
  doRequest(worker: Worker | null | undefined, type: string, data?: unknown, callback?: Callback): void {
    if (worker === null || worker === undefined) this.requestMaster(type, data, callback);
    else this.requestWorker(worker, type, data, callback);
  }

  /** Hands a request to the listeners of this hub. */
  handleRequest({ type, data }: { readonly type: string; readonly data?: unknown }, sender: unknown, callback: Callback): void {
    ask(this, type, data, sender, callback);
  }

  #locked(lock: Lock, body: (this: Hub, unlock: Unlock) => unknown): void {
    let isUnlocked = false;
    const unlock: Unlock = (callback) => {
      if (isUnlocked) throw new Error('Lock already unlocked');
      isUnlocked = true;
      void lock.release().then(() => (typeof callback === 'function' ? callback() : undefined));
    };
    try {
      body.call(this, unlock);
    } catch (error) {
      if (!isUnlocked) unlock();
      throw error;
    }
  }
}

export { Hub as default, Hub as 'module.exports' };

interface Place {
  readonly ears: Ears;
  readonly station: Station;
}

/** A process has one place for each key, however many hubs it creates there: two would grant one lock twice. */
const places = new Map<string, Place>();

function placeOf(key: string): Place {
  const known = places.get(key);
  if (known !== undefined) return known;
  const ears = new Ears();
  const { worker } = cluster;
  const place = { ears, station: worker === undefined ? new PrimaryStation(key, ears) : new WorkerStation(key, worker, ears) };
  places.set(key, place);
  return place;
}

function checkWorker(worker: unknown): void {
  if (typeof worker !== 'object' || worker === null || !('id' in worker)) {
    throw new TypeError(`A worker is what cluster.fork() returns, not ${describe(worker)}.`);
  }
}

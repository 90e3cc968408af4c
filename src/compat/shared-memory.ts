/**
 * Memory that a cluster's primary keeps for its workers: the interface of the package cluster-shared-memory, and of the
 * article it comes from (`Manager`, `User`), over a hub. A program runs after changing the import line, in the primary as
 * in the workers:
 *
 *     const sharedMemory = require('interhub/compat/shared-memory');
 *
 * What it promises beyond the original: any value is kept, `0` and `''` included; nothing runs twice for having a
 * callback; a lock is free when its body throws or its process dies; a listener can be disposed of.
 */
import cluster from 'node:cluster';
import { checkFunction } from '../core/arguments.js';
import { createHub } from '../create-hub.js';
import { HeldLocks } from './shared-memory/held-locks.js';
import { LruCache } from './shared-memory/lru-cache.js';
import type { LruOptions } from './shared-memory/lru-cache.js';
import { Values } from './shared-memory/values.js';

export type { LruOptions };

/** Called once, with what the promise resolves to. */
export type Callback<T> = (result: T) => unknown;

export class SharedMemory {
  /** Hears what listeners throw. */
  logger: (error: unknown) => void = console.error;
  readonly #values = new Values(hub, (error) => this.logger(error));

  set(key: string, value: unknown, callback?: Callback<'OK'>): Promise<'OK'> {
    return tell(this.#values.set(String(key), value).then(ok), callback);
  }

  get(key: string, callback?: Callback<unknown>): Promise<unknown> {
    return tell(this.#values.get(String(key)), callback);
  }

  remove(key: string, callback?: Callback<'OK'>): Promise<'OK'> {
    return tell(this.#values.remove(String(key)).then(ok), callback);
  }

  /** Calls back with each new value from now on, `undefined` when it was removed. */
  listen(key: string, callback: Callback<unknown>): Disposable {
    if (typeof callback !== 'function') throw new TypeError('a listener must have a callback.');
    return this.#values.listen(String(key), callback);
  }

  /** Waits in line for the key; resolves to the id by which it is released. */
  getLock(key: string, callback?: Callback<string>): Promise<string> {
    return tell(locks.acquire(String(key)), callback);
  }

  /** Resolves to `OK`, or to a text that begins with `Failed`. */
  releaseLock(key: string, lockId: string, callback?: Callback<string>): Promise<string> {
    const released = locks.release(String(key), lockId).then((isReleased) => (isReleased ? 'OK' : `Failed. LockId:${lockId} does not match ${key}'s lockId.`));
    return tell(released, callback);
  }

  /** Holds the key while the body runs, whatever becomes of it. */
  mutex<R>(key: string, body: () => R | Promise<R>): Promise<R> {
    checkFunction('body', body);
    return hub.lock(String(key), () => body());
  }

  setLRU(key: string, value: unknown, callback?: Callback<'OK'>): Promise<'OK'> {
    return tell(atCache('set', String(key), value).then(ok), callback);
  }

  getLRU(key: string, callback?: Callback<unknown>): Promise<unknown> {
    return tell(atCache('get', String(key)), callback);
  }

  removeLRU(key: string, callback?: Callback<'OK'>): Promise<'OK'> {
    return tell(atCache('remove', String(key)).then(ok), callback);
  }

  /** A new cache, empty, in place of the old one. The primary's to say. */
  setLRUOptions(options: LruOptions = {}): void {
    if (cluster.isWorker) throw new TypeError('setLRUOptions is for the primary: it keeps the cache.');
    cache = new LruCache({ ...LRU_DEFAULTS, ...options });
  }
}

const LRU_DEFAULTS: LruOptions = { max: 10_000, maxAge: 300_000 };

/** All of a process shares one memory, as it always did. */
const hub = createHub({ transport: 'cluster', group: 'shared-memory' }).unref();
hub.onStatus(({ status, error }) => {
  if (status === 'closed' && error !== undefined && (cluster.isPrimary || process.connected)) process.emitWarning(error.message, { type: 'SharedMemoryWarning', code: error.code });
});
const locks = new HeldLocks(hub);

let cache = new LruCache(LRU_DEFAULTS);
const CACHE = 'cache';
if (cluster.isPrimary) hub.handle<CacheCall>(CACHE, (call) => useCache(...call));

type CacheCall = readonly [operation: 'set' | 'get' | 'remove', key: string, value?: unknown];

async function atCache(...call: CacheCall): Promise<unknown> {
  return cluster.isPrimary ? useCache(...call) : hub.request(CACHE, call, { to: 'primary' });
}

function useCache(...[operation, key, value]: CacheCall): unknown {
  switch (operation) {
    case 'set':
      return cache.set(key, value, performance.now());
    case 'get':
      return cache.get(key, performance.now());
    case 'remove':
      return cache.delete(key);
  }
}

async function tell<T>(result: Promise<T>, callback: Callback<T> | undefined): Promise<T> {
  const value = await result;
  if (typeof callback === 'function') callback(value);
  return value;
}

function ok(): 'OK' {
  return 'OK';
}

const sharedMemory = Object.assign(new SharedMemory(), { SharedMemory, Manager: SharedMemory, User: SharedMemory, init });

/** The memory, as the article's own module gave it out. */
export function init(): SharedMemory {
  return sharedMemory;
}

export { SharedMemory as Manager, SharedMemory as User, sharedMemory as default, sharedMemory as 'module.exports' };

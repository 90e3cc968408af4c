/** One map of the group, as one hub sees it. It holds nothing: every call is a command, and the authority's order is its truth. */
import type { Change, Entry, ExpectOptions, SharedMap as SharedMapApi, UpdateOptions, WatchOptions } from '../api.js';
import { checkFunction, checkName, describe } from '../arguments.js';
import { encode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import type { MapCommand, Outcome } from '../protocol.js';
import type { Authority } from './authority.js';
import { readCount, readEntries, readEntry, readPresence, readRemoved, readStored, readSum, readValue, readVersion } from './map-outcomes.js';
import type { MapWatches } from './map-watches.js';

export class SharedMap<V> implements SharedMapApi<V> {
  readonly name: string;
  readonly #authority: Authority;
  readonly #watches: MapWatches;
  readonly #keepAlive: KeepAlive;

  constructor(name: string, authority: Authority, watches: MapWatches, keepAlive: KeepAlive) {
    checkName('map', name);
    this.name = name;
    this.#authority = authority;
    this.#watches = watches;
    this.#keepAlive = keepAlive;
  }

  get(key: string): Promise<V | undefined> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readValue<V>);
  }

  entry(key: string): Promise<Entry<V> | undefined> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readEntry<V>);
  }

  has(key: string): Promise<boolean> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readPresence);
  }

  set(key: string, value: V, { expect }: ExpectOptions = {}): Promise<number> {
    checkName('key', key);
    checkVersion(expect);
    try {
      return this.#ask(setting(this.name, key, value, expect), readVersion);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  delete(key: string, { expect }: ExpectOptions = {}): Promise<boolean> {
    checkName('key', key);
    checkVersion(expect);
    const command = { type: 'map.delete', map: this.name, key } as const;
    return this.#ask(expect === undefined ? command : { ...command, expect }, readRemoved);
  }

  add(key: string, amount = 1): Promise<number> {
    checkName('key', key);
    if (typeof amount !== 'number' || !Number.isFinite(amount)) throw new TypeError(`The amount to add is a finite number, not ${describe(amount)}.`);
    return this.#ask({ type: 'map.add', map: this.name, key, amount }, readSum);
  }

  update(key: string, change: Update<V>, { signal }: UpdateOptions = {}): Promise<V | undefined> {
    checkName('key', key);
    checkFunction('change', change);
    const updated = this.#update(key, change, signal);
    return signal === undefined ? updated : abortable(updated, signal);
  }

  entries(): Promise<Map<string, V>> {
    return this.#ask({ type: 'map.entries', map: this.name }, readEntries<V>);
  }

  size(): Promise<number> {
    return this.#ask({ type: 'map.size', map: this.name }, readCount);
  }

  async clear(): Promise<void> {
    await this.#ask({ type: 'map.clear', map: this.name }, readRemoved);
  }

  watch(options: WatchOptions = {}): Feed<Change<V>> {
    if (options.key !== undefined) checkName('key', options.key);
    return this.#watches.watch(this.name, options) as Feed<Change<V>>;
  }

  async #update(key: string, change: Update<V>, signal: AbortSignal | undefined): Promise<V | undefined> {
    for (;;) {
      signal?.throwIfAborted();
      const before = await this.entry(key);
      signal?.throwIfAborted();
      const after = await change(before?.value);
      signal?.throwIfAborted();
      if (await this.#ask(setting(this.name, key, after, before?.version ?? 0), readStored)) return after;
    }
  }

  #ask<R>(command: MapCommand, read: (outcome: Outcome, command: MapCommand) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#authority.submit(command, (settlement) => {
        this.#keepAlive.end();
        if (settlement instanceof HubError) return reject(settlement);
        try {
          resolve(read(settlement, command));
        } catch (error) {
          reject(error);
        }
      });
      this.#keepAlive.begin();
    });
  }
}

type Update<V> = (value: V | undefined) => V | undefined | Promise<V | undefined>;

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function setting(map: string, key: string, value: unknown, expect: number | undefined): MapCommand {
  const command = { type: 'map.set', map, key, value: encode(value) } as const;
  return expect === undefined ? command : { ...command, expect };
}

function checkVersion(expect: unknown): void {
  if (expect !== undefined && !(Number.isSafeInteger(expect) && Number(expect) >= 0)) {
    throw new TypeError(`\`expect\` is a version, or 0 for "no entry", not ${describe(expect)}.`);
  }
}

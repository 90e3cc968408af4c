/** One map of the group, as one hub sees it. It holds nothing: every call is a command, and the authority's order is its truth. */
import type * as api from '../api.js';
import { checkFunction, checkName } from '../arguments.js';
import { encode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import { NO_OPTIONS, checkEnd } from '../options.js';
import type { Lifetime, MapCommand, MapTerms, Outcome } from '../protocol.js';
import type { Authority } from './authority.js';
import { checkAmount, checkDelete, checkKeys, checkSet, checkStateOptions, checkTransaction, checkUpdate, checkWatch } from './map-arguments.js';
import { readCount, readEntries, readEntry, readPresence, readRemoved, readStored, readSum, readValue, readVersion } from './map-outcomes.js';
import { asCommand, readTransacted } from './map-transactions.js';
import { MapWatch } from './map-watch.js';
import type { MapWatches } from './map-watches.js';
import { unlessAborted } from './patience.js';
import { Replica } from './replica.js';

export class SharedMap<V> implements api.SharedMap<V> {
  readonly name: string;
  readonly #authority: Authority;
  readonly #watches: MapWatches;
  readonly #keepAlive: KeepAlive;
  readonly #terms: MapTerms | undefined;

  constructor(name: string, authority: Authority, watches: MapWatches, keepAlive: KeepAlive, options: api.StateOptions = NO_OPTIONS) {
    checkName('map', name);
    this.name = name;
    this.#authority = authority;
    this.#watches = watches;
    this.#keepAlive = keepAlive;
    this.#terms = checkStateOptions(options);
  }

  get(key: string): Promise<V | undefined> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readValue<V>);
  }

  entry(key: string): Promise<api.Entry<V> | undefined> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readEntry<V>);
  }

  getMany(keys: Iterable<string>): Promise<Map<string, V>> {
    return this.#ask({ type: 'map.pick', map: this.name, keys: checkKeys(keys) }, readEntries<V>);
  }

  has(key: string): Promise<boolean> {
    checkName('key', key);
    return this.#ask({ type: 'map.get', map: this.name, key }, readPresence);
  }

  set(key: string, value: V, options: api.SetOptions = NO_OPTIONS): Promise<number> {
    checkName('key', key);
    const lifetime = options === NO_OPTIONS ? undefined : checkSet(options);
    try {
      return this.#ask(this.#setting(key, value, options.expect, lifetime), readVersion);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  delete(key: string, options: api.ExpectOptions = NO_OPTIONS): Promise<boolean> {
    checkName('key', key);
    checkDelete(options);
    const { expect } = options;
    const command = { type: 'map.delete', map: this.name, key } as const;
    return this.#ask(expect === undefined ? command : { ...command, expect }, readRemoved);
  }

  add(key: string, amount = 1): Promise<number> {
    checkName('key', key);
    checkAmount(amount);
    return this.#ask(this.#withTerms({ type: 'map.add', map: this.name, key, amount }), readSum);
  }

  update(key: string, change: Update<V>, options: api.UpdateOptions = NO_OPTIONS): Promise<V | undefined> {
    checkName('key', key);
    checkFunction('change', change);
    const lifetime = checkUpdate(options);
    const { signal } = options;
    return unlessAborted(this.#update(key, change, lifetime, signal), signal);
  }

  transact(transaction: api.MapTransaction<V>): Promise<api.Transacted<V>> {
    checkTransaction(transaction);
    try {
      return this.#ask(this.#withTerms(asCommand(this.name, transaction)), readTransacted<V>);
    } catch (error) {
      return Promise.reject(error);
    }
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

  watch(options: api.WatchOptions = NO_OPTIONS): Feed<api.Change<V>> {
    checkWatch(options);
    this.#watches.assertOpen();
    return new MapWatch(this.name, this.#watches, this.#keepAlive, options).feed as Feed<api.Change<V>>;
  }

  replica(options: api.ReplicaOptions = NO_OPTIONS): Promise<Replica<V>> {
    checkEnd('map.replica()', options);
    return Replica.of<V>(this.name, this.#watches, this.#keepAlive, options);
  }

  async #update(key: string, change: Update<V>, lifetime: Lifetime | undefined, signal: AbortSignal | undefined): Promise<V | undefined> {
    for (;;) {
      signal?.throwIfAborted();
      const before = await this.entry(key);
      signal?.throwIfAborted();
      const after = await change(before?.value);
      signal?.throwIfAborted();
      if (await this.#ask(this.#setting(key, after, before?.version ?? 0, lifetime), readStored)) return after;
    }
  }

  #setting(key: string, value: unknown, expect: number | undefined, lifetime: Lifetime | undefined): MapCommand {
    const command = { type: 'map.set', map: this.name, key, value: encode(value) } as const;
    if (expect === undefined && lifetime === undefined) return this.#withTerms(command);
    return this.#withTerms({ ...command, ...(expect === undefined ? {} : { expect }), ...(lifetime === undefined ? {} : { lifetime }) });
  }

  #withTerms<C extends MapCommand>(command: C): C {
    return this.#terms === undefined ? command : { ...command, terms: this.#terms };
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

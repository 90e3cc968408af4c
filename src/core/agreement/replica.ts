/** A copy of a map in this process, kept by following it: what is read from it costs no more than a `Map`. */
import type { Replica as ReplicaApi, ReplicaOptions } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import { decode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import { NO_OPTIONS, checkEnd } from '../options.js';
import type { EndOptions } from '../options.js';
import type { MapChange, MapEntry } from '../protocol.js';
import { checkVersion } from './map-arguments.js';
import type { Follower, MapWatches } from './map-watches.js';

export class Replica<V> implements ReplicaApi<V>, Follower {
  readonly #map: string;
  readonly #watches: MapWatches;
  readonly #keepAlive: KeepAlive;
  readonly #signal: AbortSignal | undefined;
  /** Those who wait for a version. */
  readonly #waiting = new Set<Waiting>();
  #entries = new Map<string, V>();
  #version = 0;
  #life: Life = { at: 'following' };

  /** Resolves when it is whole. */
  static async of<V>(map: string, watches: MapWatches, keepAlive: KeepAlive, { signal }: ReplicaOptions): Promise<Replica<V>> {
    signal?.throwIfAborted();
    const replica = new this<V>(map, watches, keepAlive, signal);
    const isWhole = replica.reached(1);
    onAbort(signal, replica);
    watches.follow(map, replica);
    await isWhole;
    return replica;
  }

  private constructor(map: string, watches: MapWatches, keepAlive: KeepAlive, signal: AbortSignal | undefined) {
    this.#map = map;
    this.#watches = watches;
    this.#keepAlive = keepAlive;
    this.#signal = signal;
  }

  get version(): number {
    return this.#version;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  keys(): MapIterator<string> {
    return this.#entries.keys();
  }

  values(): MapIterator<V> {
    return this.#entries.values();
  }

  entries(): MapIterator<[string, V]> {
    return this.#entries.entries();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.#entries.entries();
  }

  forEach(visit: (value: V, key: string, replica: ReadonlyMap<string, V>) => void, self?: unknown): void {
    for (const [key, value] of this.#entries) visit.call(self, value, key, this);
  }

  reached(version: number, options: EndOptions = NO_OPTIONS): Promise<void> {
    checkVersion('version', version);
    checkEnd('replica.reached()', options);
    const { signal } = options;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (version <= this.#version) return Promise.resolve();
    if (this.#life.at === 'ended') return Promise.reject(this.#life.reason);
    return new Promise((resolve, reject) => {
      const abort = (): void => settle(() => reject(signal?.reason));
      const settle = (tell: () => void): void => {
        this.#waiting.delete(waiting);
        this.#keepAlive.end();
        offAbort(signal, abort);
        tell();
      };
      const waiting: Waiting = { version, resolve: () => settle(resolve), reject: (reason) => settle(() => reject(reason)) };
      this.#waiting.add(waiting);
      this.#keepAlive.begin();
      onAbort(signal, abort);
    });
  }

  whole(_version: number, entries: readonly MapEntry[]): void {
    this.#entries = new Map(entries.map(({ key, value }) => [key, decode(value) as V]));
  }

  changed(change: MapChange): void {
    switch (change.type) {
      case 'set':
        this.#entries.set(change.key, decode(change.value) as V);
        return;
      case 'delete':
        this.#entries.delete(change.key);
        return;
      case 'clear':
        this.#entries.clear();
    }
  }

  caughtUp(version: number): void {
    this.#version = version;
    if (this.#waiting.size === 0) return;
    for (const waiting of [...this.#waiting]) if (waiting.version <= version) waiting.resolve();
  }

  closed(error: HubError): void {
    this.#end(error);
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#end(this.#signal?.reason);
  }

  [Symbol.dispose](): void {
    this.#end(new HubError('CLOSED', `This replica of "${this.#map}" has been disposed of.`));
  }

  #end(reason: unknown): void {
    if (this.#life.at === 'ended') return;
    this.#life = { at: 'ended', reason };
    this.#watches.unfollow(this.#map, this);
    offAbort(this.#signal, this);
    for (const waiting of [...this.#waiting]) waiting.reject(reason);
  }
}

type Life = { readonly at: 'following' } | { readonly at: 'ended'; readonly reason: unknown };

interface Waiting {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

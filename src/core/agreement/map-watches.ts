/**
 * The watches of shared maps: each is told the whole first, then every change, with no gap and none twice. The watches of
 * one map share one interest; a later one asks for the whole itself, and skips the changes that were in it already.
 */
import type { Change, WatchOptions } from '../api.js';
import { decode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import type { MapChange, MapEntry } from '../protocol.js';
import type { Authority } from './authority.js';

export class MapWatches {
  readonly #authority: Authority;
  readonly #keepAlive: KeepAlive;
  readonly #watches = new Map<string, Set<Watch>>();

  constructor(authority: Authority, keepAlive: KeepAlive) {
    this.#authority = authority;
    this.#keepAlive = keepAlive;
  }

  watch(map: string, { key, signal }: WatchOptions): Feed<Change<unknown>> {
    const feed = new Feed<Change<unknown>>({ title: `the watch of "${map}"`, limit: LIMIT, overflow: 'error', signal }, () => this.#ended(map, watch));
    const watch: Watch = { feed, key, early: [] };
    if (feed.isOpen) this.#begin(map, watch);
    return feed;
  }

  /** The first that a follower hears, and again after a loss. */
  whole(map: string, version: number, entries: readonly MapEntry[]): void {
    for (const watch of this.#watches.get(map) ?? []) tellWhole(watch, version, entries);
  }

  changed(map: string, change: MapChange): void {
    for (const watch of this.#watches.get(map) ?? []) {
      if (watch.early === undefined) tell(watch, change);
      else watch.early.push(change);
    }
  }

  closed(): void {
    for (const { feed } of [...this.#watches.values()].flatMap((watches) => [...watches])) feed.end();
  }

  #begin(map: string, watch: Watch): void {
    this.#keepAlive.listen();
    const others = this.#watches.get(map);
    if (others === undefined) {
      this.#watches.set(map, new Set([watch]));
      this.#authority.follow({ type: 'map', name: map });
      return;
    }
    others.add(watch);
    this.#authority.submit({ type: 'map.entries', map }, (settlement) => {
      // Where this fails the group was lost, and the interest brings the whole with the next session.
      if (settlement instanceof HubError || settlement.type !== 'entries' || watch.early === undefined) return;
      tellWhole(watch, settlement.version, settlement.entries);
    });
  }

  #ended(map: string, watch: Watch): void {
    const watches = this.#watches.get(map);
    if (watches?.delete(watch) !== true) return;
    this.#keepAlive.unlisten();
    if (watches.size > 0) return;
    this.#watches.delete(map);
    this.#authority.unfollow({ type: 'map', name: map });
  }
}

interface Watch {
  readonly feed: Feed<Change<unknown>>;
  readonly key: string | undefined;
  /** The changes that came before the whole; `undefined` once it has come. */
  early: MapChange[] | undefined;
}

/** How many changes may wait for a watch's reader. */
const LIMIT = 10_000;

function tellWhole(watch: Watch, version: number, entries: readonly MapEntry[]): void {
  const concerned = watch.key === undefined ? entries : entries.filter(({ key }) => key === watch.key);
  const early = watch.early ?? [];
  watch.early = undefined;
  watch.feed.push({ type: 'whole', version, entries: new Map(concerned.map(({ key, value }) => [key, decode(value)])) });
  for (const change of early) if (change.version > version) tell(watch, change);
}

function tell({ feed, key }: Watch, change: MapChange): void {
  if (change.type !== 'clear' && key !== undefined && key !== change.key) return;
  feed.push(change.type === 'set' ? { ...change, value: decode(change.value) } : change);
}

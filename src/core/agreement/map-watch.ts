/**
 * One watch of a map, with a reader of its own pace. What the reader is too slow for is made less, and never passed over
 * in silence: of each key the newest is kept, and where that is too much as well the reader hears a new whole.
 */
import type { Change, WatchOptions } from '../api.js';
import { decode } from '../codec/codec.js';
import { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import type { MapChange, MapEntry } from '../protocol.js';
import type { Follower, MapWatches } from './map-watches.js';

export class MapWatch implements Follower {
  readonly feed: Feed<Change<unknown>>;
  readonly #map: string;
  readonly #watches: MapWatches;
  readonly #keepAlive: KeepAlive;
  readonly #options: WatchOptions;
  readonly #limit: number;
  #life: Life;

  constructor(map: string, watches: MapWatches, keepAlive: KeepAlive, options: WatchOptions) {
    const { buffer = 10_000, overflow = 'conflate', initial = 'whole', signal } = options;
    this.#map = map;
    this.#watches = watches;
    this.#keepAlive = keepAlive;
    this.#options = options;
    this.#limit = buffer;
    this.#life = initial === 'whole' ? 'following' : 'beginning';
    this.feed = new Feed<Change<unknown>>(
      {
        title: `the watch of "${map}"`,
        limit: buffer,
        overflow: overflow === 'error' ? overflow : (waiting) => this.#conflate(waiting),
        wanted: () => this.#wanted(),
        signal,
      },
      () => this.#ended(),
    );
    if (!this.feed.isOpen) return;
    keepAlive.listen();
    watches.follow(map, this);
  }

  whole(version: number, entries: readonly MapEntry[]): void {
    const isFirst = this.#life === 'beginning';
    this.#life = 'following';
    if (isFirst) return;
    const concerned = entries.filter(({ key }) => this.#concerns(key));
    this.feed.push({ type: 'whole', version, entries: new Map(concerned.map(({ key, value }) => [key, decode(value)])) });
  }

  changed(change: MapChange): void {
    if (this.#life === 'behind' || (change.type !== 'clear' && !this.#concerns(change.key))) return;
    this.feed.push(change.type === 'set' ? { ...change, value: decode(change.value) } : change);
  }

  caughtUp(): void {
    // Its changes say their versions themselves.
  }

  closed(): void {
    this.feed.end();
  }

  #concerns(name: string): boolean {
    const { key = name, prefix = '' } = this.#options;
    return name === key && name.startsWith(prefix);
  }

  #conflate(waiting: readonly Change<unknown>[]): Change<unknown>[] {
    const conflated = conflate(waiting);
    // With less than half of the room won, the next change but few would find none again.
    if (conflated.length <= Math.max(1, this.#limit / 2)) return conflated;
    this.#life = 'behind';
    return [];
  }

  #wanted(): void {
    if (this.#life === 'behind') this.#watches.refresh(this.#map, this);
  }

  #ended(): void {
    this.#keepAlive.unlisten();
    this.#watches.unfollow(this.#map, this);
  }
}

type Life =
  /** The first whole is not for its reader. */
  | 'beginning'
  | 'following'
  /** Its reader was too slow: changes pass by, and when it comes back it hears a whole. */
  | 'behind';

/** Into the whole, if one waits; else the newest of each key, in the order of their versions. */
function conflate(changes: readonly Change<unknown>[]): Change<unknown>[] {
  let start: Change<unknown> | undefined;
  let newest = new Map<string, Change<unknown>>();
  for (const change of changes) {
    switch (change.type) {
      case 'whole':
      case 'clear':
        start = change.type === 'clear' && start?.type === 'whole' ? { ...start, entries: new Map(), version: change.version } : change;
        newest = new Map();
        break;
      case 'set':
      case 'delete':
        newest.delete(change.key);
        newest.set(change.key, change);
    }
  }
  if (start?.type === 'whole') return [folded(start, newest.values())];
  return start === undefined ? [...newest.values()] : [start, ...newest.values()];
}

function folded(whole: Change<unknown> & { readonly type: 'whole' }, changes: Iterable<Change<unknown>>): Change<unknown> {
  const entries = new Map(whole.entries);
  let { version } = whole;
  for (const change of changes) {
    version = change.version;
    if (change.type === 'set') entries.set(change.key, change.value);
    if (change.type === 'delete') entries.delete(change.key);
  }
  return { type: 'whole', entries, version };
}

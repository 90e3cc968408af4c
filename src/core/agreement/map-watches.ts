/**
 * Those who follow shared maps: each is told the whole first, then every change, with no gap and none twice. All that
 * follow one map share one interest; a later one asks for the whole itself, and skips the changes that were in it already.
 */
import { HubError } from '../errors.js';
import type { MapChange, MapEntry } from '../protocol.js';
import type { Authority } from './authority.js';

export interface Follower {
  /** The first that it hears, and again after a loss or when it has asked. */
  whole(version: number, entries: readonly MapEntry[]): void;
  changed(change: MapChange): void;
  /** All that has this version has been told. */
  caughtUp(version: number): void;
  /** The hub has closed, or will not get a seat. */
  closed(error: HubError): void;
}

export class MapWatches {
  readonly #authority: Authority;
  readonly #followings = new Map<string, Map<Follower, Following>>();
  #closed: HubError | undefined;

  constructor(authority: Authority) {
    this.#authority = authority;
  }

  /** Throws what the hub was closed with. */
  assertOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  follow(map: string, follower: Follower): void {
    if (this.#closed !== undefined) return follower.closed(this.#closed);
    const following: Following = { follower, early: [] };
    const others = this.#followings.get(map);
    if (others === undefined) {
      this.#followings.set(map, new Map([[follower, following]]));
      return this.#authority.follow({ type: 'map', name: map });
    }
    others.set(follower, following);
    this.#ask(map, following);
  }

  /** Idempotent. */
  unfollow(map: string, follower: Follower): void {
    const followings = this.#followings.get(map);
    if (followings?.delete(follower) !== true || followings.size > 0) return;
    this.#followings.delete(map);
    this.#authority.unfollow({ type: 'map', name: map });
  }

  /** It has let changes pass: it is told the whole, and goes on from there. */
  refresh(map: string, follower: Follower): void {
    const following = this.#followings.get(map)?.get(follower);
    if (following === undefined || following.early !== undefined) return;
    following.early = [];
    this.#ask(map, following);
  }

  whole(map: string, version: number, entries: readonly MapEntry[]): void {
    for (const following of this.#of(map)) tellWhole(following, version, entries);
  }

  changed(map: string, change: MapChange): void {
    for (const following of this.#of(map)) {
      tell(following, change);
      if (following.early === undefined) following.follower.caughtUp(change.version);
    }
  }

  transacted(map: string, version: number, changes: readonly MapChange[]): void {
    for (const following of this.#of(map)) {
      for (const change of changes) tell(following, change);
      if (following.early === undefined) following.follower.caughtUp(version);
    }
  }

  closed(error: HubError): void {
    this.#closed = error;
    for (const followings of [...this.#followings.values()]) for (const follower of [...followings.keys()]) follower.closed(error);
  }

  #of(map: string): Iterable<Following> {
    return this.#followings.get(map)?.values() ?? NOBODY;
  }

  #ask(map: string, following: Following): void {
    this.#authority.submit({ type: 'map.entries', map }, (settlement) => {
      // Where this fails the group was lost, and the interest brings the whole with the next session.
      if (settlement instanceof HubError || settlement.type !== 'entries' || following.early === undefined) return;
      tellWhole(following, settlement.version, settlement.entries);
    });
  }
}

interface Following {
  readonly follower: Follower;
  /** The changes that came before the whole; `undefined` once it has come. */
  early: MapChange[] | undefined;
}

const NOBODY: readonly Following[] = [];

function tellWhole(following: Following, version: number, entries: readonly MapEntry[]): void {
  const { follower, early = [] } = following;
  following.early = undefined;
  follower.whole(version, entries);
  let last = version;
  for (const change of early) {
    if (change.version <= version) continue;
    follower.changed(change);
    last = change.version;
  }
  follower.caughtUp(last);
}

function tell({ follower, early }: Following, change: MapChange): void {
  if (early === undefined) follower.changed(change);
  else early.push(change);
}

/**
 * Versioned maps. An entry's version is the seq of the command that last changed it; 0 stands for "no entry". Any string
 * is a key. What changes nothing tells nobody, and of a map without entries nothing is left but, for a while, its terms.
 */
import type { Ended, Lifetime, MapChange, MapCommand, MapEntry, MapTerms, Outcome } from '../protocol.js';
import { type Applied, type Directed, NOTHING, answered } from './applied.js';
import { plain } from './bytes-entry.js';
import type { End, EndSnapshot } from './map-ends.js';
import { Ends } from './map-ends.js';
import { Entries } from './map-entries.js';
import { OPEN, areSame, bytesOf, isDurable, mistakeInLifetime, mistakeInTerms } from './map-terms.js';
import { found, holds, obstacleTo, take } from './map-transaction.js';
import { UNDEFINED, sumOf } from './map-values.js';

export interface MapSnapshot {
  readonly name: string;
  /** In the order of a map; none for one that is empty, and has terms. */
  readonly entries: readonly MapEntry[];
  readonly terms?: MapTerms;
}

type Asked<Type extends MapCommand['type']> = Omit<Extract<MapCommand, { readonly type: Type }>, 'type'>;

export class Maps {
  readonly #maps = new Map<string, Entries>();
  /** The terms of maps that are empty, in the order in which they became so. */
  readonly #resting = new Map<string, MapTerms>();
  readonly #ends: Ends;

  constructor(maps: readonly MapSnapshot[] = [], ends: readonly EndSnapshot[] = [], now = 0) {
    this.#ends = new Ends(ends, now);
    for (const { name, entries, terms = OPEN } of maps) {
      if (entries.length === 0) this.#resting.set(name, terms);
      else this.#maps.set(name, new Entries(name, this.#ends, terms, entries));
    }
  }

  /** When the next entry's time is over; `Infinity` when no entry's will be. */
  get due(): number {
    return this.#ends.due;
  }

  /** As they are kept: `plain` makes data of one. */
  entries(map: string): readonly MapEntry[] {
    return this.#maps.get(map)?.all ?? NONE;
  }

  size(map: string): number {
    return this.#maps.get(map)?.size ?? 0;
  }

  get(map: string, key: string): Applied {
    return answered(found(this.#maps.get(map)?.find(key)));
  }

  /** Those of the keys that are there, each once. */
  pick(map: string, keys: readonly string[]): readonly MapEntry[] {
    const entries = this.#maps.get(map);
    if (entries === undefined) return [];
    return [...new Set(keys)].map((key) => entries.find(key)).filter((entry) => entry !== undefined).map(plain);
  }

  /** Whether it matters what is read: where there are bounds, it stays longer. */
  countsUse(map: string): boolean {
    return this.#maps.get(map)?.isBounded === true;
  }

  use(map: string, key: string): void {
    this.#maps.get(map)?.use(key);
  }

  /** To set `undefined` is to delete: it is then `stored` with version 0, which is what the next `expect` has to say. */
  set(seq: number, from: number, { map, key, value, expect, lifetime, terms }: Asked<'map.set'>): Applied {
    const refusal = terms === undefined && lifetime === undefined ? undefined : this.#refusal(map, terms, lifetime);
    if (refusal !== undefined) return answered(refusal);
    const entries = this.#maps.get(map);
    const version = entries?.find(key)?.version ?? 0;
    if (expect !== undefined && expect !== version) return answered({ type: 'conflict', version });

    const limit = this.#mostBytes(map, terms);
    if (value !== UNDEFINED && bytesOf(key, value) > limit) return answered({ type: 'too-large', limit });

    const written = this.#open(map, terms);
    if (value === UNDEFINED) return { outcome: STORED_NOTHING, events: this.#settle(seq, written, written.delete(seq, key)) };
    const change = written.store(seq, from, key, value, lifetime);
    return { outcome: { type: 'stored', version: seq }, events: this.#settle(seq, written, change) };
  }

  delete(seq: number, { map, key, expect }: Asked<'map.delete'>): Applied {
    const entries = this.#maps.get(map);
    const version = entries?.find(key)?.version ?? 0;
    if (expect !== undefined && expect !== version) return answered({ type: 'conflict', version });
    if (entries === undefined || version === 0) return answered({ type: 'removed', removed: false, seq });
    return { outcome: { type: 'removed', removed: true, seq }, events: this.#settle(seq, entries, entries.delete(seq, key)) };
  }

  /** Adds to a number that is stored as JSON text; where there is no entry, to 0. */
  add(seq: number, { map, key, amount, terms }: Asked<'map.add'>): Applied {
    const refusal = terms === undefined ? undefined : this.#refusal(map, terms);
    if (refusal !== undefined) return answered(refusal);
    const sum = sumOf(this.#maps.get(map)?.find(key)?.value, amount);
    if (sum === undefined) return NOT_A_NUMBER;
    const limit = this.#mostBytes(map, terms);
    if (bytesOf(key, sum) > limit) return answered({ type: 'too-large', limit });

    const entries = this.#open(map, terms);
    const change = entries.replace(seq, key, sum);
    return { outcome: { type: 'sum', version: seq, sum: Number(sum) }, events: this.#settle(seq, entries, change) };
  }

  /** One change for whoever follows: what it evicts is part of it. */
  transact(seq: number, from: number, { map, conditions, then, otherwise, terms }: Asked<'map.transact'>): Applied {
    const refusal = terms === undefined ? undefined : this.#refusal(map, terms);
    if (refusal !== undefined) return answered(refusal);
    const succeeded = conditions.every((condition) => holds(this.#maps.get(map), condition));
    const steps = succeeded ? then : otherwise;
    const obstacle = obstacleTo(steps, this.#maps.get(map), this.#mostBytes(map, terms));
    if (obstacle !== undefined) return answered(obstacle);

    const entries = this.#open(map, terms);
    const changes: MapChange[] = [];
    const results = steps.map((step) => take(step, seq, from, entries, changes));
    changes.push(...this.#evict(seq, entries));
    const events: readonly Directed[] = changes.length === 0 ? NOTHING : [{ to: 'followers', event: { type: 'map.transacted', map, version: seq, changes } }];
    return { outcome: { type: 'transacted', succeeded, version: changes.length === 0 ? 0 : seq, results }, events };
  }

  clear(seq: number, map: string): Applied {
    const entries = this.#maps.get(map);
    if (entries === undefined) return answered({ type: 'removed', removed: false, seq });
    this.#ends.cancelAll(map);
    this.#close(entries);
    return { outcome: { type: 'removed', removed: true, seq }, events: [changed(map, { type: 'clear', version: seq })] };
  }

  /** Deletes the entries whose time is over by now. */
  pass(seq: number, now: number): readonly Directed[] {
    return this.#ends.pass(now).flatMap((end) => this.#end(seq, end, 'expired'));
  }

  /** Deletes the entries that are bound to a member, in the order in which it has set them. */
  leave(seq: number, member: number): readonly Directed[] {
    return this.#ends.leave(member).flatMap((end) => this.#end(seq, end, 'left'));
  }

  /** The last member has left: what was shared by those who were there ends with them. */
  end(): void {
    for (const { name, terms } of this.#maps.values()) {
      if (isDurable(terms)) continue;
      this.#ends.cancelAll(name);
      this.#maps.delete(name);
    }
    for (const [name, terms] of this.#resting) if (!isDurable(terms)) this.#resting.delete(name);
  }

  snapshot(): readonly MapSnapshot[] {
    return this.capture().map((map) => ({ ...map, entries: map.entries.map(plain) }));
  }

  /** The same, with the entries as they are kept. */
  capture(): readonly MapSnapshot[] {
    const resting = [...this.#resting].map(([name, terms]) => ({ name, entries: [], terms }));
    return [...[...this.#maps.values()].map(atRest), ...resting];
  }

  snapshotOfEnds(): readonly EndSnapshot[] {
    return this.#ends.snapshot();
  }

  #refusal(map: string, terms: MapTerms | undefined, lifetime: Lifetime = {}): Outcome | undefined {
    const reason = mistakeInLifetime(lifetime) ?? (terms === undefined ? undefined : mistakeInTerms(terms));
    if (reason !== undefined) return { type: 'invalid', reason };
    const agreed = this.#agreed(map);
    return terms === undefined || agreed === OPEN || areSame(agreed, terms) ? undefined : { type: 'other-terms', terms: agreed };
  }

  #agreed(map: string): MapTerms {
    return this.#maps.get(map)?.terms ?? this.#resting.get(map) ?? OPEN;
  }

  #mostBytes(map: string, terms: MapTerms | undefined): number {
    return (terms ?? this.#agreed(map)).maxBytes ?? Infinity;
  }

  /** To write to it: the first terms that come with a write are agreed. */
  #open(map: string, terms: MapTerms | undefined): Entries {
    let entries = this.#maps.get(map);
    if (entries === undefined) {
      entries = new Entries(map, this.#ends, this.#agreed(map));
      this.#resting.delete(map);
      this.#maps.set(map, entries);
    }
    if (terms !== undefined && entries.terms === OPEN) entries.agree(terms);
    return entries;
  }

  #end(seq: number, { map, key }: End, reason: Ended['reason']): readonly Directed[] {
    const entries = this.#maps.get(map);
    return entries === undefined ? NOTHING : this.#settle(seq, entries, entries.delete(seq, key, reason));
  }

  /** After a write: what there is too much of goes, and is told first. */
  #settle(seq: number, entries: Entries, change: MapChange | undefined): readonly Directed[] {
    const evicted = this.#evict(seq, entries);
    if (evicted.length === 0) return change === undefined ? NOTHING : [changed(entries.name, change)];
    const changes = change === undefined ? evicted : [...evicted, change];
    return changes.map((each) => changed(entries.name, each));
  }

  /** It may have been empty before. */
  #evict(seq: number, entries: Entries): readonly MapChange[] {
    const evicted = entries.evict(seq);
    if (entries.size === 0) this.#close(entries);
    return evicted;
  }

  /** It is empty. */
  #close({ name, terms }: Entries): void {
    this.#maps.delete(name);
    if (terms === OPEN) return;
    this.#resting.set(name, terms);
    if (this.#resting.size <= MOST_RESTING) return;
    for (const longest of this.#resting.keys()) {
      this.#resting.delete(longest);
      return;
    }
  }
}

/** So many empty maps are remembered. */
const MOST_RESTING = 10_000;

const NONE: readonly MapEntry[] = Object.freeze([]);
const STORED_NOTHING: Outcome = { type: 'stored', version: 0 };
const NOT_A_NUMBER = answered({ type: 'not-a-number' });

function changed(map: string, change: MapChange): Directed {
  return { to: 'followers', event: { type: 'map.changed', map, change } };
}

function atRest(entries: Entries): MapSnapshot {
  const { name, terms, all } = entries;
  return { name, entries: all, ...(terms === OPEN ? {} : { terms }) };
}

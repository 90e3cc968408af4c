/**
 * What is in one map. Without bounds its entries stand in the order in which the keys came; with bounds, in the order of
 * their last use: whichever has to go stands first. An entry is replaced, never written to: it may be handed out as it is.
 */
import type { Ended, Lifetime, MapChange, MapEntry, MapTerms, Payload } from '../protocol.js';
import { compact } from './bytes-entry.js';
import type { Ends } from './map-ends.js';
import { OPEN, bytesOf } from './map-terms.js';

export class Entries {
  readonly name: string;
  readonly #ends: Ends;
  readonly #byKey = new Map<string, MapEntry>();
  /** All of them in their order, if somebody has asked and nothing has changed since. */
  #all: readonly MapEntry[] | undefined;
  #terms = OPEN;
  #isBounded = false;
  /** Counted while there are bounds. */
  #bytes = 0;
  /** What it has passed has gone, or was used since and stands behind it. Begun anew, it would pass all the gaps again. */
  #longestUnused: Iterator<MapEntry, undefined> | undefined;

  constructor(name: string, ends: Ends, terms: MapTerms, entries: readonly MapEntry[] = []) {
    this.name = name;
    this.#ends = ends;
    for (const entry of entries) this.#byKey.set(entry.key, compact(entry));
    this.agree(terms);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** As they are now, whatever comes later: whoever has it may take his time with it. */
  get all(): readonly MapEntry[] {
    return (this.#all ??= [...this.#byKey.values()]);
  }

  get terms(): MapTerms {
    return this.#terms;
  }

  get isBounded(): boolean {
    return this.#isBounded;
  }

  /** From now on these hold. */
  agree(terms: MapTerms): void {
    this.#terms = terms;
    this.#isBounded = terms.maxEntries !== undefined || terms.maxBytes !== undefined;
    if (!this.#isBounded) return;
    this.#bytes = 0;
    for (const { key, value } of this.#byKey.values()) this.#bytes += bytesOf(key, value);
  }

  /** Without using it. */
  find(key: string): MapEntry | undefined {
    return this.#byKey.get(key);
  }

  use(key: string): void {
    if (!this.#isBounded) return;
    const entry = this.#byKey.get(key);
    if (entry === undefined) return;
    this.#all = undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, entry);
  }

  store(seq: number, from: number, key: string, value: Payload, lifetime: Lifetime | undefined): MapChange {
    const ttl = lifetime?.ttl ?? this.#terms.ttl;
    this.#ends.set(this.name, key, ttl, lifetime?.ephemeral === true ? from : 0);
    return this.#put(seq, key, value);
  }

  /** What is there goes on ending when it was to end. */
  replace(seq: number, key: string, value: Payload): MapChange {
    return this.#byKey.has(key) ? this.#put(seq, key, value) : this.store(seq, 0, key, value, undefined);
  }

  delete(seq: number, key: string, reason?: Ended['reason']): MapChange | undefined {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return undefined;
    this.#ends.cancel(this.name, key);
    this.#all = undefined;
    this.#byKey.delete(key);
    if (this.#isBounded) this.#bytes -= bytesOf(key, entry.value);
    const change = { type: 'delete', key, version: seq } as const;
    return reason === undefined ? change : { ...change, ended: { reason, version: entry.version } };
  }

  /** Deletes what was used longest ago, while there is more than the bounds allow. */
  evict(seq: number): readonly MapChange[] {
    if (!this.#isBounded) return NOTHING;
    const { maxEntries = Infinity, maxBytes = Infinity } = this.#terms;
    const changes: MapChange[] = [];
    while (this.#byKey.size > maxEntries || this.#bytes > maxBytes) {
      this.#longestUnused ??= this.#byKey.values();
      const { value: entry } = this.#longestUnused.next();
      const change = entry === undefined ? undefined : this.delete(seq, entry.key, 'evicted');
      if (change === undefined) break;
      changes.push(change);
    }
    return changes;
  }

  #put(seq: number, key: string, value: Payload): MapChange {
    this.#all = undefined;
    if (this.#isBounded) {
      const before = this.#byKey.get(key);
      if (before !== undefined) this.#bytes -= bytesOf(key, before.value);
      this.#byKey.delete(key);
      this.#bytes += bytesOf(key, value);
    }
    this.#byKey.set(key, compact({ key, version: seq, value }));
    return { type: 'set', key, version: seq, value };
  }
}

const NOTHING: readonly MapChange[] = Object.freeze([]);

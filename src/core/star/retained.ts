/**
 * The values that topics keep. They are entries of one map of the ledger: written down, handed over and gone with the group
 * as all others are. Who begins to listen is told those of its topics; all together they have a limit.
 */
import type { Ledger } from '../ledger/ledger.js';
import { bytesOf } from '../ledger/map-terms.js';
import { Pattern, isPattern } from '../pattern.js';
import { RETAINED } from '../protocol.js';
import type { Event, MapChange, MapCommand, Outcome } from '../protocol.js';

export class Retained {
  readonly #ledger: Ledger;
  readonly #limit: number;
  /** What each topic counts for. */
  readonly #sizes = new Map<string, number>();
  #size = 0;

  constructor(ledger: Ledger, limit: number) {
    this.#ledger = ledger;
    this.#limit = limit;
    for (const { key, value } of ledger.whole(RETAINED).entries) this.#count(key, bytesOf(key, value));
  }

  /** Whether there is no room for it. What was submitted and is not applied yet is not counted. */
  refusal({ map, key, value }: MapCommand & { readonly type: 'map.set' }): (Outcome & { readonly type: 'too-large' }) | undefined {
    if (map !== RETAINED) return undefined;
    const size = this.#size - (this.#sizes.get(key) ?? 0) + bytesOf(key, value);
    return size > this.#limit ? { type: 'too-large', limit: this.#limit } : undefined;
  }

  changed(change: MapChange): void {
    if (change.type === 'set') this.#count(change.key, bytesOf(change.key, change.value));
    else if (change.type === 'delete') this.#count(change.key, 0);
  }

  /** The last member has gone, and with it all that was kept. */
  clear(): void {
    this.#sizes.clear();
    this.#size = 0;
  }

  /** What those are told who begin to listen to a name: a topic, or a pattern. */
  of(name: string): (Event & { readonly type: 'map.whole' }) | undefined {
    if (this.#sizes.size === 0) return undefined;
    const topics = this.#topics(name);
    if (topics.length === 0) return undefined;
    return { type: 'map.whole', map: RETAINED, version: this.#ledger.seq, entries: this.#ledger.pick(RETAINED, topics) };
  }

  /** What has become of a topic, as the last change of it. */
  last(topic: string): MapChange {
    const [entry] = this.#ledger.pick(RETAINED, [topic]);
    return entry === undefined ? { type: 'delete', key: topic, version: this.#ledger.seq } : { type: 'set', ...entry };
  }

  #topics(name: string): readonly string[] {
    if (!isPattern(name)) return this.#sizes.has(name) ? [name] : [];
    const pattern = new Pattern(name);
    return [...this.#sizes.keys()].filter((topic) => pattern.matches(topic));
  }

  #count(topic: string, size: number): void {
    this.#size += size - (this.#sizes.get(topic) ?? 0);
    if (size === 0) this.#sizes.delete(topic);
    else this.#sizes.set(topic, size);
  }
}

/**
 * Versioned maps. An entry's version is the seq of the command that last changed it; 0 stands for "no entry".
 * Any string is a key. What changes nothing tells nobody, and a map without entries does not exist.
 */
import type { MapChange, MapEntry, Payload } from '../protocol.js';
import { type Applied, type Directed, answered } from './applied.js';

export interface MapSnapshot {
  readonly name: string;
  readonly entries: readonly MapEntry[];
}

/** An entry is replaced, never written to: it may be handed out as it is. */
type Entries = Map<string, MapEntry>;

export class Maps {
  readonly #maps = new Map<string, Entries>();

  constructor(maps: readonly MapSnapshot[] = []) {
    for (const { name, entries } of maps) {
      this.#maps.set(name, new Map(entries.map((entry) => [entry.key, entry])));
    }
  }

  /** In the order in which the keys came. */
  entries(map: string): readonly MapEntry[] {
    return [...(this.#maps.get(map)?.values() ?? [])];
  }

  size(map: string): number {
    return this.#maps.get(map)?.size ?? 0;
  }

  get(map: string, key: string): Applied {
    const entry = this.#maps.get(map)?.get(key);
    return entry === undefined ? ABSENT : answered({ type: 'entry', version: entry.version, value: entry.value });
  }

  /** To set `undefined` is to delete: it is then `stored` with version 0, which is what the next `expect` has to say. */
  set(seq: number, map: string, key: string, value: Payload, expect?: number): Applied {
    const entries = this.#maps.get(map);
    const version = entries?.get(key)?.version ?? 0;
    if (expect !== undefined && expect !== version) return answered({ type: 'conflict', version });

    if (value !== UNDEFINED) {
      this.#store(map, entries, { key, version: seq, value });
      return { outcome: { type: 'stored', version: seq }, events: [stored(map, seq, key, value)] };
    }
    if (entries === undefined || version === 0) return answered({ type: 'stored', version: 0 });
    this.#remove(map, entries, key);
    return { outcome: { type: 'stored', version: 0 }, events: [deleted(map, seq, key)] };
  }

  delete(seq: number, map: string, key: string, expect?: number): Applied {
    const entries = this.#maps.get(map);
    const version = entries?.get(key)?.version ?? 0;
    if (expect !== undefined && expect !== version) return answered({ type: 'conflict', version });

    if (entries === undefined || version === 0) return answered({ type: 'removed', removed: false, seq });
    this.#remove(map, entries, key);
    return { outcome: { type: 'removed', removed: true, seq }, events: [deleted(map, seq, key)] };
  }

  /** Adds to a number that is stored as JSON text; where there is no entry, to 0. */
  add(seq: number, map: string, key: string, amount: number): Applied {
    const entries = this.#maps.get(map);
    const sum = toNumber(entries?.get(key)?.value ?? '0') + amount;
    if (!Number.isFinite(sum)) return NOT_A_NUMBER;

    const value = String(sum);
    this.#store(map, entries, { key, version: seq, value });
    return { outcome: { type: 'sum', version: seq, sum }, events: [stored(map, seq, key, value)] };
  }

  clear(seq: number, map: string): Applied {
    const removed = this.#maps.delete(map);
    if (!removed) return answered({ type: 'removed', removed, seq });
    return { outcome: { type: 'removed', removed, seq }, events: [changed(map, { type: 'clear', version: seq })] };
  }

  snapshot(): readonly MapSnapshot[] {
    return [...this.#maps].map(([name, entries]) => ({ name, entries: [...entries.values()] }));
  }

  #store(map: string, entries: Entries | undefined, entry: MapEntry): void {
    if (entries === undefined) this.#maps.set(map, new Map([[entry.key, entry]]));
    else entries.set(entry.key, entry);
  }

  #remove(map: string, entries: Entries, key: string): void {
    entries.delete(key);
    if (entries.size === 0) this.#maps.delete(map);
  }
}

/** The payload that stands for it. */
const UNDEFINED = '';
const ABSENT = answered({ type: 'absent' });
const NOT_A_NUMBER = answered({ type: 'not-a-number' });

/** As JSON writes it: `Number()` alone would also take blanks, `0x10` and the empty text. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** NaN when it is none. */
function toNumber(value: Payload): number {
  return typeof value === 'string' && JSON_NUMBER.test(value) ? Number(value) : NaN;
}

function stored(map: string, version: number, key: string, value: Payload): Directed {
  return changed(map, { type: 'set', key, version, value });
}

function deleted(map: string, version: number, key: string): Directed {
  return changed(map, { type: 'delete', key, version });
}

function changed(map: string, change: MapChange): Directed {
  return { to: 'followers', event: { type: 'map.changed', map, change } };
}

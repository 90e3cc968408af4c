/** A cache that forgets what was used least lately and what is too old. It has no clock: `now` is monotonic, in ms. */
import { describe } from '../../core/arguments.js';

/** As lru-cache 6 has them. */
export interface LruOptions {
  /** How much it holds, as `length` counts it. */
  readonly max?: number;
  /** When an entry is too old, in ms. 0 is never. */
  readonly maxAge?: number;
  /** What an entry counts. Default 1. */
  readonly length?: (value: unknown, key: string) => number;
  /** Hears of each entry that goes. */
  readonly dispose?: (key: string, value: unknown) => void;
  /** Whether an entry that is too old is given out once more, when it is found. */
  readonly stale?: boolean;
  /** Whether whoever gets an entry makes it young again. */
  readonly updateAgeOnGet?: boolean;
  /** Whether `dispose` does not hear of a value that another one replaces. */
  readonly noDisposeOnSet?: boolean;
}

const OPTIONS: readonly string[] = ['max', 'maxAge', 'length', 'dispose', 'stale', 'updateAgeOnGet', 'noDisposeOnSet'];

export class LruCache {
  readonly #options: LruOptions;
  readonly #max: number;
  /** Used least lately first. */
  readonly #entries = new Map<string, Entry>();
  #length = 0;

  constructor(options: LruOptions) {
    for (const option of Object.keys(options)) {
      if (!OPTIONS.includes(option)) throw new TypeError(`\`${option}\` is no option of the LRU cache. It takes ${OPTIONS.join(', ')}.`);
    }
    const { max = Infinity, maxAge = 0 } = options;
    for (const [option, value] of Object.entries({ max, maxAge })) {
      if (typeof value !== 'number' || !(value >= 0)) throw new TypeError(`\`${option}\` is a number that is not negative, not ${describe(value)}.`);
    }
    this.#options = options;
    this.#max = max === 0 ? Infinity : max;
  }

  get(key: string, now: number): unknown {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { stale = false, updateAgeOnGet = false } = this.#options;
    if (this.#isOld(entry, now)) {
      this.delete(key);
      return stale ? entry.value : undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, updateAgeOnGet ? { ...entry, since: now } : entry);
    return entry.value;
  }

  set(key: string, value: unknown, now: number): void {
    const { length = () => 1, dispose, noDisposeOnSet = false } = this.#options;
    const before = this.#remove(key);
    if (before !== undefined && !noDisposeOnSet) dispose?.(key, before.value);
    const entry = { value, since: now, length: length(value, key) };
    this.#entries.set(key, entry);
    this.#length += entry.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#length <= this.#max) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#remove(key);
    if (entry !== undefined) this.#options.dispose?.(key, entry.value);
  }

  #remove(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#length -= entry?.length ?? 0;
    return entry;
  }

  #isOld({ since }: Entry, now: number): boolean {
    const { maxAge = 0 } = this.#options;
    return maxAge > 0 && now - since > maxAge;
  }
}

interface Entry {
  readonly value: unknown;
  readonly since: number;
  readonly length: number;
}

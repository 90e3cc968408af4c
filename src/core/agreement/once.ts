/**
 * One run for all who want its result at the same time, wherever in the group they are: the first to come runs it, the others
 * wait in line and get what came of it, value or error. If the one that runs it dies, the next in line does. With a `ttl` the
 * value is kept, and those who come later get it as well.
 */
import type { Entry, Lock, OnceOptions } from '../api.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { Locks } from './locks.js';
import { patiently, unlessAborted } from './patience.js';
import type { SharedMap } from './shared-map.js';

/** What came of a run. `isKept`: for those who come later too, until its entry ends. */
export type Result = { readonly value: unknown; readonly isKept?: true } | { readonly error: unknown };

export class Once {
  readonly #locks: Locks;
  readonly #results: SharedMap<Result>;
  readonly #deadlines: Deadlines;

  constructor(locks: Locks, results: SharedMap<Result>, deadlines: Deadlines) {
    this.#locks = locks;
    this.#results = results;
    this.#deadlines = deadlines;
  }

  /** `entry`: what the user called. */
  async run<R>(key: string, body: (lock: Lock) => R | Promise<R>, options: OnceOptions, entry: (...args: never) => unknown): Promise<R> {
    const late = (): HubError => new HubError('TIMEOUT', `It was not this caller's turn at "${key}" within ${options.timeout} ms, and nobody else had a result.`);
    const result = await patiently(this.#deadlines, options, late, (signal) => this.#result({ key, body, ttl: options.ttl, signal, entry }));
    if ('error' in result) throw result.error;
    return result.value as R;
  }

  async #result(wanted: Wanted): Promise<Result> {
    const { key, ttl, signal } = wanted;
    signal?.throwIfAborted();
    // It is read before the lock is asked for: a result that is newer than this one came while we waited.
    const reading = unlessAborted(this.#results.entry(key), signal);
    // Whoever waits for the lock hears of it there.
    reading.catch(nothing);
    // Where values are kept there is one, most times.
    const before = ttl === undefined ? undefined : (await reading)?.value;
    return isKept(before) ? before : this.#inTurn(wanted, reading);
  }

  async #inTurn(wanted: Wanted, before: Promise<Entry<Result> | undefined>): Promise<Result> {
    const { key, signal, entry } = wanted;
    let result: Result | undefined;
    try {
      return await this.#locks.around(ONCE + key, signal === undefined ? {} : { signal }, async (lock) => {
        const seen = (await before)?.version;
        const now = await this.#results.entry(key);
        const isNew = now !== undefined && (now.version !== seen || isKept(now.value));
        result = isNew ? now.value : await this.#run(wanted, lock);
        return result;
      }, entry);
    } finally {
      if (!isKept(result)) {
        this.#tidy(wanted).catch(() => {
          // The hub is closed or the group lost: whoever comes next for this key tidies up.
        });
      }
    }
  }

  async #run({ key, body, ttl }: Wanted, lock: Lock): Promise<Result> {
    const result = await settle(async () => body(lock));
    // Without the lock another runs it already, and its result is the one that counts.
    if (lock.signal.aborted) return result;
    const told: Result = 'error' in result || ttl === undefined ? result : { ...result, isKept: true };
    const error = await this.#results.set(key, told, ttl === undefined ? {} : { ttl }).then(nothing, (reason: unknown) => reason);
    if (!(error instanceof HubError) || error.code === 'LOST' || error.code === 'CLOSED') return told;
    // It cannot cross processes: that is what has come of it, for all.
    await this.#results.set(key, { error });
    return { error };
  }

  /** The last to leave forgets a result that is not kept. */
  async #tidy({ key, entry }: Wanted): Promise<void> {
    const last = await this.#locks.tryAcquire(ONCE + key, {}, entry);
    if (last === undefined) return;
    const left = await this.#results.entry(key);
    if (left !== undefined && !isKept(left.value)) await this.#results.delete(key, { expect: left.version }).catch(nothing);
    await last.release();
  }
}

interface Wanted {
  readonly key: string;
  readonly body: (lock: Lock) => unknown;
  readonly ttl: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** What the user called. */
  readonly entry: (...args: never) => unknown;
}

/** In front of the keys of its locks. */
export const ONCE = 'interhub.once:';

function isKept(result: Result | undefined): result is Result {
  return result !== undefined && 'isKept' in result;
}

function nothing(): void {}

function settle(run: () => Promise<unknown>): Promise<Result> {
  return run().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

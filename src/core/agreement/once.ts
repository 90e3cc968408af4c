/**
 * One run for all who want its result at the same time, wherever in the group they are: the first to come runs it, the others
 * wait in line and get what came of it, value or error. If the one that runs it dies, the next in line does.
 */
import type { Lock, WaitOptions } from '../api.js';
import { HubError } from '../errors.js';
import type { Locks } from './locks.js';
import type { SharedMap } from './shared-map.js';

/** What came of a run. */
export type Result = { readonly value: unknown } | { readonly error: unknown };

export class Once {
  readonly #locks: Locks;
  readonly #results: SharedMap<Result>;

  constructor(locks: Locks, results: SharedMap<Result>) {
    this.#locks = locks;
    this.#results = results;
  }

  /** `entry`: what the user called. */
  async run<R>(key: string, body: (lock: Lock) => R | Promise<R>, options: WaitOptions, entry: (...args: never) => unknown): Promise<R> {
    // It is read before the lock is asked for: a result that is newer than this one came while we waited.
    const before = this.#version(key);
    try {
      return (await this.#locks.around(PREFIX + key, options, (lock) => this.#take(key, before, lock, body), entry)) as R;
    } finally {
      this.#tidy(key, entry).catch(() => {
        // The hub is closed or the group lost: whoever comes next for this key tidies up.
      });
    }
  }

  async #take(key: string, before: Promise<number>, lock: Lock, body: (lock: Lock) => unknown): Promise<unknown> {
    const seen = await before;
    const now = await this.#results.entry(key);
    const result = now === undefined || now.version === seen ? await this.#run(key, lock, body) : now.value;
    if ('error' in result) throw result.error;
    return result.value;
  }

  async #run(key: string, lock: Lock, body: (lock: Lock) => unknown): Promise<Result> {
    const result = await settle(async () => body(lock));
    // Without the lock another runs it already, and its result is the one that counts.
    if (lock.signal.aborted) return result;
    const error = await this.#results.set(key, result).then(nothing, (reason: unknown) => reason);
    if (!(error instanceof HubError) || error.code === 'LOST' || error.code === 'CLOSED') return result;
    await this.#results.set(key, { error });
    return { error };
  }

  /** The last to leave forgets the result. */
  async #tidy(key: string, entry: (...args: never) => unknown): Promise<void> {
    const last = await this.#locks.tryAcquire(PREFIX + key, {}, entry);
    if (last === undefined) return;
    await this.#results.delete(key);
    await last.release();
  }

  #version(key: string): Promise<number> {
    const version = this.#results.entry(key).then((entry) => entry?.version ?? 0);
    // Whoever waits for the lock hears of it there.
    version.catch(nothing);
    return version;
  }
}

const PREFIX = 'interhub.once:';

function nothing(): void {}

function settle(run: () => Promise<unknown>): Promise<Result> {
  return run().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

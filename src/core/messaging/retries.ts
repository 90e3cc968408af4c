/**
 * A request that is asked again when it failed: only when it cannot have run, or when its asker says that running twice
 * does no harm. All tries share one time.
 */
import { offAbort, onAbort } from '../aborts.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';

export interface RetryOptions {
  readonly retries: number;
  readonly idempotent: boolean;
  /** For all tries together, in ms; 0 is without limit. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** Asks once, and waits so long for the answer. */
export type Ask = (timeout: number) => Promise<unknown>;

export class Retries {
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;
  readonly #now: () => number;
  /** Ends the rests of those who rest. */
  readonly #resting = new Set<(error: HubError) => void>();

  constructor(deadlines: Deadlines, keepAlive: KeepAlive, now: () => number) {
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
    this.#now = now;
  }

  async ask(ask: Ask, { retries, idempotent, timeout, signal }: RetryOptions): Promise<unknown> {
    const end = timeout === 0 ? Infinity : this.#now() + timeout;
    let left = timeout;
    for (let failures = 0; ; failures++) {
      try {
        return await ask(left);
      } catch (error) {
        const rest = restAfter(failures);
        if (failures === retries || !mayRunAgain(error, idempotent) || this.#now() + rest >= end) throw error;
        await this.#rest(rest, signal);
        if (timeout > 0) left = Math.max(1, Math.ceil(end - this.#now()));
      }
    }
  }

  closed(error: HubError): void {
    for (const end of [...this.#resting]) end(error);
  }

  #rest(rest: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (settle: () => void): void => {
        this.#resting.delete(closed);
        this.#keepAlive.end();
        deadline.cancel();
        offAbort(signal, aborted);
        settle();
      };
      const closed = (error: HubError): void => over(() => reject(error));
      const aborted = (): void => over(() => reject(signal?.reason));
      const deadline = this.#deadlines.add(rest, { expired: () => over(resolve) });
      this.#resting.add(closed);
      this.#keepAlive.begin();
      onAbort(signal, aborted);
    });
  }
}

const FIRST_REST = 100;
const LONGEST_REST = 1_000;

/** Twice as long each time, and never quite the same: those who failed together do not come back together. */
function restAfter(failures: number): number {
  return Math.ceil(Math.min(FIRST_REST * 2 ** failures, LONGEST_REST) * (0.5 + Math.random() / 2));
}

/** What a handler threw is its answer, whatever it looks like. */
function mayRunAgain(error: unknown, idempotent: boolean): boolean {
  if (!(error instanceof HubError)) return false;
  switch (error.code) {
    case 'NO_RECEIVER':
    case 'NO_MEMBER':
    case 'OVERLOADED':
      return error.mayHaveRun === false;
    case 'LOST':
      return error.mayHaveRun === false || (idempotent && !('remoteStack' in error));
    default:
      return false;
  }
}

/** How many handlers are at work, and who waits until none is. */
import type { Call } from '../api.js';
import { RunningCall } from './running-call.js';

export class Workload {
  #size = 0;
  #waiting: Waiting[] = [];

  began(call: RunningCall): void {
    call.isAtWork = true;
    this.#size += 1;
  }

  finished(call: RunningCall): void {
    call.isAtWork = false;
    this.#size -= 1;
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter(({ within }) => this.#isOver(within));
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const { resolve } of done) resolve();
  }

  /** Resolves when no handler is at work, but for that of the call `within` which this is asked. */
  over(within?: Call): Promise<void> {
    return this.#isOver(within) ? Promise.resolve() : new Promise((resolve) => this.#waiting.push({ within, resolve }));
  }

  #isOver(within: Call | undefined): boolean {
    return this.#size === 0 || (this.#size === 1 && within instanceof RunningCall && within.isAtWork);
  }
}

interface Waiting {
  readonly within: Call | undefined;
  readonly resolve: () => void;
}

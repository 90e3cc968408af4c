/** A host whose time stands still until told to move: `settle()` runs what is due now, `pass(ms)` lets time go by. */
import type { Host } from '../../src/core/host.js';

export class VirtualHost implements Host {
  #now = 0;
  #due: (() => void)[] = [];
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  defer(run: () => void): void {
    this.#due.push(run);
  }

  yield(run: () => void): void {
    this.#due.push(run);
  }

  after(delay: number, run: () => void): Disposable {
    const timer = { at: this.#now + delay, run };
    this.#timers.push(timer);
    return { [Symbol.dispose]: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Runs deferred work, and promise reactions in between, until nothing is left to do at this moment. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#due.length > 0) idle = -1;
      const due = this.#due;
      this.#due = [];
      for (const run of due) run();
    }
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await this.settle();
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
    await this.settle();
  }
}

/** When a process that has ended is started again: later each time, and not for ever. It has no clock: `now` is in ms. */

export interface RestartOptions {
  /** The first pause; each next one is twice as long. Default 100. */
  readonly delay?: number;
  /** No pause is longer. Default 30 000. */
  readonly longest?: number;
  /** How often it may end within the period. Default 10. */
  readonly limit?: number;
  /** The period: what ended before is forgotten. Default 60 000. */
  readonly within?: number;
}

export class Restarts {
  readonly #options: RestartOptions;
  #ends: readonly number[] = [];

  constructor(options: RestartOptions | false) {
    this.#options = options === false ? { limit: 0 } : options;
  }

  /** How long to pause before it is started again; `undefined` when it has ended too often. */
  ended(now: number): number | undefined {
    const { delay = 100, longest = 30_000, limit = 10, within = 60_000 } = this.#options;
    this.#ends = [...this.#ends.filter((end) => now - end < within), now];
    const { length } = this.#ends;
    return length > limit ? undefined : Math.min(delay * 2 ** (length - 1), longest);
  }
}

/** What happened, in order; and a way to await that something has. */

/** An event that has not come by then does not come. */
const PATIENCE = 10_000;

export class Log {
  readonly #entries: unknown[] = [];
  #waiting: { readonly count: number; readonly reached: () => void }[] = [];

  get entries(): readonly unknown[] {
    return [...this.#entries];
  }

  push(entry: unknown): void {
    this.#entries.push(entry);
    const due = this.#waiting.filter(({ count }) => count <= this.#entries.length);
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#entries.length);
    for (const { reached } of due) reached();
  }

  /** Everything that is written down, once there are this many entries. */
  reach<T = unknown>(count: number): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Of ${count} entries came ${this.#entries.length}: ${JSON.stringify(this.#entries.slice(-20))}`)), PATIENCE);
      const reached = (): void => {
        clearTimeout(timer);
        resolve([...this.#entries] as T[]);
      };
      if (this.#entries.length >= count) reached();
      else this.#waiting.push({ count, reached });
    });
  }
}

/** The questions that this process has asked: each is answered once, by whom it was asked or by its end. */

export type Callback = (...args: readonly unknown[]) => unknown;

export class Questions<To> {
  readonly #asked = new Map<number, { readonly to: To; readonly callback: Callback }>();
  #last = 0;

  /** The question's number: 0 when nobody waits for the answer. */
  add(to: To, callback?: Callback): number {
    if (callback === undefined) return 0;
    this.#last += 1;
    this.#asked.set(this.#last, { to, callback });
    return this.#last;
  }

  settle(number: number, args: readonly unknown[]): void {
    const asked = this.#asked.get(number);
    this.#asked.delete(number);
    asked?.callback(...args);
  }

  /** Whoever was asked is gone. */
  fail(to: To, error: Error): void {
    for (const [number, asked] of [...this.#asked]) if (asked.to === to) this.settle(number, [error]);
  }
}

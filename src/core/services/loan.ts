/** What one call lends to whoever it asks: functions, until it is settled, and the signals that give it up. */
import type { Keeper, Kept } from './question.js';
import type { Reference, References } from './references.js';

export class Loan implements Pick<Keeper, 'keep'> {
  readonly #references: References;
  #lent: Reference[] | undefined;
  #signals: AbortSignal[] | undefined;

  constructor(references: References) {
    this.#references = references;
  }

  keep(kept: Kept): number {
    if (kept.type === 'signal') {
      (this.#signals ??= []).push(kept.value);
      return SIGNAL;
    }
    const reference = this.#references.lend(kept.value);
    (this.#lent ??= []).push(reference);
    return reference.number;
  }

  get hasFunctions(): boolean {
    return this.#lent !== undefined;
  }

  /** Idempotent. */
  takeBack(): void {
    const lent = this.#lent ?? [];
    this.#lent = undefined;
    for (const reference of lent) this.#references.takeBack(reference);
  }

  /** Aborts when one of those that were lent does, or the call's own. */
  signal(own: AbortSignal | undefined): AbortSignal | undefined {
    if (this.#signals === undefined) return own;
    const all = own === undefined ? this.#signals : [...this.#signals, own];
    return all.length === 1 ? all[0] : AbortSignal.any(all);
  }
}

/** In place of a function's number: the signal of the call. */
export const SIGNAL = 0;

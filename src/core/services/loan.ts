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

  get hasSignals(): boolean {
    return this.#signals !== undefined;
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

  /** Aborts when one of those that were lent does, or one of these. */
  signal(...others: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
    const all = [...(this.#signals ?? []), ...others].filter((signal) => signal !== undefined);
    return all.length > 1 ? AbortSignal.any(all) : all[0];
  }
}

/** In place of a function's number: the signal of the call. */
export const SIGNAL = 0;

/**
 * The functions of this member that others may call. One lives while a call is under way that has brought it to somebody,
 * and while a member retains it; it dies with that member, or with this one's session. A number is never used twice.
 */
import { Refusal } from '../messaging/refusal.js';

export type Callback = (...args: never[]) => unknown;

export class References {
  readonly #byNumber = new Map<number, Reference>();
  readonly #byFunction = new Map<Callback, Reference>();
  readonly #byHolder = new Map<number, Set<Reference>>();
  #lastNumber = 0;

  /** For a call that brings it. The same function has one number as long as it lives. */
  lend(callback: Callback): Reference {
    const known = this.#byFunction.get(callback);
    if (known !== undefined) {
      known.calls += 1;
      return known;
    }
    this.#lastNumber += 1;
    const reference: Reference = { number: this.#lastNumber, callback, calls: 1, holders: 0 };
    this.#byNumber.set(reference.number, reference);
    this.#byFunction.set(callback, reference);
    return reference;
  }

  /** The call is settled. */
  takeBack(reference: Reference): void {
    reference.calls -= 1;
    this.#tidy(reference);
  }

  /** Throws `GONE` when it does not live any more. */
  get(number: number): Callback {
    const reference = this.#byNumber.get(number);
    if (reference === undefined) throw gone('the call that brought it is over, and it was not retained, or has been released.');
    return reference.callback;
  }

  retain(number: number, holder: number): void {
    const reference = this.#byNumber.get(number);
    if (reference === undefined) return;
    const held = this.#byHolder.get(holder) ?? new Set();
    if (held.has(reference)) return;
    this.#byHolder.set(holder, held.add(reference));
    reference.holders += 1;
  }

  release(number: number, holder: number): void {
    const reference = this.#byNumber.get(number);
    const held = this.#byHolder.get(holder);
    if (reference === undefined || held?.delete(reference) !== true) return;
    if (held.size === 0) this.#byHolder.delete(holder);
    reference.holders -= 1;
    this.#tidy(reference);
  }

  memberLeft(member: number): void {
    for (const { number } of [...(this.#byHolder.get(member) ?? [])]) this.release(number, member);
  }

  /** Nobody knows this member any more by the name that it had. */
  lost(): void {
    for (const holder of [...this.#byHolder.keys()]) this.memberLeft(holder);
  }

  /** Whether a member retains any. */
  get hasHolders(): boolean {
    return this.#byHolder.size > 0;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  #tidy(reference: Reference): void {
    if (reference.calls > 0 || reference.holders > 0) return;
    this.#byNumber.delete(reference.number);
    this.#byFunction.delete(reference.callback);
  }
}

export interface Reference {
  readonly number: number;
  readonly callback: Callback;
  /** How many calls are under way that have brought it to somebody. */
  calls: number;
  /** How many members retain it. */
  holders: number;
}

export function gone(why: string): Refusal {
  return new Refusal('GONE', `A function of another process cannot be called any more: ${why}`);
}

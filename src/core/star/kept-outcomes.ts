/**
 * Outcomes that their askers may not have heard of: who comes back and asks again, under the same number, is told what
 * became of it, and nothing is done twice. A member says with each command which is the oldest that it has no outcome of.
 */
import type { Told } from './vocabulary.js';

/** Of one member, in the order in which they were given. */
export interface KeptSnapshot {
  readonly member: number;
  readonly numbers: readonly number[];
  readonly outcomes: readonly Told[];
}

export class KeptOutcomes {
  readonly #members = new Map<number, Kept>();

  constructor(snapshot: readonly KeptSnapshot[] = []) {
    for (const { member, numbers, outcomes } of snapshot) {
      this.#members.set(member, new Kept([...numbers], [...outcomes]));
    }
  }

  /** `oldest`: what is older, its asker has heard of. */
  keep(member: number, oldest: number, number: number, outcome: Told): void {
    let kept = this.#members.get(member);
    if (kept === undefined) this.#members.set(member, (kept = new Kept([], [])));
    kept.forget(oldest);
    kept.add(number, outcome);
  }

  find(member: number, number: number): Told | undefined {
    return this.#members.get(member)?.find(number);
  }

  /** The member has gone: nobody will ask. */
  drop(member: number): void {
    this.#members.delete(member);
  }

  snapshot(): readonly KeptSnapshot[] {
    return [...this.#members].map(([member, kept]) => kept.snapshot(member));
  }
}

class Kept {
  #numbers: number[];
  #outcomes: Told[];
  /** Where those begin that are still kept. */
  #from = 0;

  constructor(numbers: number[], outcomes: Told[]) {
    this.#numbers = numbers;
    this.#outcomes = outcomes;
  }

  add(number: number, outcome: Told): void {
    this.#numbers.push(number);
    this.#outcomes.push(outcome);
  }

  forget(oldest: number): void {
    const numbers = this.#numbers;
    let from = this.#from;
    while (from < numbers.length && isBefore(numbers[from], oldest)) from += 1;
    this.#from = from;
    if (from < MOST_FORGOTTEN) return;
    this.#numbers = numbers.slice(from);
    this.#outcomes = this.#outcomes.slice(from);
    this.#from = 0;
  }

  find(number: number): Told | undefined {
    return this.#outcomes[this.#numbers.indexOf(number, this.#from)];
  }

  snapshot(member: number): KeptSnapshot {
    return { member, numbers: this.#numbers.slice(this.#from), outcomes: this.#outcomes.slice(this.#from) };
  }
}

/** So many that are forgotten are let go of together. */
const MOST_FORGOTTEN = 64;

/** Numbers count up and wrap at 2^32: they are compared by their distance. */
function isBefore(number: number | undefined, oldest: number): boolean {
  return number !== undefined && ((number - oldest) | 0) < 0;
}

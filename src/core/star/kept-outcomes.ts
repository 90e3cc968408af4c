/**
 * Outcomes that their askers may not have heard of: who comes back and asks again, under the same number, is told what
 * became of it, and nothing is done twice. A member says with each command which is the oldest that it has no outcome of.
 */
import type { Told } from './vocabulary.js';

/** Of one member. */
export interface KeptSnapshot {
  readonly member: number;
  readonly oldest: number;
  readonly outcomes: readonly (readonly [number, Told])[];
}

export class KeptOutcomes {
  readonly #members = new Map<number, Kept>();

  constructor(snapshot: readonly KeptSnapshot[] = []) {
    for (const { member, oldest, outcomes } of snapshot) {
      for (const [number, outcome] of outcomes) this.keep(member, oldest, number, outcome);
    }
  }

  /** `oldest`: what is older, its asker has heard of. */
  keep(member: number, oldest: number, number: number, outcome: Told): void {
    let kept = this.#members.get(member);
    if (kept === undefined) this.#members.set(member, (kept = new Kept()));
    kept.keep(oldest, number, outcome);
  }

  find(member: number, number: number): Told | undefined {
    return this.#members.get(member)?.find(number);
  }

  /** Whether something that the member asked later has been decided. So was this then, and if it is not kept it changed nothing. */
  isPassed(member: number, number: number): boolean {
    return this.#members.get(member)?.isPassed(number) === true;
  }

  /** The member has gone: nobody will ask. */
  drop(member: number): void {
    this.#members.delete(member);
  }

  snapshot(): readonly KeptSnapshot[] {
    return [...this.#members].map(([member, kept]) => kept.snapshot(member));
  }
}

/** A ring, as long as what is between the oldest and the newest: a number's place is given by the number. */
class Kept {
  /** Never goes back: what it has heard of once, its asker does not ask again. */
  #oldest: number | undefined;
  #newest: number | undefined;
  #numbers: number[] = new Array<number>(SHORTEST).fill(0);
  #outcomes: (Told | undefined)[] = new Array<undefined>(SHORTEST).fill(undefined);

  keep(oldest: number, number: number, outcome: Told): void {
    if (this.#oldest === undefined || isBefore(this.#oldest, oldest)) this.#oldest = oldest;
    if (isBefore(number, this.#oldest)) return;
    let place = number & (this.#numbers.length - 1);
    while (this.#isTaken(place, number)) {
      this.#grow();
      place = number & (this.#numbers.length - 1);
    }
    this.#numbers[place] = number;
    this.#outcomes[place] = outcome;
    if (this.#newest === undefined || isBefore(this.#newest, number)) this.#newest = number;
  }

  isPassed(number: number): boolean {
    return this.#newest !== undefined && isBefore(number, this.#newest);
  }

  find(number: number): Told | undefined {
    const place = number & (this.#numbers.length - 1);
    return this.#numbers[place] === number ? this.#outcomes[place] : undefined;
  }

  snapshot(member: number): KeptSnapshot {
    const outcomes = this.#numbers.flatMap((number, place): [number, Told][] => {
      const outcome = this.#outcomes[place];
      return outcome === undefined || this.#isHeard(number) ? [] : [[number, outcome]];
    });
    return { member, oldest: this.#oldest ?? 0, outcomes };
  }

  /** By another number, whose asker may still want to know. */
  #isTaken(place: number, number: number): boolean {
    const other = this.#numbers[place] ?? 0;
    return other !== number && this.#outcomes[place] !== undefined && !this.#isHeard(other);
  }

  #isHeard(number: number): boolean {
    return this.#oldest !== undefined && isBefore(number, this.#oldest);
  }

  #grow(): void {
    const { length } = this.#numbers;
    const numbers = this.#numbers;
    const outcomes = this.#outcomes;
    this.#numbers = new Array<number>(length * 2).fill(0);
    this.#outcomes = new Array<undefined>(length * 2).fill(undefined);
    for (let old = 0; old < length; old++) {
      const number = numbers[old] ?? 0;
      const place = number & (length * 2 - 1);
      if (outcomes[old] === undefined || this.#isHeard(number)) continue;
      this.#numbers[place] = number;
      this.#outcomes[place] = outcomes[old];
    }
  }
}

const SHORTEST = 64;

/** Numbers count up and wrap at 2^32: they are compared by their distance. */
function isBefore(number: number, oldest: number): boolean {
  return ((number - oldest) | 0) < 0;
}

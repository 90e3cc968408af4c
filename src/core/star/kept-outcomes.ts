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

/** A ring with a place for each number from the oldest to the newest: a number's place is given by the number. */
class Kept {
  /** Never goes back: what it has heard of once, its asker does not ask again. */
  #oldest: number | undefined;
  #newest: number | undefined;
  #outcomes = ring(SHORTEST);

  keep(oldest: number, number: number, outcome: Told): void {
    this.#forget(oldest);
    const ahead = this.#ahead(number);
    if (ahead === undefined) return;
    if (ahead >= this.#outcomes.length) this.#grow(ahead);
    this.#outcomes[this.#place(number)] = outcome;
    if (this.#newest === undefined || isBefore(this.#newest, number)) this.#newest = number;
  }

  isPassed(number: number): boolean {
    return this.#newest !== undefined && isBefore(number, this.#newest);
  }

  find(number: number): Told | undefined {
    const ahead = this.#ahead(number);
    return ahead === undefined || ahead >= this.#outcomes.length ? undefined : this.#outcomes[this.#place(number)];
  }

  snapshot(member: number): KeptSnapshot {
    const oldest = this.#oldest ?? 0;
    const outcomes = this.#outcomes.flatMap((_, i): [number, Told][] => {
      const number = (oldest + i) >>> 0;
      const outcome = this.#outcomes[this.#place(number)];
      return outcome === undefined ? [] : [[number, outcome]];
    });
    return { member, oldest, outcomes };
  }

  /** What is older, now: a place is empty before it is of another number, also after all 2^32. */
  #forget(oldest: number): void {
    const from = this.#oldest ?? oldest;
    if (isBefore(oldest, from)) return;
    const places = Math.min((oldest - from) >>> 0, this.#outcomes.length);
    for (let i = 0; i < places; i++) this.#outcomes[this.#place(from + i)] = undefined;
    this.#oldest = oldest;
  }

  /** How far it is from the oldest, if it is not older. */
  #ahead(number: number): number | undefined {
    return this.#oldest === undefined || isBefore(number, this.#oldest) ? undefined : (number - this.#oldest) >>> 0;
  }

  #place(number: number): number {
    return number & (this.#outcomes.length - 1);
  }

  /** Until there is a place so far ahead. */
  #grow(ahead: number): void {
    const { outcomes } = this.snapshot(0);
    let { length } = this.#outcomes;
    while (length <= ahead) length *= 2;
    this.#outcomes = ring(length);
    for (const [number, outcome] of outcomes) this.#outcomes[this.#place(number)] = outcome;
  }
}

const SHORTEST = 64;

function ring(length: number): (Told | undefined)[] {
  return new Array<undefined>(length).fill(undefined);
}

/** Numbers count up and wrap at 2^32: they are compared by their distance. */
function isBefore(number: number, oldest: number): boolean {
  return ((number - oldest) | 0) < 0;
}

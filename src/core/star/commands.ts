/** The commands that a member has submitted and has no outcome of, by their numbers: a ring that grows with their count. */
import { HubError } from '../errors.js';
import type { HubErrorCode } from '../errors.js';
import type { Settled } from '../transport.js';
import type { Told } from './vocabulary.js';

export class Commands {
  #settled: (Settled | undefined)[] = new Array<undefined>(64);
  /** The number of the oldest without an outcome, and the number of the next one. They count up and wrap at 2^32. */
  #oldest = 1;
  #next = 1;

  get isEmpty(): boolean {
    return this.#oldest === this.#next;
  }

  /** Returns the command's number. */
  add(settled: Settled): number {
    const number = this.#next;
    if (((number - this.#oldest) >>> 0) === this.#settled.length) this.#grow();
    this.#settled[number & (this.#settled.length - 1)] = settled;
    this.#next = (number + 1) >>> 0;
    return number;
  }

  settle(number: number, outcome: Told): void {
    const index = number & (this.#settled.length - 1);
    const settled = this.#settled[index];
    if (settled === undefined || (number - this.#oldest) >>> 0 >= (this.#next - this.#oldest) >>> 0) {
      throw new HubError('BAD_PACKET', `An outcome came of command ${number}, which was not asked for.`);
    }
    this.#settled[index] = undefined;
    while (this.#oldest !== this.#next && this.#settled[this.#oldest & (this.#settled.length - 1)] === undefined) {
      this.#oldest = (this.#oldest + 1) >>> 0;
    }
    settled(outcome);
  }

  /** Each gets an error of its own, so that each has a stack and nobody shares it. */
  fail(code: HubErrorCode, message: string): void {
    const left = this.#settled.slice();
    const mask = left.length - 1;
    const from = this.#oldest;
    const count = (this.#next - from) >>> 0;
    this.#settled = new Array<undefined>(64);
    this.#oldest = this.#next;
    for (let i = 0; i < count; i++) left[(from + i) & mask]?.(new HubError(code, message, { mayHaveRun: true }));
  }

  #grow(): void {
    const old = this.#settled;
    const size = old.length * 2;
    const grown = new Array<Settled | undefined>(size);
    for (let i = 0; i < old.length; i++) {
      const number = this.#oldest + i;
      grown[number & (size - 1)] = old[number & (old.length - 1)];
    }
    this.#settled = grown;
  }
}

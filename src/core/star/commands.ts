/**
 * The commands that a member has submitted and has no outcome of, by their numbers: a ring that grows with their count.
 * They are kept whole: whoever comes back to the group asks again. An outcome that goes without saying is not told: that a
 * ticket waits, and what became of a command for whose outcome nobody waits. It is known when something later is.
 */
import { HubError } from '../errors.js';
import type { HubErrorCode } from '../errors.js';
import type { Outcome } from '../protocol.js';
import type { Settled } from '../transport.js';
import type { Submitted, Told } from './vocabulary.js';

export class Commands {
  #settled: (Settled | undefined)[] = new Array<undefined>(64);
  #commands: (Submitted | undefined)[] = new Array<undefined>(64);
  /** The number of the oldest without an outcome, and the number of the next one. They count up and wrap at 2^32. */
  #oldest = 1;
  #next = 1;

  /** How many there are since the oldest without an outcome: so many are kept. */
  get size(): number {
    return (this.#next - this.#oldest) >>> 0;
  }

  /** The number of the oldest without an outcome; when there is none, of the next. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Returns the command's number. Without `settled` nobody waits for its outcome. */
  add(command: Submitted, settled: Settled = unheard): number {
    const number = this.#next;
    if (((number - this.#oldest) >>> 0) === this.#settled.length) this.#grow();
    const index = number & (this.#settled.length - 1);
    this.#settled[index] = settled;
    this.#commands[index] = command;
    this.#next = (number + 1) >>> 0;
    return number;
  }

  /** `decided`: the last that is decided, and with it all before it. */
  settle(number: number, decided: number, outcome: Told): void {
    const index = number & (this.#settled.length - 1);
    const settled = this.#settled[index];
    if (settled === undefined || (number - this.#oldest) >>> 0 >= (this.#next - this.#oldest) >>> 0) {
      throw new HubError('BAD_PACKET', `An outcome came of command ${number}, which was not asked for.`);
    }
    this.#settled[index] = undefined;
    this.#commands[index] = undefined;
    this.decided(decided);
    this.#passOver();
    settled(outcome.type === 'unwritten' ? new HubError('JOURNAL', outcome.reason) : outcome);
  }

  /** All up to this number are decided: of those that have no outcome it goes without saying. */
  decided(last: number): void {
    if ((last - this.#oldest) >>> 0 >= (this.#next - this.#oldest) >>> 0) return;
    const end = (last + 1) >>> 0;
    for (let number = this.#oldest; number !== end; number = (number + 1) >>> 0) {
      const index = number & (this.#settled.length - 1);
      const settled = this.#settled[index];
      if (settled === undefined) continue;
      if (settled !== unheard && this.#commands[index]?.type !== 'lock.acquire') {
        throw new HubError('BAD_PACKET', `Command ${number} is decided, and its outcome was not told.`);
      }
      this.#settled[index] = undefined;
      this.#commands[index] = undefined;
      settled(WAITING);
    }
    this.#passOver();
  }

  /** Those without an outcome, in their order. */
  forEach(visit: (number: number, command: Submitted, isQuiet: boolean) => void): void {
    const mask = this.#commands.length - 1;
    for (let number = this.#oldest; number !== this.#next; number = (number + 1) >>> 0) {
      const command = this.#commands[number & mask];
      if (command !== undefined) visit(number, command, this.#settled[number & mask] === unheard);
    }
  }

  /** Each gets an error of its own, so that each has a stack and nobody shares it. */
  fail(code: HubErrorCode, message: string): void {
    const left = this.#settled.slice();
    const mask = left.length - 1;
    const from = this.#oldest;
    const count = (this.#next - from) >>> 0;
    this.#settled = new Array<undefined>(64);
    this.#commands = new Array<undefined>(64);
    this.#oldest = this.#next;
    for (let i = 0; i < count; i++) left[(from + i) & mask]?.(new HubError(code, message, { mayHaveRun: true }));
  }

  #passOver(): void {
    while (this.#oldest !== this.#next && this.#settled[this.#oldest & (this.#settled.length - 1)] === undefined) {
      this.#oldest = (this.#oldest + 1) >>> 0;
    }
  }

  #grow(): void {
    this.#settled = grown(this.#settled, this.#oldest);
    this.#commands = grown(this.#commands, this.#oldest);
  }
}

const unheard: Settled = () => {};
const WAITING: Outcome = { type: 'waiting' };

/** A ring of twice the length; `oldest` is in it, and as many after it as there were places. */
function grown<T>(old: readonly T[], oldest: number): T[] {
  const size = old.length * 2;
  const ring = new Array<T>(size);
  for (let i = 0; i < old.length; i++) {
    const number = oldest + i;
    ring[number & (size - 1)] = old[number & (old.length - 1)] as T;
  }
  return ring;
}

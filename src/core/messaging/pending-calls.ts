/**
 * The requests that wait for their answers, by their numbers, which are places in an array.
 *
 * A member answers every request exactly once, also one that was cancelled, so a place is given away again when the answer
 * has come, or the member has gone: a late answer never meets a new call.
 */
import type { Arrival, Envelope } from '../protocol.js';
import type { PendingCall } from './pending-call.js';

export class PendingCalls {
  /** There is no call 0. */
  readonly #calls: (PendingCall | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** The number of the next call, for the one that is added under it. */
  number(): number {
    return this.#free.pop() ?? this.#calls.length;
  }

  add(call: PendingCall): void {
    this.#calls[call.call] = call;
  }

  /** The call that an envelope is about, if it comes from the member that the call is at. */
  at({ call, member }: Envelope<Arrival>): PendingCall | undefined {
    const found = this.#calls[call];
    return found?.member === member ? found : undefined;
  }

  /** Those that are here now, and still are when it is their turn: none that is asked in the meantime. */
  *all(): Generator<PendingCall> {
    for (const call of this.#calls.filter((each) => each !== undefined)) if (this.#calls[call.call] === call) yield call;
  }

  /** Its answer has come, or will not: the number may be used again. */
  free({ call }: PendingCall): void {
    this.#calls[call] = undefined;
    this.#free.push(call);
  }

  /** Its answer may still come: the number is not used again. */
  retire({ call }: PendingCall): void {
    this.#calls[call] = undefined;
  }
}

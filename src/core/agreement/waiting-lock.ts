/** A ticket that does not hold its key yet; what its deadline and its signal call. */
import type { Deadline, Expiring } from '../deadlines.js';
import type { HeldLock } from './held-lock.js';

export interface WaitKeeper {
  expired(waiting: WaitingLock): void;
  aborted(waiting: WaitingLock): void;
}

export class WaitingLock implements Expiring {
  readonly key: string;
  readonly ticket: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (lock: HeldLock) => void;
  readonly reject: (reason: unknown) => void;
  readonly #keeper: WaitKeeper;
  deadline: Deadline | undefined = undefined;
  /** Its promise is settled: a grant that comes now is for nobody. */
  isOver = false;

  constructor(
    keeper: WaitKeeper,
    key: string,
    ticket: number,
    timeout: number,
    signal: AbortSignal | undefined,
    resolve: (lock: HeldLock) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#keeper = keeper;
    this.key = key;
    this.ticket = ticket;
    this.timeout = timeout;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
  }

  expired(): void {
    this.#keeper.expired(this);
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#keeper.aborted(this);
  }
}

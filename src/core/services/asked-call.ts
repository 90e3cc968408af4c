/** A call of a service, from its asking to its answer: it may have to wait for a provider, more than once. */
import type { Deadline, Expiring } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { Payload } from '../protocol.js';

export interface Patience {
  /** For the answer, in ms; 0 is without limit. */
  readonly timeout: number;
  /** For a provider, in ms. */
  readonly waitFor: number;
  readonly signal: AbortSignal | undefined;
  /** It waits for what may be said at any time, and keeps the process alive as a listener does. */
  readonly isListening: boolean;
}

export interface AskedKeeper {
  wait(call: AskedCall): void;
  expired(call: AskedCall): void;
  aborted(call: AskedCall): void;
}

export class AskedCall implements Expiring {
  readonly service: string;
  readonly payload: Payload;
  readonly patience: Patience;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly #keeper: AskedKeeper;
  readonly #askedAt: number;
  deadline: Deadline | undefined = undefined;
  isLastTry = false;

  constructor(keeper: AskedKeeper, service: string, payload: Payload, patience: Patience, askedAt: number, resolve: (value: unknown) => void, reject: (reason: unknown) => void) {
    this.#keeper = keeper;
    this.service = service;
    this.payload = payload;
    this.patience = patience;
    this.#askedAt = askedAt;
    this.resolve = resolve;
    this.reject = reject;
  }

  get waitsUntil(): number {
    return this.#askedAt + this.patience.waitFor;
  }

  get endsAt(): number {
    return this.patience.timeout === 0 ? Infinity : this.#askedAt + this.patience.timeout;
  }

  /** Its answer is an error, which may say that there is nobody to ask. */
  readonly failed = (reason: unknown): void => {
    if (reason instanceof HubError && reason.code === 'NO_RECEIVER' && reason.mayHaveRun === false) this.#keeper.wait(this);
    else this.reject(reason);
  };

  expired(): void {
    this.#keeper.expired(this);
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#keeper.aborted(this);
  }
}

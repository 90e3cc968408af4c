/** A request that waits for its answer; it is itself what goes out, and what its deadline and its signal call. */
import type { Address } from '../api.js';
import type { Deadline, Expiring } from '../deadlines.js';
import type { HubError } from '../errors.js';
import type { Payload } from '../protocol.js';
import type { Inflow } from './inflow.js';
import type { Departure, Outgoing } from './outbox.js';
import type { Outflow } from './outflow.js';
import type { RunningCall } from './running-call.js';

export interface CallKeeper {
  expired(call: PendingCall): void;
  aborted(call: PendingCall): void;
  stranded(call: PendingCall, error: HubError): void;
}

export class PendingCall implements Outgoing, Expiring {
  readonly name: string;
  /** Its place among the pending calls. */
  readonly call: number;
  readonly timeout: number;
  readonly payload: Payload;
  readonly to: Address | undefined;
  readonly signal: AbortSignal | undefined;
  readonly #keeper: CallKeeper;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
  deadline: Deadline | undefined = undefined;
  /** Of the request that it is made for, if it is made for one. */
  parent: AbortSignal | RunningCall | undefined = undefined;
  /** Its answer may come in parts. */
  takesParts = false;
  /** It waits for what others may say at any time, as a listener does. */
  isListening = false;
  /** Where the parts of its answer go, if there are any; where those of its input come from, if it has any. */
  answer: Inflow | undefined = undefined;
  input: Outflow | undefined = undefined;
  /** Whom it is at; 0 while it has not departed. */
  member = 0;
  /** How many members have turned it away, and the last of them. */
  refusals = 0;
  refused = 0;
  /** Why, when that was for having too much to do. */
  overload: HubError | undefined = undefined;
  /** Its promise is settled: an answer would come too late. */
  isWithdrawn = false;

  constructor(
    keeper: CallKeeper,
    call: number,
    name: string,
    payload: Payload,
    to: Address | undefined,
    timeout: number,
    signal: AbortSignal | undefined,
    resolve: (value: unknown) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#keeper = keeper;
    this.call = call;
    this.name = name;
    this.payload = payload;
    this.to = to;
    this.timeout = timeout;
    this.signal = signal;
    this.resolve = resolve;
    this.reject = reject;
  }

  get extra(): number {
    return this.timeout;
  }

  get type(): 'request' | 'stream' {
    return this.takesParts ? 'stream' : 'request';
  }

  departing(to: number): Departure {
    this.member = to;
    return 'send';
  }

  stranded(error: HubError): void {
    this.#keeper.stranded(this, error);
  }

  expired(): void {
    this.#keeper.expired(this);
  }

  /** Its signal has aborted, or its parent. */
  handleEvent(): void {
    this.#keeper.aborted(this);
  }
}

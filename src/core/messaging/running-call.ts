/** A request, as its handler sees it. What few handlers ask for is made when it is asked for. */
import type { Call } from '../api.js';
import type { Deadline, Deadlines, Expiring } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { Arrival, Envelope, Member } from '../protocol.js';
import type { Inflow } from './inflow.js';
import type { Outflow } from './outflow.js';

export interface Surroundings {
  readonly host: Host;
  readonly deadlines: Deadlines;
}

/** What is asked for the sake of a call. */
export interface Heir {
  /** The call that it is for has been given up. */
  handleEvent(): void;
}

export class RunningCall implements Call, Expiring {
  readonly method: string;
  readonly from: Member;
  /** The asker's number for it. */
  readonly number: number;
  readonly #timeout: number;
  readonly #arrived: number;
  readonly #around: Surroundings;
  #controller: AbortController | undefined;
  #deadline: Deadline | undefined;
  #reason: unknown = undefined;
  #isAborted = false;
  #heirs: Set<Heir> | undefined;
  /** Whether its asker takes the answer in parts. */
  readonly takesParts: boolean;
  /** The parts of its input, if it comes in parts, and of its answer, if it goes in parts. */
  input: Inflow | undefined = undefined;
  answer: Outflow | undefined = undefined;
  /** Its handler has begun, and has not settled. */
  isAtWork = false;
  /** It has its answer: what the handler makes of it now goes nowhere. */
  isAnswered = false;

  constructor(from: Member, { type, name, call, extra: timeout }: Envelope<Arrival>, around: Surroundings) {
    this.method = name;
    this.takesParts = type === 'stream';
    this.from = from;
    this.number = call;
    this.#timeout = timeout;
    this.#arrived = timeout > 0 ? around.host.now() : 0;
    this.#around = around;
  }

  /** It has its answer, and its handler is not at work. */
  get isOver(): boolean {
    return this.isAnswered && !this.isAtWork;
  }

  get remaining(): number {
    if (this.#timeout === 0) return Infinity;
    return Math.max(0, this.#arrived + this.#timeout - this.#around.host.now());
  }

  get signal(): AbortSignal {
    return (this.#controller ?? this.#watch()).signal;
  }

  /** Whether it has been given up, and why. What it says costs nothing, and a signal does. */
  get isAborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Is given up with it, unless it is dismissed before. */
  adopt(heir: Heir): void {
    this.#heirs ??= new Set();
    this.#heirs.add(heir);
  }

  dismiss(heir: Heir): void {
    this.#heirs?.delete(heir);
  }

  /** Nobody waits for the answer any more. */
  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#deadline?.cancel();
    this.#controller?.abort(reason);
    this.answer?.stop();
    this.input?.cut(reason);
    for (const heir of [...(this.#heirs ?? [])]) heir.handleEvent();
  }

  expired(): void {
    this.abort(new HubError('TIMEOUT', `The asker of "${this.method}" waited ${this.#timeout} ms, and has given up.`));
  }

  /** The handler is done. */
  ended(): void {
    this.isAnswered = true;
    this.#deadline?.cancel();
  }

  #watch(): AbortController {
    const controller = new AbortController();
    this.#controller = controller;
    if (this.#isAborted) controller.abort(this.#reason);
    if (this.#isAborted || this.isAnswered) return controller;
    const { remaining } = this;
    if (remaining === 0) this.expired();
    else if (remaining < Infinity) this.#deadline = this.#around.deadlines.add(remaining, this);
    return controller;
  }
}

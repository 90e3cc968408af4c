/** A ticket that does not hold its keys yet; what its deadline and its signal call. */
import type { Deadline, Expiring } from '../deadlines.js';
import type { Asked, HeldTicket, Hold, TicketKeeper } from './held-ticket.js';

export interface WaitKeeper extends TicketKeeper {
  expired(waiting: Waiting): void;
  aborted(waiting: Waiting): void;
}

/** Whatever it will be when it holds. */
export interface Waiting extends Expiring {
  readonly asked: Asked;
  readonly ticket: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  deadline: Deadline | undefined;
  /** Its promise is settled: a grant that comes now is for nobody. */
  isOver: boolean;
  grant(token: number): HeldTicket;
  reject(reason: unknown): void;
  handleEvent(): void;
}

export class WaitingTicket<H extends HeldTicket> implements Waiting {
  readonly asked: Asked;
  readonly ticket: number;
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly reject: (reason: unknown) => void;
  readonly #keeper: WaitKeeper;
  readonly #hold: Hold<H>;
  readonly #resolve: (held: H) => void;
  deadline: Deadline | undefined = undefined;
  isOver = false;

  constructor(
    keeper: WaitKeeper,
    asked: Asked,
    ticket: number,
    timeout: number,
    signal: AbortSignal | undefined,
    hold: Hold<H>,
    resolve: (held: H) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#keeper = keeper;
    this.asked = asked;
    this.ticket = ticket;
    this.timeout = timeout;
    this.signal = signal;
    this.#hold = hold;
    this.#resolve = resolve;
    this.reject = reject;
  }

  grant(token: number): H {
    const held = this.#hold(this.#keeper, this.asked, this.ticket, token);
    this.#resolve(held);
    return held;
  }

  expired(): void {
    this.#keeper.expired(this);
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#keeper.aborted(this);
  }
}

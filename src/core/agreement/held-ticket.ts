/** What this member holds, until it is released or lost, whichever comes first. */
import type { Held } from '../api.js';
import { HubError } from '../errors.js';
import type { LossReason, Space, Terms } from '../protocol.js';

export interface TicketKeeper {
  /** Takes the ticket out of its lines. Resolves to whether it was in them; never rejects. */
  release(held: HeldTicket): Promise<boolean>;
  /** The same, and nobody waits for it. */
  drop(held: HeldTicket): void;
  /** Resolves to whether it was still there; rejects when the authority cannot be asked. */
  downgrade(held: HeldTicket): Promise<boolean>;
}

/** What a ticket is asked for: the keys, and the terms if they are not the plain ones. */
export interface Asked {
  /** The first of its keys. */
  readonly key: string;
  /** Absent is for one lock, and for its holder alone. */
  readonly terms: Terms | undefined;
  readonly within: HeldTicket | undefined;
  /** Who waits for it is ready to serve, and keeps its process alive as a listener does. */
  readonly isListening?: boolean;
}

/** What is made of the ticket when it holds. */
export type Hold<H extends HeldTicket> = (keeper: TicketKeeper, asked: Asked, ticket: number, token: number) => H;

type Life = 'held' | 'released' | HubError;

export class HeldTicket implements Held {
  readonly key: string;
  readonly token: number;
  readonly ticket: number;
  readonly asked: Asked;
  protected readonly keeper: TicketKeeper;
  #within: HeldTicket | undefined;
  /** An error once it is lost. */
  #life: Life = 'held';
  /** Made when it is asked for: most holders never do. */
  #controller: AbortController | undefined;

  constructor(keeper: TicketKeeper, asked: Asked, ticket: number, token: number) {
    this.keeper = keeper;
    this.key = asked.key;
    this.asked = asked;
    this.ticket = ticket;
    this.token = token;
    this.#within = asked.within;
  }

  get space(): Space {
    return this.asked.terms?.space ?? 'lock';
  }

  get isHeld(): boolean {
    return this.#life === 'held';
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#life instanceof HubError) this.#controller.abort(this.#life);
    }
    return this.#controller.signal;
  }

  /** The innermost around it that is still held. */
  get within(): HeldTicket | undefined {
    while (this.#within?.isHeld === false) this.#within = this.#within.#within;
    return this.#within;
  }

  isOf(keeper: TicketKeeper): boolean {
    return this.keeper === keeper;
  }

  release(): Promise<boolean> {
    if (this.#life !== 'held') return NO;
    this.#life = 'released';
    return this.keeper.release(this);
  }

  [Symbol.dispose](): void {
    if (this.#life !== 'held') return;
    this.#life = 'released';
    this.keeper.drop(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** The authority has taken it away. */
  taken(reason: LossReason | 'missed'): void {
    this.#lose(new HubError('LOST', `"${this.key}" was lost before it was released: ${REASONS[reason]}`));
  }

  /** The group, or this member's place in it, is gone. */
  lost(cause: HubError): void {
    this.#lose(new HubError('LOST', `"${this.key}" was lost before it was released: ${cause.message}`, { cause }));
  }

  #lose(error: HubError): void {
    if (this.#life !== 'held') return;
    this.#life = error;
    this.#controller?.abort(error);
  }
}

const NO = Promise.resolve(false);

const REASONS: Readonly<Record<LossReason | 'missed', string>> = {
  stolen: 'another took it by force (`steal`).',
  expired: 'it was held for longer than its `maxHold`.',
  missed: 'while this process could not hear of it, another took it by force (`steal`), or its `maxHold` was over.',
};

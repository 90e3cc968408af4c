/** A lock, or several that are one. */
import type { Lock, LockMode } from '../api.js';
import { HeldTicket } from './held-ticket.js';
import type { Asked, TicketKeeper } from './held-ticket.js';

export class HeldLock extends HeldTicket implements Lock {
  #mode: LockMode;

  constructor(keeper: TicketKeeper, asked: Asked, ticket: number, token: number) {
    super(keeper, asked, ticket, token);
    this.#mode = asked.terms?.mode ?? 'exclusive';
  }

  static readonly of = (keeper: TicketKeeper, asked: Asked, ticket: number, token: number): HeldLock => new this(keeper, asked, ticket, token);

  get keys(): readonly string[] {
    return keysOf(this.asked);
  }

  get mode(): LockMode {
    return this.#mode;
  }

  async downgrade(): Promise<boolean> {
    if (!this.isHeld) return false;
    const isShared = this.#mode === 'shared' || (await this.keeper.downgrade(this));
    if (isShared) this.#mode = 'shared';
    return isShared;
  }
}

export function keysOf({ key, terms }: Asked): readonly string[] {
  return terms?.moreKeys === undefined ? [key] : [key, ...terms.moreKeys];
}

/** Tickets as plain data, from which a ledger goes on. */
import type { Terms } from '../protocol.js';
import type { Ticket } from './line.js';
import { PLAIN } from './terms.js';

/** A ticket at rest. In the order of `asked`, tickets can enter their lines, and their members' tickets, once more. */
export interface TicketSnapshot {
  readonly key: string;
  readonly member: number;
  readonly number: number;
  readonly asked: number;
  /** 0 while it waits. */
  readonly token: number;
  readonly since: number;
  readonly terms?: Terms;
  /** The number of the ticket that it stands within. */
  readonly within?: number;
}

export function atRest({ member, number, asked, token, since, terms, within, place }: Ticket): TicketSnapshot {
  return {
    key: place.line.key,
    member,
    number,
    asked,
    token,
    since,
    ...(terms === PLAIN ? {} : { terms }),
    ...(within === undefined ? {} : { within: within.number }),
  };
}

/** Lines as plain data, for those who look at them from outside. */
import type { Event, LineState, TicketState } from '../protocol.js';
import type { Line, Ticket } from './line.js';

export type Leader = Event & { readonly type: 'leader' };

export interface LineStates {
  readonly isWhole: boolean;
  readonly lines: readonly LineState[];
}

/** In no more steps than tickets may be told. */
export function describeLines(all: Iterable<Line>, most: number): LineStates {
  const lines: LineState[] = [];
  let left = Math.min(most, MOST_TOLD);
  for (const line of all) {
    if (left <= 0) return { isWhole: false, lines };
    const tickets: TicketState[] = [];
    let place = line.first;
    for (; place !== undefined && left > 0; place = place.behind, left -= 1) tickets.push(describeTicket(place.ticket));
    lines.push({ space: line.space, key: line.key, waiting: line.waiting, tickets, ...(line.space === 'semaphore' ? { limit: line.limit } : {}) });
    if (place !== undefined) return { isWhole: false, lines };
  }
  return { isWhole: true, lines };
}

export function leaderOf(name: string, line: Line | undefined): Leader {
  const ticket = line?.first?.ticket;
  return { type: 'leader', name, member: ticket?.member ?? 0, token: ticket?.token ?? 0 };
}

const MOST_TOLD = 10_000;

function describeTicket({ member, number, token, since, terms: { space, mode, permits = 1, site } }: Ticket): TicketState {
  return {
    member,
    ticket: number,
    token,
    since,
    mode: mode ?? 'exclusive',
    ...(space === 'semaphore' ? { permits } : {}),
    ...(site === undefined ? {} : { site }),
  };
}

/**
 * Fair locks. One rule: the holders are the longest compatible prefix of the line. Tickets are exclusive, so it is one.
 * Release, abort, time-out and death are one act: take the ticket out of the line. It costs a member's own tickets,
 * never the length of a line nor the number of keys; and a line exists only while somebody stands in it.
 */
import { type Applied, type Directed, NOTHING, answered } from './applied.js';
import { Line, type Ticket } from './line.js';

/** A ticket at rest. Sorted by `asked`, tickets stand in the order of every line, and of every member's asking. */
export interface TicketSnapshot {
  readonly key: string;
  readonly member: number;
  readonly number: number;
  readonly asked: number;
  /** 0 while it waits. */
  readonly token: number;
}

export class Locks {
  readonly #lines = new Map<string, Line>();
  /** By member, and by the member's own number for it. Each member's stand in the order of asking. */
  readonly #tickets = new Map<number, Map<number, Ticket>>();
  /** Of the last grant. */
  #token = 0;

  /** `tickets`: sorted by `asked`. */
  constructor(tickets: readonly TicketSnapshot[] = []) {
    for (const { key, member, number, asked, token } of tickets) {
      this.#enter(asked, member, key, number).token = token;
    }
  }

  /**
   * The last token that was given. A command gives its own seq to the first that it grants, and the seqs after it to the
   * others, so that no two grants ever have one token.
   */
  get lastToken(): number {
    return this.#token;
  }

  /** Takes a place in line. For a ticket that is alive it changes nothing, and answers how that one stands. */
  acquire(seq: number, member: number, key: string, number: number, wait: boolean): Applied {
    const alive = this.#tickets.get(member)?.get(number);
    if (alive !== undefined) return standing(alive, key);
    if (!wait && this.#lines.has(key)) return UNAVAILABLE;

    const ticket = this.#enter(seq, member, key, number);
    if (ticket.line.first !== ticket) return WAITING;
    ticket.token = this.#nextToken(seq);
    return answered({ type: 'granted', token: seq });
  }

  /** Takes a ticket out of its line, whether it holds or waits. One that is gone, or never was, is no fault. */
  release(seq: number, member: number, number: number): Applied {
    const tickets = this.#tickets.get(member);
    const ticket = tickets?.get(number);
    if (tickets === undefined || ticket === undefined) return answered({ type: 'removed', removed: false, seq });

    tickets.delete(number);
    this.#takeOut(ticket);
    const grant = this.#grantFirst(seq, ticket.line);
    return { outcome: { type: 'removed', removed: true, seq }, events: grant === undefined ? NOTHING : [grant] };
  }

  /** Takes all of a member's tickets out. The keys are passed on in the order in which it had asked for them. */
  leave(seq: number, member: number): readonly Directed[] {
    const tickets = this.#tickets.get(member);
    if (tickets === undefined) return NOTHING;

    this.#tickets.delete(member);
    for (const ticket of tickets.values()) this.#takeOut(ticket);

    // Only when all are out: the next in line may have been the member itself.
    const grants: Directed[] = [];
    for (const { line } of tickets.values()) {
      const grant = this.#grantFirst(seq, line);
      if (grant !== undefined) grants.push(grant);
    }
    return grants;
  }

  snapshot(): readonly TicketSnapshot[] {
    return [...this.#tickets.values()]
      .flatMap((tickets) => [...tickets.values()])
      .sort((a, b) => a.asked - b.asked)
      .map(({ line, member, number, asked, token }) => ({ key: line.key, member, number, asked, token }));
  }

  #enter(seq: number, member: number, key: string, number: number): Ticket {
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = new Line(key)));
    const ticket = line.enter(member, number, seq);

    const tickets = this.#tickets.get(member);
    if (tickets === undefined) this.#tickets.set(member, new Map([[number, ticket]]));
    else tickets.set(number, ticket);
    return ticket;
  }

  #takeOut(ticket: Ticket): void {
    const { line } = ticket;
    line.takeOut(ticket);
    if (line.first === undefined) this.#lines.delete(line.key);
  }

  /** Makes the first in line its holder; `undefined` when it is so already, or when nobody is there. */
  #grantFirst(seq: number, { first }: Line): Directed | undefined {
    if (first === undefined || first.token !== 0) return undefined;
    first.token = this.#nextToken(seq);
    return { to: first.member, event: { type: 'lock.granted', ticket: first.number, token: first.token } };
  }

  #nextToken(seq: number): number {
    this.#token = Math.max(seq, this.#token + 1);
    return this.#token;
  }
}

const WAITING = answered({ type: 'waiting' });
const UNAVAILABLE = answered({ type: 'unavailable' });

function standing({ line, number, token }: Ticket, key: string): Applied {
  if (line.key !== key) {
    const reason = `Ticket ${number} stands in the line of "${line.key}": take another for "${key}".`;
    return answered({ type: 'invalid', reason });
  }
  return token === 0 ? WAITING : answered({ type: 'granted', token });
}

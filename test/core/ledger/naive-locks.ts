/** The rules of locks once more, written for plainness alone: one list of tickets, and a search for everything. */
import type { Directed } from '../../../src/core/ledger/ledger.js';
import type { LineState, LockCommand, LossReason, Outcome, Space, Terms } from '../../../src/core/protocol.js';

interface NaiveTicket {
  readonly member: number;
  readonly number: number;
  readonly asked: number;
  readonly keys: readonly string[];
  readonly space: Space;
  readonly within: NaiveTicket | undefined;
  terms: Terms;
  /** The keys in whose lines it is among the first. */
  readonly first: Set<string>;
  token: number;
  since: number;
}

export class NaiveLocks {
  /** In the order of every line: of asking, but for thieves. */
  tickets: NaiveTicket[] = [];
  now = 0;
  /** Gives the next token. */
  readonly #next: () => number;

  constructor(next: () => number) {
    this.#next = next;
  }

  apply(seq: number, from: number, command: LockCommand, events: Directed[]): Outcome {
    const leaders = this.#leaders();
    const outcome = this.#apply(seq, from, command, events);
    this.#tellLeaders(leaders, events);
    return outcome;
  }

  leave(member: number, events: Directed[]): void {
    const leaders = this.#leaders();
    // Thieves stand in front of their lines, and yet they asked when they asked.
    const own = this.tickets.filter((ticket) => ticket.member === member).sort((a, b) => a.asked - b.asked);
    this.#takeOut(own, events);
    this.#tellLeaders(leaders, events);
  }

  pass(now: number, events: Directed[]): number {
    const told = events.length;
    const leaders = this.#leaders();
    this.now = now;
    const expired = this.tickets.filter((ticket) => endOf(ticket) <= now).sort((a, b) => endOf(a) - endOf(b) || a.token - b.token);
    events.push(...expired.map((ticket) => lost(ticket, 'expired')));
    this.#takeOut(expired, events);
    this.#tellLeaders(leaders, events);
    return events.length - told;
  }

  #apply(seq: number, from: number, command: LockCommand, events: Directed[]): Outcome {
    if (command.type === 'lock.acquire') return this.#acquire(seq, from, command, events);
    if (command.type === 'lock.lines') return { type: 'lines', now: this.now, isWhole: true, lines: this.#lines() };
    const own = this.#find(from, command.ticket);
    if (own === undefined) return { type: 'removed', removed: false, seq };
    if (command.type === 'lock.release') {
      this.#takeOut([own], events);
      return { type: 'removed', removed: true, seq };
    }
    if (own.token === 0 || own.space !== 'lock') return { type: 'invalid', reason: '' };
    own.terms = { ...own.terms, mode: 'shared' };
    this.#letIn([own], events);
    return { type: 'granted', token: own.token };
  }

  #acquire(seq: number, from: number, { key, ticket: number, wait, terms = {} }: LockCommand & { type: 'lock.acquire' }, events: Directed[]): Outcome {
    const alive = this.#find(from, number);
    if (alive !== undefined && alive.keys[0] !== key) return { type: 'invalid', reason: '' };
    if (alive !== undefined) return alive.token > 0 ? { type: 'granted', token: alive.token } : { type: 'waiting' };
    const { space = 'lock', permits = 1, limit = 1, mode, moreKeys, steal } = terms;
    if (space !== 'lock' && (mode !== undefined || moreKeys !== undefined || steal !== undefined)) return { type: 'invalid', reason: '' };
    if (steal !== undefined && mode !== undefined) return { type: 'invalid', reason: '' };
    if (permits < 1 || permits > limit || (terms.maxHold ?? 1) <= 0) return { type: 'invalid', reason: '' };
    const other = this.#line(space, key)[0]?.terms.limit ?? 1;
    if (this.#line(space, key).length > 0 && other !== limit) return { type: 'other-limit', limit: other };

    const keys = [...new Set([key, ...(terms.moreKeys ?? [])])];
    const enclosing = terms.within === undefined ? undefined : this.#find(from, terms.within);
    const within = enclosing !== undefined && enclosing.token > 0 ? enclosing : undefined;
    const ticket: NaiveTicket = { member: from, number, asked: seq, keys, space, within, terms, first: new Set(), token: 0, since: this.now };
    const robbed = terms.steal === true ? [...new Set(keys.flatMap((each) => this.#line(space, each).filter((other) => other.token > 0)))] : [];
    events.push(...robbed.map((other) => lost(other, 'stolen')));
    this.tickets = this.tickets.filter((other) => !robbed.includes(other));
    if (terms.steal === true) {
      for (const other of this.tickets) for (const each of keys) if (other.space === space) other.first.delete(each);
      this.tickets.unshift(ticket);
    } else {
      this.tickets.push(ticket);
    }

    const own: Directed[] = [];
    this.#letIn([ticket], own);
    if (ticket.token > 0) {
      this.#letIn(robbed, events);
      return { type: 'granted', token: ticket.token };
    }
    const refusal = this.#refusal(ticket, wait);
    if (refusal !== undefined) this.tickets = this.tickets.filter((other) => other !== ticket);
    return refusal ?? { type: 'waiting' };
  }

  #refusal(ticket: NaiveTicket, wait: boolean): Outcome | undefined {
    if (!wait) return { type: 'unavailable' };
    const { maxWaiters = Infinity } = ticket.terms;
    const waiting = ticket.keys.map((key) => this.#line(ticket.space, key).filter(({ token }) => token === 0).length - 1);
    if (Math.max(...waiting) >= maxWaiters) return { type: 'full' };
    return this.#stuck().includes(ticket) ? { type: 'deadlock', circle: [] } : undefined;
  }

  /** Whoever can go on in the end goes on, and makes room for others. These are the rest. */
  #stuck(): readonly NaiveTicket[] {
    let stuck = this.tickets;
    for (;;) {
      const left = stuck.filter((ticket) => !this.#goesOn(ticket, stuck));
      if (left.length === stuck.length) return stuck;
      stuck = left;
    }
  }

  #goesOn(ticket: NaiveTicket, stuck: readonly NaiveTicket[]): boolean {
    if (ticket.token > 0) return !stuck.some((other) => other.token === 0 && enclosing(other).includes(ticket));
    return ticket.keys.every((key) => {
      const line = this.#line(ticket.space, key);
      return fits(line.slice(0, line.indexOf(ticket)).filter((other) => stuck.includes(other)), ticket);
    });
  }

  #takeOut(out: readonly NaiveTicket[], events: Directed[]): void {
    this.tickets = this.tickets.filter((ticket) => !out.includes(ticket));
    this.#letIn(out, events);
  }

  /** Where these stood, or stand. */
  #letIn(tickets: readonly NaiveTicket[], events: Directed[]): void {
    for (const { space, keys } of tickets) {
      for (const key of keys) {
        const line = this.#line(space, key);
        for (const [i, ticket] of line.entries()) {
          if (!fits(line.slice(0, i), ticket)) break;
          ticket.first.add(key);
          if (ticket.token > 0 || ticket.first.size < ticket.keys.length) continue;
          ticket.token = this.#next();
          ticket.since = this.now;
          events.push({ to: ticket.member, event: { type: 'lock.granted', ticket: ticket.number, token: ticket.token } });
        }
      }
    }
  }

  #find(member: number, number: number): NaiveTicket | undefined {
    return this.tickets.find((ticket) => ticket.member === member && ticket.number === number);
  }

  #line(space: Space, key: string): readonly NaiveTicket[] {
    return this.tickets.filter((ticket) => ticket.space === space && ticket.keys.includes(key));
  }

  #lines(): readonly LineState[] {
    const names = this.tickets.flatMap(({ space, keys }) => keys.map((key) => JSON.stringify([space, key])));
    return [...new Set(names)].map((name) => {
      const [space, key] = JSON.parse(name) as [Space, string];
      const line = this.#line(space, key);
      return {
        space,
        key,
        waiting: line.filter(({ token }) => token === 0).length,
        tickets: line.map(({ member, number, token, since, terms: { mode = 'exclusive', permits = 1 } }) => ({
          member, ticket: number, token, since, mode: mode as 'shared', ...(space === 'semaphore' ? { permits } : {}),
        })),
        ...(space === 'semaphore' ? { limit: line[0]?.terms.limit ?? 1 } : {}),
      };
    });
  }

  #leaders(): ReadonlyMap<string, NaiveTicket> {
    return new Map(this.tickets.filter(({ space, token }) => space === 'election' && token > 0).map((ticket) => [ticket.keys[0] ?? '', ticket]));
  }

  /** In no order: the test sorts them. */
  #tellLeaders(before: ReadonlyMap<string, NaiveTicket>, events: Directed[]): void {
    const after = this.#leaders();
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const leader = after.get(name);
      if (leader === before.get(name)) continue;
      events.push({ to: 'followers', event: { type: 'leader', name, member: leader?.member ?? 0, token: leader?.token ?? 0 } });
    }
  }
}

function fits(ahead: readonly NaiveTicket[], ticket: NaiveTicket): boolean {
  const all = [...ahead, ticket];
  if (ticket.space === 'semaphore') return all.reduce((sum, { terms }) => sum + (terms.permits ?? 1), 0) <= (ticket.terms.limit ?? 1);
  return ahead.length === 0 || all.every(({ terms }) => terms.mode === 'shared');
}

function enclosing({ within }: NaiveTicket): readonly NaiveTicket[] {
  return within === undefined ? [] : [within, ...enclosing(within)];
}

function endOf({ token, since, terms: { maxHold = Infinity } }: NaiveTicket): number {
  return token === 0 ? Infinity : since + maxHold;
}

function lost({ member, number }: NaiveTicket, reason: LossReason): Directed {
  return { to: member, event: { type: 'lock.lost', ticket: number, reason } };
}

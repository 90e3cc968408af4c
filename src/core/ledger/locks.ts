/**
 * Fair locks. One rule: the holders are the longest compatible prefix of the line. Release, abort, time-out, theft and death
 * are one act: take the ticket out of its lines. It costs a member's own tickets, never the length of a line nor the number
 * of keys. Readers, semaphores and elections are lines with other weights; a ticket for several keys holds them all or none.
 */
import type { LossReason, Outcome, Terms } from '../protocol.js';
import { Numbered } from '../numbered.js';
import { type Applied, type Directed, answered } from './applied.js';
import { Deadlines } from './deadlines.js';
import { findDeadlock } from './deadlock.js';
import { type Line, type Place, Ticket } from './line.js';
import { describeLines, leaderOf } from './line-states.js';
import type { Leader } from './line-states.js';
import { Lines } from './lines.js';
import { PLAIN, keysOf, limitOf, mistakeIn, weightOf } from './terms.js';
import { atRest } from './ticket-snapshot.js';
import type { TicketSnapshot } from './ticket-snapshot.js';

export class Locks {
  readonly #lines = new Lines();
  /** By member, and by the member's own number for it. */
  readonly #tickets = new Map<number, Numbered<Ticket>>();
  readonly #deadlines = new Deadlines<Ticket>();
  /** Elections whose leader has changed by the command that is being applied. */
  readonly #changed = new Set<string>();
  #now: number;
  #token = 0;

  /** `tickets`: sorted by `asked`. */
  constructor(tickets: readonly TicketSnapshot[] = [], now = 0) {
    this.#now = now;
    for (const ticket of tickets) this.#restore(ticket);
    for (const line of this.#lines) while (line.letIn() !== undefined);
  }

  /**
   * The last token that was given. A command gives its own seq to the first that it grants, and the seqs after it to the
   * others, so that no two grants ever have one token.
   */
  get lastToken(): number {
    return this.#token;
  }

  /** When the next holder's time is over; `Infinity` when nobody's will be. */
  get due(): number {
    return this.#deadlines.due;
  }

  /** Takes a place in line. For a ticket that is alive it changes nothing, and answers how that one stands. */
  acquire(seq: number, member: number, key: string, number: number, wait: boolean, terms: Terms = PLAIN): Applied {
    const alive = this.#tickets.get(member)?.get(number);
    if (alive !== undefined) return standing(alive, key);
    const refusal = terms === PLAIN ? undefined : this.#refusal(key, terms);
    if (refusal !== undefined) return answered(refusal);

    // Before it robs anybody: it may be what it stands within itself.
    const within = this.#enclosing(member, terms.within);
    const robbed = terms.steal === true ? this.#holders(key, terms) : NOBODY;
    for (const other of robbed) this.#takeOut(other);
    const ticket = this.#enter(seq, member, key, number, terms, within);
    for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) place.line.letIn();
    if (ticket.missing > 0) return this.#wait(ticket, wait);

    this.#grant(seq, ticket);
    const outcome: Outcome = { type: 'granted', token: ticket.token };
    if (terms === PLAIN) return answered(outcome);
    return { outcome, events: this.#passOn(seq, robbed, robbed.map((other) => lost(other, 'stolen'))) };
  }

  /** Takes a ticket out of its lines, whether it holds or waits. One that is gone, or never was, is no fault. */
  release(seq: number, member: number, number: number): Applied {
    const ticket = this.#tickets.get(member)?.get(number);
    if (ticket === undefined) return answered({ type: 'removed', removed: false, seq });

    this.#takeOut(ticket);
    return { outcome: { type: 'removed', removed: true, seq }, events: this.#passOn(seq, [ticket], []) };
  }

  /** Lets others share what it holds. Those who may stand right behind it. */
  downgrade(seq: number, member: number, number: number): Applied {
    const ticket = this.#tickets.get(member)?.get(number);
    if (ticket === undefined) return answered({ type: 'removed', removed: false, seq });
    if (!ticket.holds) return answered({ type: 'invalid', reason: `Ticket ${number} waits: only what holds can be downgraded.` });
    if (ticket.place.line.space !== 'lock') return answered({ type: 'invalid', reason: 'Only locks can be downgraded.' });

    const { weight } = ticket;
    ticket.terms = { ...ticket.terms, mode: 'shared' };
    ticket.weight = weightOf(ticket.terms);
    for (const line of ticket.lines) line.lighten(weight - ticket.weight);
    return { outcome: { type: 'granted', token: ticket.token }, events: this.#passOn(seq, [ticket], []) };
  }

  /** Takes all of a member's tickets out. The keys are passed on in the order in which it had asked for them. */
  leave(seq: number, member: number): readonly Directed[] {
    const tickets = this.ticketsOf(member);
    for (const ticket of tickets) this.#takeOut(ticket);
    this.#tickets.delete(member);
    return this.#passOn(seq, tickets, []);
  }

  /** Takes out those whose time to hold is over. */
  pass(seq: number, now: number): readonly Directed[] {
    this.#now = now;
    const expired: Ticket[] = [];
    for (let ticket = this.#deadlines.take(now); ticket !== undefined; ticket = this.#deadlines.take(now)) {
      this.#takeOut(ticket);
      expired.push(ticket);
    }
    return this.#passOn(seq, expired, expired.map((ticket) => lost(ticket, 'expired')));
  }

  /** As an outcome: every line, with `most` tickets at most. */
  describe(most: number): Applied {
    return answered({ type: 'lines', now: this.#now, ...describeLines(this.#lines, most) });
  }

  leader(name: string): Leader {
    return leaderOf(name, this.#lines.find('election', name));
  }

  /** A member's tickets, in the order of asking. */
  ticketsOf(member: number): readonly Ticket[] {
    return inOrder(this.#tickets.get(member)?.values() ?? []);
  }

  snapshot(): readonly TicketSnapshot[] {
    return inOrder([...this.#tickets.values()].flatMap((tickets) => tickets.values())).map(atRest);
  }

  #refusal(key: string, terms: Terms): Outcome | undefined {
    const reason = mistakeIn(terms);
    if (reason !== undefined) return { type: 'invalid', reason };
    const line = this.#lines.find(terms.space ?? 'lock', key);
    if (line !== undefined && line.limit !== limitOf(terms)) return { type: 'other-limit', limit: line.limit };
    return undefined;
  }

  /** It has to wait: so it does, or nothing of it is kept. */
  #wait(ticket: Ticket, wait: boolean): Applied {
    if (!wait) return this.#refuse(ticket, UNAVAILABLE);
    const { maxWaiters = MOST_WAITERS } = ticket.terms;
    if (ticket.lines.some(({ waiting }) => waiting > maxWaiters)) return this.#refuse(ticket, FULL);
    const circle = findDeadlock(ticket);
    return circle === undefined ? WAITING : this.#refuse(ticket, answered({ type: 'deadlock', circle }));
  }

  /** It is the last of all its lines: nobody has to be let in for it. */
  #refuse(ticket: Ticket, applied: Applied): Applied {
    this.#takeOut(ticket);
    return applied;
  }

  /** Once each, in the order of the keys. */
  #holders(key: string, terms: Terms): readonly Ticket[] {
    const holders = new Set<Ticket>();
    for (const each of keysOf(key, terms)) {
      for (let place = this.#lines.find('lock', each)?.first; place?.isAmongFirst === true; place = place.behind) {
        if (place.ticket.holds) holders.add(place.ticket);
      }
    }
    return [...holders];
  }

  /** Only what is held keeps back what stands within it. */
  #enclosing(member: number, number: number | undefined): Ticket | undefined {
    const ticket = number === undefined ? undefined : this.#tickets.get(member)?.get(number);
    return ticket?.holds === true ? ticket : undefined;
  }

  #enter(asked: number, member: number, key: string, number: number, terms: Terms, within: Ticket | undefined): Ticket {
    let tickets = this.#tickets.get(member);
    if (tickets === undefined) this.#tickets.set(member, (tickets = new Numbered()));
    const { space = 'lock', moreKeys, steal } = terms;
    const limit = limitOf(terms);
    const ticket = new Ticket(member, number, asked, this.#lines.open(space, key, limit), terms, within, this.#now);
    if (moreKeys !== undefined) ticket.standAlsoIn(keysOf(key, terms).slice(1).map((each) => this.#lines.open(space, each, limit)));
    tickets.set(number, ticket);

    for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) {
      if (steal === true) place.line.enterInFront(place);
      else place.line.enter(place);
    }
    return ticket;
  }

  #grant(seq: number, ticket: Ticket): void {
    this.#token = Math.max(seq, this.#token + 1);
    ticket.token = this.#token;
    ticket.since = this.#now;
    const { maxHold, space } = ticket.terms;
    if (maxHold !== undefined) ticket.deadline = this.#deadlines.add(this.#now + maxHold, ticket.token, ticket);
    for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) place.line.waiting -= 1;
    if (space === 'election') this.#changed.add(ticket.place.line.key);
  }

  #takeOut(ticket: Ticket): void {
    ticket.isOut = true;
    const tickets = this.#tickets.get(ticket.member);
    tickets?.delete(ticket.number);
    if (ticket.deadline !== undefined) this.#deadlines.cancel(ticket.deadline);
    for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) {
      const { line } = place;
      line.takeOut(place);
      if (line.first === undefined) this.#lines.close();
    }
    if (ticket.holds && ticket.terms.space === 'election') this.#changed.add(ticket.place.line.key);
  }

  /**
   * Lets in whoever fits now in the lines of tickets that have made room, and grants to those who miss nothing more. Only
   * when all are out: the next in line may have been one of them.
   */
  #passOn(seq: number, tickets: readonly Ticket[], events: Directed[]): readonly Directed[] {
    for (const out of tickets) {
      for (let place: Place | undefined = out.place; place !== undefined; place = place.next) this.#letInto(place.line, seq, events);
    }
    if (this.#changed.size > 0) this.#tellLeaders(events);
    return events;
  }

  #letInto(line: Line, seq: number, events: Directed[]): void {
    for (let place = line.letIn(); place !== undefined; place = line.letIn()) {
      const { ticket } = place;
      if (ticket.missing > 0) continue;
      this.#grant(seq, ticket);
      events.push({ to: ticket.member, event: { type: 'lock.granted', ticket: ticket.number, token: ticket.token } });
    }
  }

  #tellLeaders(events: Directed[]): void {
    for (const name of this.#changed) events.push({ to: 'followers', event: this.leader(name) });
    this.#changed.clear();
  }

  #restore({ key, member, number, asked, token, since, terms = PLAIN, within }: TicketSnapshot): void {
    const ticket = this.#enter(asked, member, key, number, terms, this.#enclosing(member, within));
    ticket.since = since;
    if (token === 0) return;
    ticket.token = token;
    for (const line of ticket.lines) line.waiting -= 1;
    if (terms.maxHold !== undefined) ticket.deadline = this.#deadlines.add(since + terms.maxHold, token, ticket);
  }
}

/** In one line, where nothing else was said. */
const MOST_WAITERS = 100_000;

const NOBODY: readonly Ticket[] = [];
const WAITING = answered({ type: 'waiting' });
const UNAVAILABLE = answered({ type: 'unavailable' });
const FULL = answered({ type: 'full' });

function standing({ place, number, token }: Ticket, key: string): Applied {
  const stands = place.line.key;
  if (stands !== key) {
    const reason = `Ticket ${number} stands in the line of "${stands}": take another for "${key}".`;
    return answered({ type: 'invalid', reason });
  }
  return token === 0 ? WAITING : answered({ type: 'granted', token });
}

/** Of asking. */
function inOrder(tickets: Ticket[]): readonly Ticket[] {
  return tickets.sort((a, b) => a.asked - b.asked);
}

function lost({ member, number }: Ticket, reason: LossReason): Directed {
  return { to: member, event: { type: 'lock.lost', ticket: number, reason } };
}

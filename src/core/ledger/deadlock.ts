/**
 * Deadlocks, found by the asking that would close the circle. A ticket that stands within another keeps that one from being
 * released until it is granted itself. Whoever can go on in the end goes on, and makes room for others; those who are left
 * can never go on. It is exact, for locks and semaphores alike: no alarm is false, and none is missing.
 */
import type { Deadlocked } from '../protocol.js';
import type { Line, Place, Ticket } from './line.js';

/** `asking` stands in its lines already. Each of the circle keeps back the one before it, and the first keeps back the last. */
export function findDeadlock(asking: Ticket): readonly Deadlocked[] | undefined {
  if (asking.within === undefined) return undefined;
  const suspects = new Suspects(asking);
  if (!suspects.concern(asking)) return undefined;
  while (suspects.acquit()) if (!suspects.has(asking)) return undefined;
  return suspects.circle(asking);
}

class Suspects {
  #tickets: Set<Ticket>;
  /** Those in which a suspect stands, and somebody waits. */
  readonly #lines = new Set<Line>();

  /** Whoever might wait for the asking one, by whatever way: what it stands within, all who wait in lines with that, and so on. */
  constructor(asking: Ticket) {
    this.#tickets = new Set(enclosing(asking));
    for (const ticket of this.#tickets) {
      for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) {
        if (place.line.waiting > 0 && !this.#lines.has(place.line)) this.#suspectWaiting(place.line);
      }
    }
  }

  has(ticket: Ticket): boolean {
    return this.#tickets.has(ticket);
  }

  /** Whether a suspect stands in one of its lines. */
  concern({ place: first }: Ticket): boolean {
    for (let place: Place | undefined = first; place !== undefined; place = place.next) if (this.#lines.has(place.line)) return true;
    return false;
  }

  /** Strikes out who can go on if the other suspects cannot. Whether there were any. */
  acquit(): boolean {
    const left = new Set<Ticket>();
    for (const line of this.#lines) {
      let taken = 0;
      for (let place = line.first; place !== undefined; place = place.behind) {
        const { ticket } = place;
        if (!this.#tickets.has(ticket)) continue;
        taken += ticket.weight;
        if (ticket.holds || taken <= line.limit) continue;
        left.add(ticket);
        for (const outer of enclosing(ticket)) left.add(outer);
      }
    }
    const isFewer = left.size < this.#tickets.size;
    this.#tickets = left;
    return isFewer;
  }

  /** The shortest way from the asking one to what it stands within. */
  circle(asking: Ticket): readonly Deadlocked[] {
    const goals = new Set(enclosing(asking));
    const inner = this.#byEnclosing();
    const steps = new Map<Ticket, Step>([[asking, { ticket: asking, line: undefined, before: undefined }]]);
    for (const step of steps.values()) {
      if (goals.has(step.ticket)) return deadlocked(step);
      const obstacles = step.ticket.holds ? (inner.get(step.ticket) ?? []).map((ticket) => ({ ticket, line: undefined })) : this.#ahead(step.ticket);
      for (const { ticket, line } of obstacles) if (!steps.has(ticket)) steps.set(ticket, { ticket, line, before: step });
    }
    return deadlocked({ ticket: asking, line: undefined, before: undefined });
  }

  #suspectWaiting(line: Line): void {
    this.#lines.add(line);
    for (let place = line.first; place !== undefined; place = place.behind) {
      const { ticket } = place;
      if (ticket.holds || this.#tickets.has(ticket)) continue;
      this.#tickets.add(ticket);
      for (const outer of enclosing(ticket)) this.#tickets.add(outer);
    }
  }

  /** Who is left ahead of it, where it does not fit beside them. */
  #ahead(ticket: Ticket): readonly { readonly ticket: Ticket; readonly line: Line }[] {
    const ahead: { readonly ticket: Ticket; readonly line: Line }[] = [];
    for (let own: Place | undefined = ticket.place; own !== undefined; own = own.next) {
      const line: Line = own.line;
      const before = ahead.length;
      let taken = ticket.weight;
      for (let place: Place | undefined = line.first; place !== undefined && place !== own; place = place.behind) {
        if (!this.has(place.ticket)) continue;
        ahead.push({ ticket: place.ticket, line });
        taken += place.ticket.weight;
      }
      if (taken <= line.limit) ahead.length = before;
    }
    return ahead;
  }

  #byEnclosing(): ReadonlyMap<Ticket, readonly Ticket[]> {
    const inner = new Map<Ticket, Ticket[]>();
    for (const ticket of this.#tickets) {
      if (ticket.holds) continue;
      for (const outer of enclosing(ticket)) {
        const all = inner.get(outer);
        if (all === undefined) inner.set(outer, [ticket]);
        else all.push(ticket);
      }
    }
    return inner;
  }
}

/** How a circle came to a ticket: the one that it keeps back, and the line in which it does. */
interface Step {
  readonly ticket: Ticket;
  readonly line: Line | undefined;
  readonly before: Step | undefined;
}

function enclosing(ticket: Ticket): readonly Ticket[] {
  const all: Ticket[] = [];
  for (let { within } = ticket; within !== undefined; within = within.within) all.push(within);
  return all;
}

/** Who waits is told with the key for which it waits, that is with the next one's line; who holds with the key that is wanted. */
function deadlocked(last: Step): readonly Deadlocked[] {
  const circle: Deadlocked[] = [];
  let wanted: Line | undefined;
  for (let step: Step | undefined = last; step !== undefined; step = step.before) {
    const { ticket, line } = step;
    const { space, key } = (ticket.holds ? line : wanted) ?? ticket.place.line;
    const { site } = ticket.terms;
    circle.unshift({ member: ticket.member, space, key, holds: ticket.holds, ...(site === undefined ? {} : { site }) });
    wanted = line;
  }
  return circle;
}

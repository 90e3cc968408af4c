/**
 * Deadlocks, found by the asking that would close the circle. A ticket that stands within another keeps that one from being
 * released until it is granted itself. So: suppose that the asking one is never granted. Then whatever it stands within is
 * never released, whoever cannot fit beside that is never granted, and so on. If this comes round to the asking one, it is
 * so: nobody in the circle can ever go on. If it does not, there is no deadlock, and no alarm.
 */
import type { Deadlocked } from '../protocol.js';
import type { Line, Place, Ticket } from './line.js';

/** `asking` stands in its lines already. Each of the circle keeps back the one before it, and the first keeps back the last. */
export function findDeadlock(asking: Ticket): readonly Deadlocked[] | undefined {
  if (asking.within === undefined) return undefined;
  const stuck = new Stuck();
  stuck.enclosing(asking);
  for (let line = stuck.nextLine(); line !== undefined; line = stuck.nextLine()) {
    if (stuck.reaches(asking, line)) return stuck.circle(asking);
  }
  return undefined;
}

/** What keeps a ticket back: another ticket, and the line in which it does. */
interface Obstacle {
  readonly ticket: Ticket;
  readonly line: Line | undefined;
}

class Stuck {
  /** Who never goes on, and why. Each reason was found before what it explains. */
  readonly #obstacles = new Map<Ticket, Obstacle>();
  /** Those in which somebody new is stuck, and others wait. */
  readonly #lines = new Set<Line>();

  nextLine(): Line | undefined {
    for (const line of this.#lines) {
      this.#lines.delete(line);
      return line;
    }
    return undefined;
  }

  /** Whatever a stuck ticket stands within is never released. */
  enclosing(inner: Ticket): void {
    for (let { within } = inner; within !== undefined && !this.#obstacles.has(within); within = within.within) {
      this.#add(within, { ticket: inner, line: undefined });
    }
  }

  /** Whoever does not fit beside the stuck ones ahead of it is stuck too. Whether that is so for `asking`. */
  reaches(asking: Ticket, line: Line): boolean {
    let first: Ticket | undefined;
    let taken = 0;
    for (let place = line.first; place !== undefined; place = place.behind) {
      const { ticket } = place;
      if (!this.#obstacles.has(ticket)) {
        if (first === undefined || taken + ticket.weight <= line.limit) continue;
        this.#add(ticket, { ticket: first, line }, line);
        if (ticket === asking) return true;
        this.enclosing(ticket);
      }
      first ??= ticket;
      taken += ticket.weight;
    }
    return false;
  }

  circle(asking: Ticket): readonly Deadlocked[] {
    const circle: Deadlocked[] = [];
    let ticket = asking;
    let line: Line | undefined;
    do {
      const obstacle = this.#obstacles.get(ticket);
      if (obstacle === undefined) break;
      line = ticket.holds ? line : obstacle.line;
      circle.push(deadlocked(ticket, line));
      ({ ticket } = obstacle);
    } while (ticket !== asking);
    return circle;
  }

  /** `seen`: the line that is being looked through, and that needs no second look for this one's sake. */
  #add(ticket: Ticket, obstacle: Obstacle, seen?: Line): void {
    this.#obstacles.set(ticket, obstacle);
    for (let place: Place | undefined = ticket.place; place !== undefined; place = place.next) {
      if (place.line !== seen && place.line.waiting > 0) this.#lines.add(place.line);
    }
  }
}

function deadlocked({ member, holds, place, terms: { site } }: Ticket, line: Line | undefined): Deadlocked {
  const { space, key } = line ?? place.line;
  return { member, space, key, holds, ...(site === undefined ? {} : { site }) };
}

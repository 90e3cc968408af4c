/**
 * Who holds and who awaits one key, in the order of asking. Each ticket has a weight, and the line a limit: as many of the
 * first as fit within it together are let in, and nobody overtakes one who does not fit yet. A ticket may be taken out
 * anywhere, at the same cost however long the line is.
 */
import type { Space, Terms } from '../protocol.js';
import type { Deadline } from './deadlines.js';
import { weightOf } from './terms.js';

export class Line {
  readonly space: Space;
  readonly key: string;
  readonly limit: number;
  #first: Place | undefined = undefined;
  #last: Place | undefined = undefined;
  /** The first that is not among the first: the next to be let in. */
  #next: Place | undefined = undefined;
  /** The weight of those among the first. */
  #taken = 0;
  /** How many stand in it that do not hold. Whoever grants counts them. */
  waiting = 0;

  constructor(space: Space, key: string, limit: number) {
    this.space = space;
    this.key = key;
    this.limit = limit;
  }

  get first(): Place | undefined {
    return this.#first;
  }

  /** At the end of the line. It is not among the first yet, even when it is alone. */
  enter(place: Place): void {
    const ahead = this.#last;
    place.ahead = ahead;
    if (ahead === undefined) this.#first = place;
    else ahead.behind = place;
    this.#last = place;
    this.#next ??= place;
    this.waiting += 1;
  }

  /** In front of all. Nobody may hold the key; those who were let in and wait elsewhere stand behind it again. */
  enterInFront(place: Place): void {
    for (let other = this.#first; other?.isAmongFirst === true; other = other.behind) {
      other.isAmongFirst = false;
      other.ticket.missing += 1;
    }
    const behind = this.#first;
    place.behind = behind;
    if (behind === undefined) this.#last = place;
    else behind.ahead = place;
    this.#first = place;
    this.#next = place;
    this.#taken = 0;
    this.waiting += 1;
  }

  /** The next one, when it fits; asked again and again, all who fit. */
  letIn(): Place | undefined {
    const next = this.#next;
    if (next === undefined || this.#taken + next.ticket.weight > this.limit) return undefined;
    this.#taken += next.ticket.weight;
    this.#next = next.behind;
    next.isAmongFirst = true;
    next.ticket.missing -= 1;
    return next;
  }

  /** One of the first has become lighter by so much. */
  lighten(weight: number): void {
    this.#taken -= weight;
  }

  /** Once for each place. */
  takeOut(place: Place): void {
    const { ahead, behind, ticket } = place;
    if (ahead === undefined) this.#first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#last = ahead;
    else behind.ahead = ahead;
    if (place.isAmongFirst) this.#taken -= ticket.weight;
    else if (this.#next === place) this.#next = behind;
    if (!ticket.holds) this.waiting -= 1;
    // Or each ticket that has long been out would keep the next one, and that one the next.
    place.ahead = undefined;
    place.behind = undefined;
  }
}

/** Where a ticket stands in one line. */
export class Place {
  readonly line: Line;
  readonly ticket: Ticket;
  /** Its neighbours, and whether it is among the first: the line's affair. */
  ahead: Place | undefined = undefined;
  behind: Place | undefined = undefined;
  isAmongFirst = false;
  /** The same ticket's place in the line of its next key. */
  next: Place | undefined = undefined;

  constructor(line: Line, ticket: Ticket) {
    this.line = line;
    this.ticket = ticket;
  }
}

/**
 * One member's asking for one key, or for several at once: it stands in the line of each of them, and holds all or none.
 * It holds them as soon as it is among the first of all its lines, and keeps its places until then.
 */
export class Ticket {
  readonly member: number;
  /** The member's own number for it. */
  readonly number: number;
  /** The seq of the command that asked for it. Unique, and so the order of all tickets. */
  readonly asked: number;
  /** In the line of its first key. */
  readonly place: Place;
  terms: Terms;
  /** How much of a line's limit it takes. */
  weight: number;
  /** When it began to wait, or to hold. */
  since: number;
  /** The seq that was given to it when it became a holder; 0 while it waits. */
  token = 0;
  /** In how many of its lines it is not yet among the first. */
  missing = 1;
  isOut = false;
  deadline: Deadline<Ticket> | undefined = undefined;
  #within: Ticket | undefined;

  constructor(member: number, number: number, asked: number, line: Line, terms: Terms, within: Ticket | undefined, now: number) {
    this.member = member;
    this.number = number;
    this.asked = asked;
    this.place = new Place(line, this);
    this.terms = terms;
    this.weight = weightOf(terms);
    this.since = now;
    this.#within = within;
  }

  get holds(): boolean {
    return this.token !== 0;
  }

  /** It is for more than one key. */
  standAlsoIn(lines: readonly Line[]): void {
    let { place } = this;
    for (const line of lines) {
      const next = new Place(line, this);
      place.next = next;
      place = next;
    }
    this.missing += lines.length;
  }

  get lines(): readonly Line[] {
    const lines: Line[] = [];
    for (let place: Place | undefined = this.place; place !== undefined; place = place.next) lines.push(place.line);
    return lines;
  }

  /** The innermost ticket that cannot be released before this one has been granted. */
  get within(): Ticket | undefined {
    while (this.#within?.isOut === true) this.#within = this.#within.#within;
    return this.#within;
  }
}

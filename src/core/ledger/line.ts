/**
 * Who holds and who awaits one key, in the order of asking.
 * A ticket enters at the end and may be taken out anywhere, at the same cost however long the line is.
 */

/** One member's place in a line. */
export interface Ticket {
  readonly line: Line;
  readonly member: number;
  /** The member's own number for it. */
  readonly number: number;
  /** The seq of the command that asked for it. Unique, and so the order of all tickets. */
  readonly asked: number;
  /** The seq of the command that made it a holder; 0 while it waits. */
  token: number;
  /** Its neighbours: the line's affair. */
  ahead: Ticket | undefined;
  behind: Ticket | undefined;
}

export class Line {
  readonly key: string;
  #first: Ticket | undefined;
  #last: Ticket | undefined;

  constructor(key: string) {
    this.key = key;
  }

  get first(): Ticket | undefined {
    return this.#first;
  }

  /** A new ticket at the end of the line. It waits, even when it is the first. */
  enter(member: number, number: number, asked: number): Ticket {
    const ahead = this.#last;
    const ticket: Ticket = { line: this, member, number, asked, token: 0, ahead, behind: undefined };
    if (ahead === undefined) this.#first = ticket;
    else ahead.behind = ticket;
    this.#last = ticket;
    return ticket;
  }

  /** Once for each ticket. */
  takeOut({ ahead, behind }: Ticket): void {
    if (ahead === undefined) this.#first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.#last = ahead;
    else behind.ahead = ahead;
  }
}

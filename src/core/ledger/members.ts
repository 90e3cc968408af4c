/** Who is in the group. Numbers are given in the order of joining, and never given twice. */
import type { Candidate, Member } from '../protocol.js';

export interface MembersSnapshot {
  /** The last number that was given, to whoever: it may have left. */
  readonly last: number;
  readonly members: readonly Member[];
}

export class Members {
  readonly #byNumber = new Map<number, Member>();
  readonly #byId = new Map<string, Member>();
  #last: number;

  constructor({ last, members }: MembersSnapshot = { last: 0, members: [] }) {
    this.#last = last;
    for (const member of members) this.#seat(member);
  }

  get byNumber(): ReadonlyMap<number, Member> {
    return this.#byNumber;
  }

  find(id: string): Member | undefined {
    return this.#byId.get(id);
  }

  /** The candidate with the next number. Its id is not in the group yet. */
  join({ id, name, labels, pid }: Candidate): Member {
    this.#last += 1;
    return this.#seat({ id, number: this.#last, name, labels, pid });
  }

  /** Whether it was there. */
  leave(number: number): boolean {
    const member = this.#byNumber.get(number);
    if (member === undefined) return false;
    this.#byId.delete(member.id);
    return this.#byNumber.delete(number);
  }

  snapshot(): MembersSnapshot {
    return { last: this.#last, members: [...this.#byNumber.values()] };
  }

  #seat(member: Member): Member {
    this.#byNumber.set(member.number, member);
    this.#byId.set(member.id, member);
    return member;
  }
}

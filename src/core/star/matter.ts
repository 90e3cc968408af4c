/**
 * What comes before the authority, and waits for its turn: the command of a member, a command of its own, or something that
 * only has to come after all that came before it.
 */
import type { Command, Outcome } from '../protocol.js';
import type { HubError } from '../errors.js';
import type { Outbox } from './outbox.js';

/** Whoever submits commands for a member. */
export interface Asker {
  readonly member: number;
  /** Where outcomes go. */
  readonly out: Outbox;
  /** How many of its commands wait. */
  waiting: number;
  /** One of them does no more, and its outcome is told. */
  decided(): void;
}

/** What becomes of an authority's command: its outcome, or that it was not written down. */
export type Decided = (outcome: Outcome | HubError) => void;

export class Matter {
  /** None where something else waits for its turn. */
  readonly command: Command | undefined;
  /** As it was when it came: what was written down then is applied, and what was not is answered. */
  isAsking = false;
  /** 0 is the authority. */
  member = 0;
  oldest = 0;
  number = 0;
  /** Nobody waits for its outcome. */
  isQuiet = false;
  asker: Asker | undefined = undefined;
  proof: string | undefined = undefined;
  decided: Decided = nothing;
  /** Where its record lies among those that are to be written, or a member's command in one. */
  from = 0;
  to = 0;

  constructor(command: Command | undefined) {
    this.command = command;
  }

  /** Whether it cannot be refused: what has ended has ended. */
  get mustBe(): boolean {
    return this.command?.type === 'lock.release' || this.command?.type === 'member.leave';
  }
}

const nothing = (): void => {};

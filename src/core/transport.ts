/**
 * PORT. The one thing that a medium must provide: a seat in a group.
 *
 * Telling is at most once, in order for each pair of members. Agreeing is exactly once, in one order for the group.
 * Whoever keeps that order is the transport's affair; the hub submits commands and hears events.
 */
import type { HubError } from './errors.js';
import type { Arrival, Candidate, Command, Envelope, Event, Interest, Member, Outcome } from './protocol.js';

export interface Transport {
  /** `cluster`, `socket`: for logs and errors. */
  readonly name: string;
  /** What this process may be called in the group when its user gives it no name: `primary`, `worker-3`. */
  readonly suggestedName?: string;
  /**
   * Takes a seat in the group: at the start, and again, with a fresh id, after `lost`.
   * Resolves when the authority has ordered the joining; rejects when there is no way in, with what to do about it.
   */
  join(seat: Seat): Promise<Session>;
}

/** What a hub brings to the table. The ear is given at birth: nothing is said before it listens. */
export interface Seat {
  readonly member: Candidate;
  /** Aborts the joining. It has no meaning once there is a session. */
  readonly signal: AbortSignal;
  readonly ear: Ear;
  /**
   * What the hub follows by now: a transport may make it known before anybody hears that it has joined. The session is told
   * of all of it by `follow` all the same.
   */
  interests(): Iterable<Interest>;
}

/** What a session says to its hub. No method may be called before `join` has resolved, nor after `lost` or `close`. */
export interface Ear {
  received(envelope: Envelope<Arrival>): void;
  /**
   * One of ours, whole, that its receiver never saw: because it is gone or does not listen (`absent`), or because too much
   * waits for it already (`full`). `envelope.member` is whom it was for.
   */
  returned(envelope: Envelope<Arrival>, why: 'absent' | 'full'): void;
  heard(event: Event): void;
  /** The group can be heard again after a silence, or not: for those who want to know. Calls just wait. */
  suspended(isSuspended: boolean): void;
  /**
   * The way to the others broke, and is being mended: what was under way between members may have been lost, both ways.
   * What was agreed stands, and what was asked of the authority will be answered.
   */
  interrupted(error: HubError): void;
  /** The last word: all that was held through this session is gone. */
  lost(error: HubError): void;
}

/** One member's life in the group; it ends once. */
export interface Session {
  readonly member: Member;
  /** Everyone who was in the group when the session began, this member included. */
  readonly members: readonly Member[];
  /** To members: at most once. Never throws for what the world does. */
  send(envelope: Envelope): void;
  /**
   * To the authority: applied exactly once. `settled` is called exactly once: with the outcome, or with an error when the
   * session ended first (`LOST`, `CLOSED`) or when the authority could not apply it. Never called before `submit` returns.
   * That a ticket waits goes without saying: `settled` hears it when something later is heard. Without `settled` nobody
   * waits for the outcome, and it need not be told at all.
   */
  submit(command: Command, settled?: Settled): void;
  follow(interest: Interest): void;
  unfollow(interest: Interest): void;
  /** Resolves when what was sent has left this process as far as the medium takes it. */
  drained(): Promise<void>;
  /** Flushes, says good-bye and ends the session; `lost` is not called. Idempotent. */
  close(): Promise<void>;
}

export type Settled = (settlement: Outcome | HubError) => void;

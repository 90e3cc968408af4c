/**
 * A hub's place in its group, through all its sessions: joining, seated, lost and joining again, closed. What is submitted
 * without a session waits for the next one, in order; what it is interested in is followed anew in each.
 *
 * The first joining that fails is the end, and so is a later one when trying again would not help.
 */
import type { Status, StatusChange } from './api.js';
import type { Deadline, Deadlines } from './deadlines.js';
import { HubError } from './errors.js';
import type { HubErrorCode } from './errors.js';
import { InterestSet } from './interest-set.js';
import type { Candidate, Command, Interest } from './protocol.js';
import { SessionEar } from './session-ear.js';
import type { Hearer } from './session-ear.js';
import type { Session, Settled, Transport } from './transport.js';

/** Whoever sits in the seat. */
export interface Occupant extends Hearer {
  /** What this process says of itself; the id is new for each session. */
  introduce(transport: Transport): Candidate;
  /** The interests are followed again by then, and what was submitted has gone out. */
  seated(session: Session): void;
  lost(error: HubError): void;
  /** There is no way back: by `close`, or because there is no way in. */
  closed(error: HubError): void;
  statusChanged(change: StatusChange): void;
}

type Life =
  /** `failures`: how often it was tried in vain since the last loss; `first` before there was any session. */
  | { readonly at: 'joining'; readonly failures: number | 'first'; readonly attempt: AbortController }
  | { readonly at: 'resting'; readonly failures: number; readonly until: Deadline }
  | { readonly at: 'seated'; readonly session: Session }
  | { readonly at: 'suspended'; readonly session: Session }
  | { readonly at: 'closed'; readonly error: HubError };

export class Seat {
  readonly #transport: Transport | Promise<Transport>;
  readonly #occupant: Occupant;
  readonly #deadlines: Deadlines;
  readonly #limit: number;
  readonly #interests = new InterestSet();
  #life: Life;
  #held: Held[] = [];
  #ready: Waiter[] = [];

  constructor(transport: Transport | Promise<Transport>, occupant: Occupant, deadlines: Deadlines, limit = 10_000) {
    this.#transport = transport;
    this.#occupant = occupant;
    this.#deadlines = deadlines;
    this.#limit = limit;
    this.#life = { at: 'joining', failures: 'first', attempt: new AbortController() };
  }

  /** Begins. Called once. */
  open(): void {
    if (this.#life.at === 'joining') void this.#join(this.#life.failures, this.#life.attempt);
  }

  get status(): Status {
    return this.#life.at === 'resting' ? 'joining' : this.#life.at;
  }

  /** Throws the error that it was closed with. */
  assertOpen(): void {
    if (this.#life.at === 'closed') throw this.#life.error;
  }

  ready(): Promise<void> {
    switch (this.#life.at) {
      case 'seated':
      case 'suspended':
        return Promise.resolve();
      case 'closed':
        return Promise.reject(this.#life.error);
      case 'joining':
      case 'resting':
        return new Promise((resolve, reject) => this.#ready.push({ resolve, reject }));
    }
  }

  /** As a session's: `settled` is called exactly once, and never before this returns. */
  submit(command: Command, settled?: Settled): void {
    const life = this.#life;
    switch (life.at) {
      case 'seated':
      case 'suspended':
        return life.session.submit(command, settled);
      case 'closed':
        return queueMicrotask(() => settled?.(life.error));
      case 'joining':
      case 'resting':
        // A release makes room for others, and is never refused.
        if (this.#held.length < this.#limit || command.type === 'lock.release') this.#held.push({ command, settled });
        else queueMicrotask(() => settled?.(new HubError('OVERLOADED', `${this.#limit} commands wait for a seat already. Await hub.ready() before giving so many.`)));
    }
  }

  follow(interest: Interest): void {
    this.#interests.add(interest);
    this.#session?.follow(interest);
  }

  unfollow(interest: Interest): void {
    this.#interests.delete(interest);
    this.#session?.unfollow(interest);
  }

  /** Ends it, now for this process, and soon for the others. Resolves when what was sent has left. */
  async close(error: HubError): Promise<void> {
    const life = this.#life;
    this.#end(error);
    switch (life.at) {
      case 'joining':
        return life.attempt.abort(error);
      case 'resting':
        return life.until.cancel();
      case 'seated':
      case 'suspended':
        return life.session.close();
      case 'closed':
        return;
    }
  }

  get #session(): Session | undefined {
    return this.#life.at === 'seated' || this.#life.at === 'suspended' ? this.#life.session : undefined;
  }

  async #join(failures: number | 'first', attempt: AbortController): Promise<void> {
    const ear = new SessionEar(this.#occupant, {
      suspended: (isSuspended) => this.#suspended(isSuspended),
      lost: (error) => this.#lost(error),
    });
    let known = new InterestSet();
    const interests = (): Iterable<Interest> => {
      known = new InterestSet(this.#interests);
      return known;
    };
    try {
      const transport = await this.#transport;
      const session = await transport.join({ member: this.#occupant.introduce(transport), signal: attempt.signal, ear, interests });
      if (attempt.signal.aborted) await session.close();
      else if (ear.loss === undefined) this.#sit(session, ear, known);
      else this.#failed(failures === 'first' ? 0 : failures, ear.loss);
    } catch (error) {
      if (!attempt.signal.aborted) this.#failed(failures, asHubError(error));
    }
  }

  /** `known`: of these interests the authority may know already. */
  #sit(session: Session, ear: SessionEar, known: Iterable<Interest>): void {
    this.#life = { at: 'seated', session };
    for (const interest of known) if (!this.#interests.has(interest)) session.unfollow(interest);
    for (const interest of this.#interests) session.follow(interest);
    const held = this.#held;
    this.#held = [];
    for (const { command, settled } of held) submitSafely(session, command, settled);
    this.#occupant.seated(session);
    const ready = this.#ready;
    this.#ready = [];
    for (const { resolve } of ready) resolve();
    this.#occupant.statusChanged({ status: 'seated' });
    ear.open();
  }

  #failed(failures: number | 'first', error: HubError): void {
    if (failures === 'first' || FINAL.has(error.code)) {
      this.#end(error);
      return;
    }
    const delay = Math.min(SHORTEST_REST * 2 ** failures, LONGEST_REST) * (0.5 + Math.random() / 2);
    this.#life = { at: 'resting', failures: failures + 1, until: this.#deadlines.add(delay, { expired: () => this.#joinAgain(failures + 1) }) };
  }

  #joinAgain(failures: number): void {
    const attempt = new AbortController();
    this.#life = { at: 'joining', failures, attempt };
    void this.#join(failures, attempt);
  }

  #suspended(isSuspended: boolean): void {
    const session = this.#session;
    if (session === undefined) return;
    const status = isSuspended ? 'suspended' : 'seated';
    this.#life = { at: status, session };
    this.#occupant.statusChanged({ status });
  }

  #lost(error: HubError): void {
    if (this.#session === undefined) return;
    this.#joinAgain(0);
    this.#occupant.lost(error);
    this.#occupant.statusChanged({ status: 'joining', error });
  }

  #end(error: HubError): void {
    if (this.#life.at === 'closed') return;
    this.#life = { at: 'closed', error };
    const held = this.#held;
    const ready = this.#ready;
    this.#held = [];
    this.#ready = [];
    this.#occupant.closed(error);
    for (const { settled } of held) settled?.(error);
    for (const { reject } of ready) reject(error);
    this.#occupant.statusChanged(error.code === 'CLOSED' ? { status: 'closed' } : { status: 'closed', error });
  }
}

interface Held {
  readonly command: Command;
  readonly settled: Settled | undefined;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: HubError) => void;
}

const SHORTEST_REST = 50;
const LONGEST_REST = 5_000;

/** Trying again would not help. */
const FINAL: ReadonlySet<HubErrorCode> = new Set<HubErrorCode>([
  'UNSUPPORTED',
  'UNAVAILABLE',
  'REFUSED',
  'VERSION',
  'PATH_TOO_LONG',
  'PATH_IN_USE',
  'PATH_INSECURE',
  'PATH_UNUSABLE',
]);

function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HubError('UNAVAILABLE', `The group could not be joined: ${message}`, { cause: error });
}

/** Whoever submitted it is not on the stack any more. */
function submitSafely(session: Session, command: Command, settled: Settled | undefined): void {
  try {
    session.submit(command, settled);
  } catch (error) {
    settled?.(asHubError(error));
  }
}

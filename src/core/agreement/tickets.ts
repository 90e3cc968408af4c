/**
 * This member's tickets, whatever they are for. Releasing, aborting and timing out are one act: the ticket is taken out of its line, whatever it
 * is by then; so a grant that is on its way when the wait is given up leaks nothing.
 */
import type { WaitOptions } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import type { Deadlines } from '../deadlines.js';
import type { Directory } from '../directory.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import { Numbered } from '../numbered.js';
import type { LockCommand, LossReason, Outcome } from '../protocol.js';
import type { Authority } from './authority.js';
import type { Asked, HeldTicket, Hold } from './held-ticket.js';
import { refused } from './refused.js';
import { WaitingTicket } from './waiting-ticket.js';
import type { WaitKeeper, Waiting } from './waiting-ticket.js';
import { shownName } from '../shown-name.js';

export class Tickets implements WaitKeeper {
  readonly #authority: Authority;
  readonly #directory: Pick<Directory, 'member'>;
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;
  /** Those that the authority has told to wait: what is still being asked for is the session's to settle. */
  readonly #waiting = new Numbered<Waiting>();
  readonly #held = new Numbered<HeldTicket>();
  #lastTicket = 0;

  constructor(authority: Authority, directory: Pick<Directory, 'member'>, deadlines: Deadlines, keepAlive: KeepAlive) {
    this.#authority = authority;
    this.#directory = directory;
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
  }

  /** Waits in line, unless it is said what to do instead. */
  ask<H extends HeldTicket>(
    asked: Asked,
    { timeout = 0, signal }: Pick<WaitOptions, 'timeout' | 'signal'>,
    hold: Hold<H>,
    resolve: (held: H) => void,
    reject: (reason: unknown) => void,
    unavailable?: () => void,
  ): void {
    if (signal?.aborted === true) return reject(signal.reason);
    const waiting = new WaitingTicket(this, asked, this.#nextTicket(), timeout, signal, hold, resolve, reject);
    this.#authority.submit(acquiring(asked, waiting.ticket, unavailable === undefined), (settlement) => this.#answered(waiting, settlement, unavailable));
    if (asked.isListening === true) this.#keepAlive.listen();
    else this.#keepAlive.begin();
    if (timeout > 0) waiting.deadline = this.#deadlines.add(timeout, waiting);
    onAbort(signal, waiting);
  }

  /** The authority has granted a ticket that waited. */
  granted(ticket: number, token: number): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting !== undefined) this.#grant(waiting, token);
  }

  /** The authority has taken a ticket out that held. */
  taken(ticket: number, reason: LossReason | 'missed'): void {
    this.#held.delete(ticket)?.taken(reason);
  }

  /** The authority tells which tickets it has of this member: what became of the others was told while nobody could hear it. */
  standing(tickets: readonly number[]): void {
    const standing = new Set(tickets);
    for (const { ticket } of this.#held.values()) if (!standing.has(ticket)) this.taken(ticket, 'missed');
    for (const waiting of this.#waiting.values()) {
      if (standing.has(waiting.ticket)) continue;
      this.#over(waiting);
      waiting.reject(new HubError('LOST', `"${shownName(waiting.asked.key)}" was granted and taken away again while this process could not hear of it.`));
    }
  }

  release({ ticket }: HeldTicket): Promise<boolean> {
    this.#held.delete(ticket);
    this.#keepAlive.begin();
    return new Promise((resolve) => {
      this.#authority.submit({ type: 'lock.release', ticket }, (settlement) => {
        this.#keepAlive.end();
        resolve(!(settlement instanceof HubError) && settlement.type === 'removed' && settlement.removed);
      });
    });
  }

  drop({ ticket }: HeldTicket): void {
    this.#held.delete(ticket);
    this.#authority.submit({ type: 'lock.release', ticket });
  }

  downgrade({ ticket, asked }: HeldTicket): Promise<boolean> {
    this.#keepAlive.begin();
    return new Promise((resolve, reject) => {
      this.#authority.submit({ type: 'lock.downgrade', ticket }, (settlement) => {
        this.#keepAlive.end();
        if (settlement instanceof HubError) reject(settlement);
        else if (settlement.type === 'granted' || settlement.type === 'removed') resolve(settlement.type === 'granted');
        else reject(refused(settlement, asked, this.#directory));
      });
    });
  }

  /** Everything held is gone, and every place in a line. `code` is for those who wait. */
  lost(code: 'LOST' | 'CLOSED', cause: HubError): void {
    for (const waiting of this.#waiting.values()) {
      this.#over(waiting);
      waiting.reject(new HubError(code, `"${shownName(waiting.asked.key)}" was not granted: ${cause.message}`, { cause }));
    }
    const held = this.#held.values();
    this.#held.clear();
    for (const each of held) each.lost(cause);
  }

  expired(waiting: Waiting): void {
    this.#giveUp(waiting, new HubError('TIMEOUT', `"${shownName(waiting.asked.key)}" was not free within ${waiting.timeout} ms.`));
  }

  aborted(waiting: Waiting): void {
    this.#giveUp(waiting, waiting.signal?.reason);
  }

  #answered(waiting: Waiting, settlement: Outcome | HubError, unavailable: (() => void) | undefined): void {
    if (waiting.isOver) return;
    if (settlement instanceof HubError) {
      this.#over(waiting);
      waiting.reject(settlement);
    } else if (settlement.type === 'granted') {
      this.#grant(waiting, settlement.token);
    } else if (settlement.type === 'waiting') {
      this.#waiting.set(waiting.ticket, waiting);
    } else {
      this.#over(waiting);
      if (settlement.type === 'unavailable' && unavailable !== undefined) unavailable();
      else waiting.reject(refused(settlement, waiting.asked, this.#directory));
    }
  }

  #grant(waiting: Waiting, token: number): void {
    this.#over(waiting);
    this.#held.set(waiting.ticket, waiting.grant(token));
  }

  #giveUp(waiting: Waiting, reason: unknown): void {
    this.#over(waiting);
    waiting.reject(reason);
    this.#authority.submit({ type: 'lock.release', ticket: waiting.ticket });
  }

  #over(waiting: Waiting): void {
    waiting.isOver = true;
    waiting.deadline?.cancel();
    offAbort(waiting.signal, waiting);
    this.#waiting.delete(waiting.ticket);
    if (waiting.asked.isListening === true) this.#keepAlive.unlisten();
    else this.#keepAlive.end();
  }

  #nextTicket(): number {
    do this.#lastTicket = (this.#lastTicket % LAST_TICKET) + 1;
    while (this.#held.get(this.#lastTicket) !== undefined || this.#waiting.get(this.#lastTicket) !== undefined);
    return this.#lastTicket;
  }
}

const LAST_TICKET = 2 ** 31 - 1;

function acquiring({ key, terms }: Asked, ticket: number, wait: boolean): LockCommand {
  if (terms === undefined) return { type: 'lock.acquire', key, ticket, wait };
  return { type: 'lock.acquire', key, ticket, wait, terms };
}

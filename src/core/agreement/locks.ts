/**
 * This member's tickets. Releasing, aborting and timing out are one act: the ticket is taken out of its line, whatever it
 * is by then; so a grant that is on its way when the wait is given up leaks nothing.
 */
import type { Lock, LockOptions } from '../api.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Outcome } from '../protocol.js';
import type { Authority } from './authority.js';
import { HeldLock } from './held-lock.js';
import type { Releaser } from './held-lock.js';
import { WaitingLock } from './waiting-lock.js';
import type { WaitKeeper } from './waiting-lock.js';

export class Locks implements Releaser, WaitKeeper {
  readonly #authority: Authority;
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;
  /** Those that the authority has told to wait: what is still being asked for is the session's to settle. */
  readonly #waiting = new Map<number, WaitingLock>();
  readonly #held = new Map<number, HeldLock>();
  #lastTicket = 0;

  constructor(authority: Authority, deadlines: Deadlines, keepAlive: KeepAlive) {
    this.#authority = authority;
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
  }

  acquire(key: string, options: LockOptions = {}): Promise<Lock> {
    return new Promise((resolve, reject) => this.#ask(key, options, resolve, reject));
  }

  /** The body's error comes first: releasing never rejects. */
  async around<R>(key: string, options: LockOptions, body: (lock: Lock) => R | Promise<R>): Promise<R> {
    const lock = await this.acquire(key, options);
    try {
      return await body(lock);
    } finally {
      await lock.release();
    }
  }

  tryAcquire(key: string): Promise<Lock | undefined> {
    return new Promise((resolve, reject) => this.#ask(key, {}, resolve, reject, () => resolve(undefined)));
  }

  /** The authority has granted a ticket that waited. */
  granted(ticket: number, token: number): void {
    const waiting = this.#waiting.get(ticket);
    if (waiting !== undefined) this.#grant(waiting, token);
  }

  release({ ticket }: HeldLock): Promise<boolean> {
    this.#held.delete(ticket);
    this.#keepAlive.begin();
    return new Promise((resolve) => {
      this.#authority.submit({ type: 'lock.release', ticket }, (settlement) => {
        this.#keepAlive.end();
        resolve(!(settlement instanceof HubError) && settlement.type === 'removed' && settlement.removed);
      });
    });
  }

  /** Everything held is gone, and every place in a line. `code` is for those who wait. */
  lost(code: 'LOST' | 'CLOSED', cause: HubError): void {
    for (const waiting of this.#waiting.values()) {
      this.#over(waiting);
      waiting.reject(new HubError(code, `"${waiting.key}" was not locked: ${cause.message}`, { cause }));
    }
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const lock of held) lock.lost(cause);
  }

  expired(waiting: WaitingLock): void {
    this.#giveUp(waiting, new HubError('TIMEOUT', `"${waiting.key}" was not free within ${waiting.timeout} ms.`));
  }

  aborted(waiting: WaitingLock): void {
    this.#giveUp(waiting, waiting.signal?.reason);
  }

  /** Waits in line, unless it is said what to do instead. */
  #ask(key: string, { timeout = 0, signal }: LockOptions, resolve: (lock: HeldLock) => void, reject: (reason: unknown) => void, unavailable?: () => void): void {
    if (signal?.aborted === true) return reject(signal.reason);
    const waiting = new WaitingLock(this, key, this.#nextTicket(), timeout, signal, resolve, reject);
    const wait = unavailable === undefined;
    this.#authority.submit({ type: 'lock.acquire', key, ticket: waiting.ticket, wait }, (settlement) => this.#answered(waiting, settlement, unavailable));
    this.#keepAlive.begin();
    if (timeout > 0) waiting.deadline = this.#deadlines.add(timeout, waiting);
    signal?.addEventListener('abort', waiting);
  }

  #answered(waiting: WaitingLock, settlement: Outcome | HubError, unavailable: (() => void) | undefined): void {
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
      else waiting.reject(new HubError('BAD_PACKET', `The authority answered "${settlement.type}" when "${waiting.key}" was to be locked.`));
    }
  }

  #grant(waiting: WaitingLock, token: number): void {
    const { key, ticket } = waiting;
    this.#over(waiting);
    const lock = new HeldLock(this, key, ticket, token);
    this.#held.set(ticket, lock);
    waiting.resolve(lock);
  }

  #giveUp(waiting: WaitingLock, reason: unknown): void {
    this.#over(waiting);
    waiting.reject(reason);
    this.#authority.submit({ type: 'lock.release', ticket: waiting.ticket }, () => {});
  }

  #over(waiting: WaitingLock): void {
    waiting.isOver = true;
    waiting.deadline?.cancel();
    waiting.signal?.removeEventListener('abort', waiting);
    this.#waiting.delete(waiting.ticket);
    this.#keepAlive.end();
  }

  #nextTicket(): number {
    do this.#lastTicket = (this.#lastTicket % LAST_TICKET) + 1;
    while (this.#held.has(this.#lastTicket) || this.#waiting.has(this.#lastTicket));
    return this.#lastTicket;
  }
}

const LAST_TICKET = 2 ** 31 - 1;

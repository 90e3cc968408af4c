/**
 * What each ticket of a hub is asked for, as terms: beside what its user said, what it is asked for within and, when that
 * is to be known, where in the code.
 */
import type { Held, WaitOptions } from '../api.js';
import type { Context } from '../context.js';
import type { Host } from '../host.js';
import type { Inheritance } from '../inheritance.js';
import type { Terms } from '../protocol.js';
import { captureSite } from '../site.js';
import { HeldTicket } from './held-ticket.js';
import type { Asked, Hold } from './held-ticket.js';
import type { Tickets } from './tickets.js';

export class Asking {
  readonly #tickets: Tickets;
  readonly #host: Pick<Host, 'defer'>;
  readonly #context: Context;
  readonly #inheritance: Inheritance;
  readonly #captureSites: boolean;

  constructor(tickets: Tickets, host: Pick<Host, 'defer'>, context: Context, inheritance: Inheritance, captureSites: boolean) {
    this.#tickets = tickets;
    this.#host = host;
    this.#context = context;
    this.#inheritance = inheritance;
    this.#captureSites = captureSites;
  }

  /** `special`: the terms of its kind, if it has any; `entry`: what the user called. */
  asked(key: string, special: Terms | undefined, { maxWaiters, maxHold, within }: WaitOptions, entry: (...args: never) => unknown): Asked {
    const enclosing = this.#enclosing(within);
    const site = this.#captureSites ? captureSite(entry) : undefined;
    if (special === undefined && maxWaiters === undefined && maxHold === undefined && enclosing === undefined && site === undefined) {
      return { key, terms: undefined, within: undefined };
    }
    const terms: Terms = {
      ...special,
      ...(maxWaiters === undefined ? {} : { maxWaiters }),
      ...(maxHold === undefined ? {} : { maxHold }),
      ...(enclosing === undefined ? {} : { within: enclosing.ticket }),
      ...(site === undefined ? {} : { site }),
    };
    return { key, terms, within: enclosing };
  }

  acquire<H extends HeldTicket>(asked: Asked, options: WaitOptions, hold: Hold<H>): Promise<H> {
    return new Promise((resolve, reject) => this.#tickets.ask(asked, this.#inheritance.waiting(options), hold, resolve, reject));
  }

  tryAcquire<H extends HeldTicket>(asked: Asked, hold: Hold<H>): Promise<H | undefined> {
    return new Promise((resolve, reject) => this.#tickets.ask<H>(asked, {}, hold, resolve, reject, () => resolve(undefined)));
  }

  /**
   * Whoever asked goes on at the end of the turn, when the release has left this process: it does not wait for the authority,
   * and what it says next, to whomever and whichever way, is said later.
   */
  async around<H extends HeldTicket, R>(acquiring: Promise<H>, body: (held: H) => R | Promise<R>): Promise<R> {
    const held = await acquiring;
    try {
      return await this.#context.run({ ...this.#context.get(), held }, () => body(held));
    } finally {
      held[Symbol.dispose]();
      await new Promise<void>((resolve) => this.#host.defer(resolve));
    }
  }

  #enclosing(within: Held | null | undefined): HeldTicket | undefined {
    const enclosing = within === undefined ? this.#context.get()?.held : within;
    if (!(enclosing instanceof HeldTicket) || !enclosing.isOf(this.#tickets)) return undefined;
    return enclosing.isHeld ? enclosing : enclosing.within;
  }
}

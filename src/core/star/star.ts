/**
 * A transport out of a rendezvous: whoever founds the group is its broker, and joins it as a member like any other, over
 * a link within the process. After a loss everyone meets again: reconnecting and failing over are one act.
 */
import { HubError } from '../errors.js';
import { host as defaultHost } from '../host.js';
import type { Host } from '../host.js';
import type { Seat, Session, Transport } from '../transport.js';
import { LIMITS } from '../limits.js';
import type { Limits } from '../limits.js';
import type { Link } from './link.js';
import { Office } from './office.js';
import type { Meeting, Rendezvous } from './rendezvous.js';
import { Seated } from './seated.js';

export interface StarOptions {
  readonly host?: Host;
  readonly limits?: Partial<Limits>;
}

export function star(rendezvous: Rendezvous, { host = defaultHost, limits = {} }: StarOptions = {}): Transport {
  return new Star(rendezvous, host, { ...LIMITS, ...limits });
}

class Star implements Transport {
  readonly name: string;
  readonly suggestedName?: string;
  readonly #rendezvous: Rendezvous;
  readonly #host: Host;
  readonly #limits: Limits;
  /** The highest epoch that this process has seen: it never joins a lower one. */
  #epoch = 0;

  constructor(rendezvous: Rendezvous, host: Host, limits: Limits) {
    this.name = rendezvous.name;
    if (rendezvous.suggestedName !== undefined) this.suggestedName = rendezvous.suggestedName;
    this.#rendezvous = rendezvous;
    this.#host = host;
    this.#limits = limits;
  }

  async join(seat: Seat): Promise<Session> {
    const proof = await this.#rendezvous.proof?.();
    const session = new Seated(seat, {
      host: this.#host,
      limits: this.#limits,
      proof,
      secret: this.#rendezvous.secret,
      mend: (broken) => void this.#mend(broken),
      resign: () => void this.#resign(proof),
    });
    try {
      await this.#bring(session, seat.signal, MOST_BREAKS);
    } catch (error) {
      // An authority that has died may have let it in before it could say so.
      if (session.hasKnocked) await this.#resign(proof);
      throw error;
    }
    return session;
  }

  async #mend(session: Seated): Promise<void> {
    try {
      await this.#bring(session, session.signal);
    } catch (error) {
      session.end(error instanceof HubError ? error : new HubError('LOST', 'There is no way back to the group.', { cause: error }));
    }
  }

  /** Where even that fails, what the session held stays until this process ends. */
  async #resign(proof: string | undefined): Promise<void> {
    if (proof !== undefined) await this.#rendezvous.resign?.(proof).catch(() => undefined);
  }

  /**
   * A link that breaks before the welcome is no answer: the broker died, or handed over. It is met again. `most`: who has no
   * seat to lose is told when so many broke.
   */
  async #bring(session: Seated, signal: AbortSignal, most = Infinity): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const meeting = await this.#rendezvous.meet(signal);
      if (await this.#enter(meeting, session, signal)) return;
      signal.throwIfAborted();
      if (attempt === most) throw new HubError('UNAVAILABLE', `The authority of the group is there, and ended each of ${most} links before it said a word. Most often its process may open no more files: raise its limit (ulimit -n), or end members that are not needed.`);
      await this.#pause(Math.min(attempt * 10, 500), signal);
    }
  }

  async #enter(meeting: Meeting, session: Seated, signal: AbortSignal): Promise<boolean> {
    if (meeting.role === 'member') return this.#sit(meeting.link, session, signal);

    const office = new Office(meeting, this.#host, this.#limits, this.#rendezvous.secret);
    try {
      await office.begin();
      const isIn = await this.#sit(office.link(), session, signal, () => office.close());
      if (isIn) office.open();
      else await office.close();
      return isIn;
    } catch (error) {
      await office.close();
      throw error;
    }
  }

  async #sit(link: Link, session: Seated, signal: AbortSignal, epilogue?: () => Promise<void>): Promise<boolean> {
    const entering = session.enter(link, this.#epoch, epilogue);
    const abandon = (): void => link.destroy(new HubError('CLOSED', 'Joining was given up.'));
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
    try {
      const isIn = await entering;
      this.#epoch = Math.max(this.#epoch, session.epoch);
      return isIn;
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  #pause(delay: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#host.after(delay, done);
      signal.addEventListener('abort', done, { once: true });
      function done(): void {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

/** Within about ten seconds. */
const MOST_BREAKS = 45;

/**
 * A transport out of a rendezvous: whoever founds the group is its broker, and joins it as a member like any other, over
 * a link within the process. After a loss everyone meets again: reconnecting and failing over are one act.
 */
import { HubError } from '../errors.js';
import { host as defaultHost } from '../host.js';
import type { Host } from '../host.js';
import type { Seat, Session, Transport } from '../transport.js';
import { Broker } from './broker.js';
import { LIMITS } from './limits.js';
import type { Limits } from './limits.js';
import type { Link } from './link.js';
import { linkPair } from './pair.js';
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

  /** A link that breaks before the welcome is no answer: the broker died, or handed over. It is met again. */
  async join(seat: Seat): Promise<Session> {
    for (let attempt = 1; ; attempt++) {
      seat.signal.throwIfAborted();
      const meeting = await this.#rendezvous.meet(seat.signal);
      try {
        return await this.#enter(meeting, seat);
      } catch (error) {
        seat.signal.throwIfAborted();
        if (!(error instanceof HubError) || error.code !== 'LOST') throw error;
        await this.#pause(Math.min(attempt * 10, 500), seat.signal);
      }
    }
  }

  async #enter(meeting: Meeting, seat: Seat): Promise<Session> {
    if (meeting.role === 'member') return this.#sit(meeting.link, seat);

    // Seqs, versions and tokens go on above the clock, in microseconds: they rise across restarts of everything, and stay safe integers until 2255.
    const broker = new Broker({ epoch: meeting.epoch, floor: Date.now() * 1_000, host: this.#host, limits: this.#limits });
    const [near, far] = linkPair(this.#host);
    broker.attach(far);
    const stepDown = async (): Promise<void> => {
      broker.close();
      await meeting.close();
    };
    void meeting.deposed?.then(stepDown);
    try {
      const session = await this.#sit(near, seat, stepDown);
      meeting.accept((link) => broker.attach(link));
      return session;
    } catch (error) {
      await stepDown();
      throw error;
    }
  }

  async #sit(link: Link, seat: Seat, epilogue?: () => Promise<void>): Promise<Seated> {
    const options = { host: this.#host, limits: this.#limits, epoch: this.#epoch };
    const joining = Seated.join(link, seat, epilogue === undefined ? options : { ...options, epilogue });
    const abandon = (): void => link.destroy(new HubError('CLOSED', 'Joining was given up.'));
    seat.signal.addEventListener('abort', abandon, { once: true });
    try {
      const session = await joining;
      this.#epoch = Math.max(this.#epoch, session.epoch);
      return session;
    } finally {
      seat.signal.removeEventListener('abort', abandon);
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

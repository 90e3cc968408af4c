/** A process's time as the authority of a group: its broker, in the place that it was given, until it hands over. */
import type { Host } from '../host.js';
import { Broker } from './broker.js';
import type { Limits } from '../limits.js';
import type { Link } from './link.js';
import { linkPair } from './pair.js';
import type { Meeting } from './rendezvous.js';
import type { Secret } from './secret.js';

export type Authority = Extract<Meeting, { readonly role: 'authority' }>;

export class Office {
  readonly #meeting: Authority;
  readonly #broker: Broker;
  readonly #host: Host;
  #closing: Promise<void> | undefined;

  constructor(meeting: Authority, host: Host, limits: Limits, secret: Secret | undefined) {
    const { epoch, journal, isDead } = meeting;
    this.#meeting = meeting;
    this.#host = host;
    // Seqs, versions and tokens go on above the clock, in microseconds: they rise across restarts of everything, and stay safe integers until 2255.
    this.#broker = new Broker({ epoch, floor: Date.now() * 1_000, host, limits, journal, isDead, secret });
    void meeting.deposed?.then(() => this.close());
  }

  /** Resolves when it can let somebody in. */
  begin(): Promise<void> {
    return this.#broker.begin();
  }

  /** A link to it from within this process. */
  link(): Link {
    const [near, far] = linkPair(this.#host);
    this.#broker.attach(far);
    return near;
  }

  /** Lets the others in. */
  open(): void {
    this.#meeting.accept((link) => this.#broker.attach(link));
  }

  /** Hands over to whoever comes next: nothing is written any more when the place is given up, and all has gone out when it resolves. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#broker.handOver();
    await this.#meeting.close();
    await this.#broker.close();
  }
}

/**
 * The ear of one session. A transport may speak in the same turn in which it resolves `join`, before anybody can have
 * seen the session: what is said so early is kept until the ear is opened.
 */
import type { HubError } from './errors.js';
import type { Arrival, Envelope, Event } from './protocol.js';
import type { Ear } from './transport.js';

/** What of a session is for the hub itself. */
export type Hearer = Pick<Ear, 'received' | 'returned' | 'heard' | 'interrupted'>;

export class SessionEar implements Ear {
  readonly #hearer: Hearer;
  readonly #seat: Pick<Ear, 'suspended' | 'lost'>;
  /** `undefined` once it is open. */
  #early: (() => void)[] | undefined = [];
  /** That the session was lost before it was seen. */
  loss: HubError | undefined = undefined;

  constructor(hearer: Hearer, seat: Pick<Ear, 'suspended' | 'lost'>) {
    this.#hearer = hearer;
    this.#seat = seat;
  }

  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const say of early) say();
  }

  received(envelope: Envelope<Arrival>): void {
    if (this.#early === undefined) this.#hearer.received(envelope);
    else this.#early.push(() => this.#hearer.received(envelope));
  }

  returned(envelope: Envelope<Arrival>, why: 'absent' | 'full'): void {
    if (this.#early === undefined) this.#hearer.returned(envelope, why);
    else this.#early.push(() => this.#hearer.returned(envelope, why));
  }

  heard(event: Event): void {
    if (this.#early === undefined) this.#hearer.heard(event);
    else this.#early.push(() => this.#hearer.heard(event));
  }

  suspended(isSuspended: boolean): void {
    if (this.#early === undefined) this.#seat.suspended(isSuspended);
    else this.#early.push(() => this.#seat.suspended(isSuspended));
  }

  interrupted(error: HubError): void {
    if (this.#early === undefined) this.#hearer.interrupted(error);
    else this.#early.push(() => this.#hearer.interrupted(error));
  }

  lost(error: HubError): void {
    if (this.#early === undefined) this.#seat.lost(error);
    else this.loss = error;
  }
}

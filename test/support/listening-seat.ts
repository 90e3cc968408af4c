/** A seat whose ear writes down what it hears. */
import type { HubError } from '../../src/core/errors.js';
import type { Arrival, Envelope, Event, Interest } from '../../src/core/protocol.js';
import type { Ear, Seat } from '../../src/core/transport.js';

export class ListeningSeat implements Seat, Ear {
  readonly member;
  readonly signal: AbortSignal;
  readonly envelopes: Envelope<Arrival>[] = [];
  readonly undelivered: { readonly envelope: Envelope<Arrival>; readonly why: string }[] = [];
  readonly events: Event[] = [];
  /** Envelopes and events, in the order in which they came. */
  readonly told: (Envelope<Arrival> | Event)[] = [];
  readonly silences: boolean[] = [];
  readonly interruptions: HubError[] = [];
  readonly losses: HubError[] = [];

  readonly #interests: readonly Interest[];

  constructor(name: string, signal: AbortSignal = new AbortController().signal, interests: readonly Interest[] = []) {
    this.#interests = interests;
    this.member = { id: `${name}-id`, name, labels: {}, pid: 1 };
    this.signal = signal;
  }

  get ear(): Ear {
    return this;
  }

  interests(): Iterable<Interest> {
    return this.#interests;
  }

  received(envelope: Envelope<Arrival>): void {
    this.envelopes.push(envelope);
    this.told.push(envelope);
  }

  returned(envelope: Envelope<Arrival>, why: 'absent' | 'full'): void {
    this.undelivered.push({ envelope, why });
  }

  heard(event: Event): void {
    this.events.push(event);
    this.told.push(event);
  }

  suspended(isSuspended: boolean): void {
    this.silences.push(isSuspended);
  }

  interrupted(error: HubError): void {
    this.interruptions.push(error);
  }

  lost(error: HubError): void {
    this.losses.push(error);
  }
}

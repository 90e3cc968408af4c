/** What goes out, and nobody waits for: a message, an answer, a part of a stream, a cancelling. */
import type { Address } from '../api.js';
import type { HubError } from '../errors.js';
import type { EnvelopeType, Payload } from '../protocol.js';
import type { Departure, Outgoing } from './outbox.js';

export class Letter implements Outgoing {
  readonly type: EnvelopeType;
  readonly name: string;
  readonly call: number;
  readonly extra: number;
  readonly payload: Payload;
  readonly to: Address | undefined;
  readonly refused = 0;
  readonly isWithdrawn = false;
  readonly #stranded: ((letter: Letter, error: HubError) => void) | undefined;

  constructor(
    type: EnvelopeType,
    name: string,
    call: number,
    payload: Payload,
    to: Address | undefined,
    stranded?: (letter: Letter, error: HubError) => void,
    extra = 0,
  ) {
    this.type = type;
    this.name = name;
    this.call = call;
    this.payload = payload;
    this.to = to;
    this.extra = extra;
    this.#stranded = stranded;
  }

  departing(): Departure {
    return 'send';
  }

  stranded(error: HubError): void {
    this.#stranded?.(this, error);
  }
}

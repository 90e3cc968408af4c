/** What is said while there is no link: it waits in order, up to a limit. */
import type { Envelope } from '../protocol.js';

export class WaitingRoom {
  readonly #limit: number;
  #envelopes: Envelope[] = [];
  #size = 0;

  /** `limit`: in bytes, roughly. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** `false`: there is no room. */
  add(envelope: Envelope): boolean {
    const { payload } = envelope;
    const size = OVERHEAD + (typeof payload === 'string' ? payload.length : payload.bytes.length);
    if (this.#size + size > this.#limit) return false;
    this.#envelopes.push(envelope);
    this.#size += size;
    return true;
  }

  empty(): readonly Envelope[] {
    const envelopes = this.#envelopes;
    this.#envelopes = [];
    this.#size = 0;
    return envelopes;
  }
}

/** Of an envelope with nothing in it. */
const OVERHEAD = 64;

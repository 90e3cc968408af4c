/**
 * An outcome or event that is too long for one packet, or has no room now, on its way out: it is written a part at a time, when
 * there is room for it, and not before. What it tells is of the moment in which it was said, whatever changes until it has left.
 */
import type { Event } from '../protocol.js';
import { inParts } from './parts.js';
import type { Part } from './map-words.js';
import { Slab } from './slab.js';
import { writePart } from './vocabulary.js';
import type { Told } from './vocabulary.js';

export class LongWord<W extends Told | Event = Told | Event> {
  readonly #parts: Iterator<Part, W>;
  readonly #close: (slab: Slab, last: W) => void;
  readonly #send: (bytes: Uint8Array) => void;
  /** None before the first part: what waits here takes no memory but what it tells. */
  #slab: Slab | undefined;

  /** `close`: writes what comes behind the parts. `send`: takes the packets, for good. */
  constructor(word: W, close: (slab: Slab, last: W) => void, send: (bytes: Uint8Array) => void) {
    this.#parts = inParts(word);
    this.#close = close;
    this.#send = send;
  }

  /** Says the next part. Returns whether that was the last. */
  goOn(): boolean {
    const slab = (this.#slab ??= new Slab((bytes) => {
      this.#send(bytes);
      return false;
    }));
    const { value, done } = this.#parts.next();
    if (done === true) this.#close(slab, value);
    else writePart(slab, value);
    slab.flush();
    return done === true;
  }
}

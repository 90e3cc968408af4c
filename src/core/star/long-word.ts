/**
 * An outcome or event that is too long for one packet, on its way out: it is written a part at a time, when there is room for
 * it, and not before. What it tells is of the moment in which it was said, whatever changes until it has left.
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
  readonly #slab: Slab;

  /** `close`: writes what comes behind the parts. `send`: takes the packets, for good. */
  constructor(word: W, close: (slab: Slab, last: W) => void, send: (bytes: Uint8Array) => void) {
    this.#parts = inParts(word);
    this.#close = close;
    this.#slab = new Slab((bytes) => {
      send(bytes);
      return false;
    });
  }

  /** Says the next part. Returns whether that was the last. */
  goOn(): boolean {
    const { value, done } = this.#parts.next();
    if (done === true) this.#close(this.#slab, value);
    else writePart(this.#slab, value);
    this.#slab.flush();
    return done === true;
  }
}

/**
 * A journal that is written anew while it goes on being written to: what has become of the state takes the place of how it
 * came to be, a bounded piece at a time. More is written at once where more comes in between, so that it gets to its end.
 */
import type { Estate } from './estate.js';
import type { Draft, Journal } from './journal.js';
import { Records } from './records.js';
import { TURNFUL } from './turn.js';

export class Renewal {
  readonly #draft: Draft;
  readonly #steps: Iterator<void>;
  readonly #piece: number;
  readonly #records = new Records();
  #live = 0;
  #appended = 0;
  /** Of what was appended, since the last piece. */
  #recent = 0;
  #isGathered = false;

  /** Of the estate as it is now. `piece`: how many bytes are written at once, or a little more. Throws when it cannot be begun. */
  constructor(journal: Journal, estate: Estate, piece: number) {
    this.#draft = journal.draft();
    this.#steps = estate.snapshot(this.#records);
    this.#piece = Math.max(1, piece);
    // Before anything is appended: what comes before a snapshot is not read.
    this.#try(() => {
      this.#step();
      this.#write();
    });
    this.goOn();
  }

  /** Whether all of it is written, and it may be published. */
  get isWhole(): boolean {
    return this.#isGathered && this.#records.size === 0;
  }

  /** How long the snapshot is. */
  get live(): number {
    return this.#live;
  }

  /** How long the new journal is. */
  get size(): number {
    return this.#live + this.#appended;
  }

  /** So much was appended to the journal, and so to the new one. */
  appended(size: number): void {
    this.#appended += size;
    this.#recent += size;
  }

  /** Writes one more piece. Throws when it cannot be: then it has been dropped, and the journal is as it was. */
  goOn(): void {
    this.#try(() => {
      if (this.#records.size > 0) return this.#write();
      const enough = Math.min(Math.max(this.#piece, this.#recent * HASTE), this.#piece * MOST_PIECES);
      while (!this.#isGathered && this.#records.size < enough) this.#step();
      // One entry may be so long that it is written in the next turn.
      if (this.#records.size < TURNFUL) this.#write();
    });
  }

  /** The same. */
  publish(): void {
    this.#try(() => this.#draft.publish());
  }

  drop(): void {
    this.#draft.drop();
  }

  #step(): void {
    this.#isGathered = this.#steps.next().done === true;
  }

  #write(): void {
    this.#draft.write(this.#records.bytes);
    this.#live += this.#records.size;
    this.#recent = 0;
    this.#records.clear();
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.drop();
      throw error;
    }
  }
}

/** So many times what comes in between. */
const HASTE = 2;
/** However much that is. */
const MOST_PIECES = 8;

/**
 * The upkeep of a journal: before it is too long, what has become of the state is written in the place of how it came to
 * be, a piece in each turn. While that cannot be, the journal stays as long as it is, and whole.
 */
import type { Host } from '../host.js';
import type { Estate } from './estate.js';
import type { Journal } from './journal.js';
import { Renewal } from './renewal.js';

export interface UpkeepOptions {
  readonly journal: Journal;
  readonly estate: Estate;
  readonly host: Pick<Host, 'yield'>;
  /** How long the journal is, and how long it may grow, in bytes; or four times the state, if that is more. */
  readonly size: number;
  readonly limit: number;
  /** Puts all on the disk that was written, unless that is under way; `tend` is called when it is there. */
  readonly sync: () => void;
}

export class Upkeep {
  readonly #journal: Journal;
  readonly #estate: Estate;
  readonly #host: Pick<Host, 'yield'>;
  readonly #limit: number;
  readonly #sync: () => void;
  #size: number;
  /** How long the last snapshot was. */
  #live = 0;
  /** From when it is due until it is published or given up. */
  #isRenewing = false;
  #renewal: Renewal | undefined;
  #isEnded = false;

  constructor({ journal, estate, host, size, limit, sync }: UpkeepOptions) {
    this.#journal = journal;
    this.#estate = estate;
    this.#host = host;
    this.#size = size;
    this.#limit = limit;
    this.#sync = sync;
  }

  /** So much was appended to the journal. */
  grown(size: number): void {
    this.#size += size;
    this.#renewal?.appended(size);
  }

  /** When what was appended has been applied. */
  tend(): void {
    if (this.#renewal?.isWhole === true) return this.#publish(this.#renewal);
    if (this.#isEnded || this.#isRenewing || this.#size <= Math.max(this.#limit, this.#live * 4)) return;
    this.#isRenewing = true;
    // Where a write waits for its flush, this is the only moment in which all that was written has been applied.
    if (this.#journal.sync === undefined) this.#host.yield(() => this.#begin());
    else this.#begin();
  }

  /** Nothing more is written. */
  end(): void {
    this.#isEnded = true;
    this.#giveUp();
  }

  #begin(): void {
    if (this.#isEnded) return;
    this.#try(() => {
      this.#renewal = new Renewal(this.#journal, this.#estate, Math.min(PIECE, this.#limit / 16));
      this.#goOnLater(this.#renewal);
    });
  }

  #goOnLater(renewal: Renewal): void {
    if (renewal.isWhole) return this.#whole(renewal);
    this.#host.yield(() => {
      if (this.#renewal !== renewal) return;
      this.#try(() => {
        renewal.goOn();
        this.#goOnLater(renewal);
      });
    });
  }

  /** Where all has to be on the disk first, it takes the next flush, or one of its own. */
  #whole(renewal: Renewal): void {
    if (this.#journal.sync === undefined) this.#publish(renewal);
    else this.#sync();
  }

  #publish(renewal: Renewal): void {
    this.#try(() => {
      renewal.publish();
      this.#live = renewal.live;
      this.#size = renewal.size;
      this.#renewal = undefined;
      this.#isRenewing = false;
    });
  }

  /** Where it fails it is tried again when the journal has grown by as much once more. */
  #try(step: () => void): void {
    try {
      step();
    } catch {
      this.#live = this.#size;
      this.#giveUp();
    }
  }

  #giveUp(): void {
    this.#renewal?.drop();
    this.#renewal = undefined;
    this.#isRenewing = false;
  }
}

/** So many bytes of a snapshot are written in one turn, or a little more. */
const PIECE = 65_536;

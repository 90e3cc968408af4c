/**
 * The time of a group, which the ledger cannot know by itself. It is told in whole milliseconds: before a member's command,
 * when it is another than before, and when something ends by it. It goes on from where the ledger's stands, and from when that
 * was written, so that what a dead authority has counted down is not counted again.
 */
import type { Host } from '../host.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Turn } from './turn.js';

export class Clock {
  readonly #host: Host;
  readonly #turn: Pick<Turn, 'now'>;
  readonly #ledger: Pick<Ledger, 'now' | 'due'>;
  readonly #tell: (now: number) => void;
  /** Between the host's clock and the group's. */
  readonly #ahead: number;
  #told: number;
  #timer: Disposable | undefined = undefined;
  #armedFor = Infinity;

  /** `age`: how long ago it was what the ledger takes for now. */
  constructor(host: Host, turn: Pick<Turn, 'now'>, ledger: Pick<Ledger, 'now' | 'due'>, tell: (now: number) => void, age = 0) {
    this.#host = host;
    this.#turn = turn;
    this.#ledger = ledger;
    this.#tell = tell;
    this.#ahead = ledger.now + age - host.now();
    this.#told = ledger.now;
  }

  /** Before a command: it is applied in the present. */
  tick(): void {
    const now = Math.floor(this.#turn.now + this.#ahead);
    if (now <= this.#told) return;
    this.#told = now;
    this.#tell(now);
  }

  /** After a command: it may have given something an earlier end. */
  arm(): void {
    const { due } = this.#ledger;
    if (due >= this.#armedFor) return;
    this.#timer?.[Symbol.dispose]();
    this.#armedFor = due;
    const delay = Math.ceil(due - this.#host.now() - this.#ahead);
    this.#timer = this.#host.after(Math.min(Math.max(1, delay), LONGEST_TIMER), () => this.#ring());
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedFor = -Infinity;
  }

  /** What was to end may have ended before: then there is nothing to do but to wait for the next. */
  #ring(): void {
    this.#armedFor = Infinity;
    this.tick();
    this.arm();
  }
}

/** `setTimeout` takes what is longer for 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Every deadline of a hub, behind one timer. Adding and cancelling cost a few writes, however many there are: deadlines
 * of one length pass in the order in which they came, so each length is a line, and only the heads of lines are looked at.
 */
import type { Host } from './host.js';

export interface Expiring {
  expired(): void;
}

/** One deadline, in a ring with the others of its length. */
export class Deadline {
  readonly at: number;
  readonly whose: Expiring;
  #previous: Deadline = this;
  #next: Deadline = this;

  constructor(at: number, whose: Expiring) {
    this.at = at;
    this.whose = whose;
  }

  get next(): Deadline {
    return this.#next;
  }

  /** Takes its place in front of another, which is to be alone no more. */
  insertBefore(other: Deadline): void {
    this.#previous = other.#previous;
    this.#next = other;
    this.#previous.#next = this;
    other.#previous = this;
  }

  /** It will not expire any more. Idempotent. */
  cancel(): void {
    this.#previous.#next = this.#next;
    this.#next.#previous = this.#previous;
    this.#previous = this;
    this.#next = this;
  }
}

export class Deadlines {
  readonly #host: Host;
  /** By length, the ring's own entry, which never expires: the earliest comes after it. */
  readonly #lines = new Map<number, Deadline>();
  #tidyAt = 64;
  #timer: Disposable | undefined;
  #armedFor = Infinity;

  constructor(host: Host) {
    this.#host = host;
  }

  add(delay: number, whose: Expiring): Deadline {
    const deadline = new Deadline(this.#host.now() + delay, whose);
    deadline.insertBefore(this.#lines.get(delay) ?? this.#newLine(delay));
    if (deadline.at < this.#armedFor) this.#arm(deadline.at);
    return deadline;
  }

  /** Forgets them all. */
  clear(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedFor = Infinity;
    this.#lines.clear();
  }

  #newLine(delay: number): Deadline {
    if (this.#lines.size >= this.#tidyAt) this.#tidy();
    const line = new Deadline(Infinity, NOBODY);
    this.#lines.set(delay, line);
    return line;
  }

  /** A cancelled deadline leaves the timer as it is: it is armed again when it finds nothing to do. */
  #arm(at: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#armedFor = at;
    const delay = Math.max(1, Math.ceil(at - this.#host.now()));
    this.#timer = this.#host.after(Math.min(delay, LONGEST_TIMER), () => this.#sweep());
  }

  #sweep(): void {
    this.#armedFor = Infinity;
    this.#timer = undefined;
    const now = this.#host.now();
    for (const line of this.#lines.values()) {
      for (let { next } = line; next.at <= now; next = line.next) {
        next.cancel();
        next.whose.expired();
      }
    }
    this.#tidy();
    let earliest = Infinity;
    for (const line of this.#lines.values()) earliest = Math.min(earliest, line.next.at);
    if (earliest < this.#armedFor) this.#arm(earliest);
  }

  #tidy(): void {
    for (const [delay, line] of this.#lines) if (line.next === line) this.#lines.delete(delay);
    this.#tidyAt = Math.max(64, 2 * this.#lines.size);
  }
}

/** `setTimeout` takes what is longer for 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;
const NOBODY: Expiring = { expired: () => {} };

/**
 * What ends at a stated time, in the order in which it does: a heap, so that adding, cancelling and passing cost the same
 * few steps however many there are. It has no clock: whoever keeps the order says what time it is.
 */

/** One deadline. Of two at the same time the one with the lower `order` comes first, so that all ledgers agree. */
export class Deadline<T> {
  readonly at: number;
  readonly order: number;
  readonly of: T;
  /** Where it stands in the heap; -1 when it has passed or was cancelled. The heap's affair. */
  index = -1;

  constructor(at: number, order: number, of: T) {
    this.at = at;
    this.order = order;
    this.of = of;
  }
}

export class Deadlines<T> {
  readonly #heap: Deadline<T>[] = [];

  /** When the next one passes; `Infinity` when there is none. */
  get due(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** `order`: a number of its own, the same in all ledgers. A seq is one. */
  add(at: number, order: number, of: T): Deadline<T> {
    const deadline = new Deadline(at, order, of);
    this.#heap.push(deadline);
    this.#rise(deadline, this.#heap.length - 1);
    return deadline;
  }

  /** It will not pass any more. Idempotent. */
  cancel(deadline: Deadline<T>): void {
    const { index } = deadline;
    if (index === -1) return;
    deadline.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === deadline) return;
    this.#sink(last, index);
    this.#rise(last, last.index);
  }

  /** The earliest that has passed by now, once; `undefined` when there is none. */
  take(now: number): T | undefined {
    const earliest = this.#heap[0];
    if (earliest === undefined || earliest.at > now) return undefined;
    this.cancel(earliest);
    return earliest.of;
  }

  #rise(deadline: Deadline<T>, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const other = this.#heap[above];
      if (other === undefined || !isBefore(deadline, other)) break;
      this.#put(other, index);
      index = above;
    }
    this.#put(deadline, index);
  }

  #sink(deadline: Deadline<T>, from: number): void {
    let index = from;
    for (;;) {
      const below = this.#earlierBelow(index);
      if (below === undefined || !isBefore(below, deadline)) break;
      const next = below.index;
      this.#put(below, index);
      index = next;
    }
    this.#put(deadline, index);
  }

  #earlierBelow(index: number): Deadline<T> | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
  }

  #put(deadline: Deadline<T>, index: number): void {
    this.#heap[index] = deadline;
    deadline.index = index;
  }
}

function isBefore<T>(one: Deadline<T>, other: Deadline<T>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

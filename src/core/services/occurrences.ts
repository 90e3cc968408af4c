/**
 * What has happened under the name of an event, as a stream for one reader: a first part says only that it is heard. What
 * happens goes out in that moment, so that whoever made it happen hears of it before the answer; what finds no room waits.
 */
import { Feed } from '../feed.js';
import type { Prompt } from '../messaging/flow.js';

export class Occurrences implements AsyncIterableIterator<unknown>, Prompt {
  readonly #feed: Feed<readonly unknown[]>;
  #isTold = false;
  /** Its reader waits for the next, and nothing waits for its reader. */
  #isAwaited = false;
  #offer: (part: unknown) => boolean = () => false;

  /** `ended` is called once. */
  constructor(title: string, ended: () => void) {
    this.#feed = new Feed({ title, limit: LIMIT, overflow: 'error' }, ended);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  prompt(offer: (part: unknown) => boolean): void {
    this.#offer = offer;
  }

  push(args: readonly unknown[]): void {
    if (this.#isAwaited && this.#offer(args)) return;
    this.#isAwaited = false;
    this.#feed.push(args);
  }

  end(): void {
    this.#feed.end();
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#isTold) {
      this.#isAwaited = this.#feed.waiting === 0;
      return this.#feed.next();
    }
    this.#isTold = true;
    return Promise.resolve({ done: false, value: undefined });
  }

  return(): Promise<IteratorResult<unknown>> {
    return this.#feed.return();
  }
}

/** How many wait for a reader that is slow. Then it is told so. */
const LIMIT = 1_000;

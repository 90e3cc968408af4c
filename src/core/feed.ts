/**
 * An async iterable with a bounded buffer: what `subscribe` and the watches give their readers. It survives losses of the
 * group; it ends by `return` (so by `break`), by its signal, which it throws the reason of, or with its hub.
 */
import { offAbort, onAbort } from './aborts.js';
import { HubError } from './errors.js';

export interface FeedOptions<T> {
  /** What it is, for its reader: `the subscription to "a.b"`. */
  readonly title: string;
  readonly limit: number;
  /** A function makes less of all that waits, the newest included: what it returns goes on waiting. */
  readonly overflow: 'drop-oldest' | 'drop-newest' | 'error' | ((waiting: readonly T[]) => T[]);
  /** A reader has come, and nothing waits for it. */
  readonly wanted?: () => void;
  readonly signal?: AbortSignal | undefined;
}

type Life =
  | { readonly at: 'open' }
  /** Nothing more comes in; what is buffered may still be read, then the end is told. */
  | { readonly at: 'ending' }
  | { readonly at: 'failing'; readonly error: unknown };

export class Feed<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #options: FeedOptions<T>;
  readonly #ended: () => void;
  #life: Life = OPEN;
  #buffer: T[] = [];
  #readers: Reader<T>[] = [];
  #dropped = 0;

  /** `ended` is called once, when an open feed needs no more; one whose signal has aborted already was never open. */
  constructor(options: FeedOptions<T>, ended: () => void = () => {}) {
    this.#options = options;
    this.#ended = ended;
    const { signal } = options;
    if (signal?.aborted === true) this.#life = { at: 'failing', error: signal.reason };
    else onAbort(signal, this);
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** How many values wait for a reader. */
  get waiting(): number {
    return this.#buffer.length;
  }

  get isOpen(): boolean {
    return this.#life.at === 'open';
  }

  push(value: T): void {
    if (this.#life.at !== 'open') return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ done: false, value });
    if (this.#buffer.length < this.#options.limit) this.#buffer.push(value);
    else this.#overflow(value);
  }

  /** Ends it after what is buffered. */
  end(): void {
    this.#close(ENDING);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const [value] = this.#buffer;
    if (this.#buffer.length > 0) {
      this.#buffer.shift();
      return Promise.resolve({ done: false, value: value as T });
    }
    const life = this.#life;
    switch (life.at) {
      case 'open':
        return new Promise((resolve, reject) => {
          this.#readers.push({ resolve, reject });
          this.#options.wanted?.();
        });
      case 'ending':
        return Promise.resolve({ done: true, value: undefined });
      case 'failing':
        this.#life = ENDING;
        return Promise.reject(life.error);
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#buffer = [];
    this.#close(ENDING);
    this.#life = ENDING;
    return Promise.resolve({ done: true, value: undefined });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.#abort(this.#options.signal?.reason);
  }

  #abort(reason: unknown): void {
    this.#buffer = [];
    this.#close({ at: 'failing', error: reason });
  }

  #overflow(value: T): void {
    const { overflow, title, limit } = this.#options;
    if (typeof overflow === 'function') {
      this.#buffer = overflow([...this.#buffer, value]);
      return;
    }
    switch (overflow) {
      case 'drop-newest':
        this.#dropped += 1;
        return;
      case 'drop-oldest':
        this.#dropped += 1;
        this.#buffer.shift();
        this.#buffer.push(value);
        return;
      case 'error': {
        const error = new HubError('OVERLOADED', `More than ${limit} values wait for the reader of ${title}. Read faster, or give it a larger buffer.`);
        this.#close({ at: 'failing', error });
      }
    }
  }

  #close(life: Life): void {
    if (this.#life.at !== 'open') return;
    this.#life = life;
    offAbort(this.#options.signal, this);
    const readers = this.#readers;
    this.#readers = [];
    for (const { resolve, reject } of readers) this.next().then(resolve, reject);
    this.#ended();
  }
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const OPEN: Life = { at: 'open' };
const ENDING: Life = { at: 'ending' };

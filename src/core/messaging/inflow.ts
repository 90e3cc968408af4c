/**
 * A stream as its reader has it: the parts in order, then the end, or what went wrong, in its place behind all that came
 * before it. What is read makes room for more. Nothing is asked for before the first part is, and whoever stops reading
 * stops the writer.
 */
import { decode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { Arrival } from '../protocol.js';
import { WINDOW, sizeOf } from './flow.js';

/** The way back to the writer. */
export interface Inlet {
  /** The first part is wanted. */
  begin(): void;
  /** So many parts have been read. */
  credit(parts: number): void;
  /** No more is wanted, though the end has not come. */
  stop(): void;
}

type Life =
  | { readonly at: 'new' }
  | { readonly at: 'open' }
  /** What has come may still be read; then the end is told. */
  | { readonly at: 'ended' }
  | { readonly at: 'failed'; readonly error: unknown };

export class Inflow implements AsyncIterableIterator<unknown>, AsyncDisposable {
  readonly #title: string;
  readonly #inlet: Inlet;
  #life: Life = NEW;
  #parts: Arrival[] = [];
  #readers: Reader[] = [];
  #hear: ((value: unknown) => void) | undefined = undefined;
  #place = 0;
  /** Read since credit was last given. */
  #read = 0;
  #readSize = 0;
  /** Called once: nothing more comes, or nothing more is wanted. */
  whenOver: (() => void) | undefined = undefined;

  /** One that never began: its reader hears why. */
  static failed(title: string, error: unknown): Inflow {
    const failed = new this(title, NOWHERE);
    failed.fail(error);
    return failed;
  }

  /** `title`: what it is, for its reader: `the answer to "tail"`. */
  constructor(title: string, inlet: Inlet) {
    this.#title = title;
    this.#inlet = inlet;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#life.at === 'new') {
      this.#life = OPEN;
      this.#inlet.begin();
    }
    const part = this.#parts.shift();
    if (part !== undefined) return this.#take(part);
    const life = this.#life;
    switch (life.at) {
      case 'new':
      case 'open':
        return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
      case 'ended':
        return Promise.resolve(DONE);
      case 'failed':
        this.#life = ENDED;
        return Promise.reject(life.error);
    }
  }

  /**
   * Each part from now on in the moment in which it comes: before anything is heard that was said after it. Resolves at the
   * end; rejects where reading would.
   */
  async forEach(hear: (value: unknown) => void): Promise<void> {
    for (let part = this.#parts.shift(); part !== undefined; part = this.#parts.shift()) this.#tell(hear, part);
    this.#hear = hear;
    await this.next();
  }

  return(): Promise<IteratorResult<unknown, undefined>> {
    const wasOpen = this.#life.at === 'open';
    this.#parts = [];
    this.#close(ENDED);
    this.#life = ENDED;
    if (wasOpen) this.#inlet.stop();
    return Promise.resolve(DONE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** `place`: how many parts came before it. */
  push(part: Arrival, place: number): void {
    if (this.#life.at !== 'open') return;
    if (place !== this.#place) return this.#broken();
    this.#place += 1;
    if (this.#hear !== undefined) return this.#tell(this.#hear, part);
    this.#parts.push(part);
    const reader = this.#readers.shift();
    if (reader !== undefined) this.next().then(reader.resolve, reader.reject);
  }

  end(): void {
    this.#close(ENDED);
  }

  fail(error: unknown): void {
    this.#close({ at: 'failed', error });
  }

  /** Fails it now, in front of what has come and was not read. */
  cut(error: unknown): void {
    if (this.#life.at !== 'failed') this.#parts = [];
    this.fail(error);
  }

  #tell(hear: (value: unknown) => void, part: Arrival): void {
    let value: unknown;
    try {
      value = decode(part);
    } catch (error) {
      this.fail(error);
      return this.#inlet.stop();
    }
    this.#credit(sizeOf(part));
    hear(value);
  }

  #take(part: Arrival): Promise<IteratorResult<unknown, undefined>> {
    try {
      const value = decode(part);
      this.#credit(sizeOf(part));
      return Promise.resolve({ done: false, value });
    } catch (error) {
      void this.return();
      return Promise.reject(error);
    }
  }

  /** Not for each part: the writer has half a window to go on with. */
  #credit(size: number): void {
    this.#read += 1;
    this.#readSize += size;
    if (this.#life.at !== 'open' || (this.#read < WINDOW.parts / 2 && this.#readSize < WINDOW.size / 2)) return;
    const parts = this.#read;
    this.#read = 0;
    this.#readSize = 0;
    this.#inlet.credit(parts);
  }

  #broken(): void {
    this.fail(new HubError('LOST', `A part of ${this.#title} was lost on its way: too much waited for this member.`, { mayHaveRun: true }));
    this.#inlet.stop();
  }

  #close(life: Life): void {
    if (this.#life.at !== 'new' && this.#life.at !== 'open') return;
    this.#life = life;
    const readers = this.#readers;
    this.#readers = [];
    for (const { resolve, reject } of readers) this.next().then(resolve, reject);
    this.whenOver?.();
  }
}

interface Reader {
  readonly resolve: (result: IteratorResult<unknown, undefined>) => void;
  readonly reject: (reason: unknown) => void;
}

const NOWHERE: Inlet = { begin: () => {}, credit: () => {}, stop: () => {} };
const NEW: Life = { at: 'new' };
const OPEN: Life = { at: 'open' };
const ENDED: Life = { at: 'ended' };
const DONE: IteratorResult<unknown, undefined> = { done: true, value: undefined };

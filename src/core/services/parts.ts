/**
 * What a method gives in parts, as it is told: a first part says only that parts follow. `return` is passed on at once, also
 * while a part is being made.
 */
import { iteratorOf } from '../iterator-of.js';

export class Parts implements AsyncIterableIterator<unknown> {
  readonly #source: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #within: <R>(body: () => R) => R;
  #isTold = false;
  #end: () => void = () => {};
  /** Resolves when it has no more to say, or nobody listens. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  /** `within`: runs what makes a part. */
  constructor(source: AsyncIterator<unknown> | Iterator<unknown>, within: <R>(body: () => R) => R) {
    this.#source = source;
    this.#within = within;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (!this.#isTold) {
      this.#isTold = true;
      return { done: false, value: undefined };
    }
    try {
      const result = await this.#within(() => this.#source.next());
      if (result.done === true) this.#end();
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<unknown>> {
    try {
      return (await this.#source.return?.()) ?? { done: true, value: undefined };
    } finally {
      this.#end();
    }
  }
}

/** What gives parts: an async iterable, or an iterator; not an array or a text, which are values. */
export function sourceOf(output: unknown): AsyncIterator<unknown> | Iterator<unknown> | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const { [Symbol.asyncIterator]: begin, [Symbol.iterator]: iterate, next } = output as { readonly [Symbol.asyncIterator]?: unknown; readonly [Symbol.iterator]?: unknown; readonly next?: unknown };
  if (typeof begin === 'function') return iteratorOf(output as AsyncIterable<unknown>);
  return typeof iterate === 'function' && typeof next === 'function' ? (output as Iterator<unknown>) : undefined;
}

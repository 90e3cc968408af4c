/** The answer of a call of a service: a promise, whose value may be read part by part without awaiting it first, if it comes in parts. */
import { iteratorOf } from '../iterator-of.js';

export class Answer extends Promise<unknown> implements AsyncIterable<unknown> {
  /** What is made of it by `then` is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    let parts: Promise<AsyncIterator<unknown>> | undefined;
    const begun = (): Promise<AsyncIterator<unknown>> => (parts ??= this.then(partsOf));
    return {
      next: async () => (await begun()).next(),
      return: async () => (await (await begun()).return?.()) ?? { done: true, value: undefined },
    };
  }
}

function partsOf(value: unknown): AsyncIterator<unknown> {
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value) return iteratorOf(value as AsyncIterable<unknown>);
  throw new TypeError('The method has answered with one value: await it. Only what gives an async iterable can be read part by part.');
}

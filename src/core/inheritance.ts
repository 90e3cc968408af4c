/**
 * What a handler asks for is for the sake of the call that it answers: where `inherit` says so, it waits no longer than that
 * call, and is given up with it, whether or not it is said each time. A task that goes on after its handler is its own master.
 */
import type { Call } from './api.js';
import type { Context } from './context.js';
import { iteratorOf } from './iterator-of.js';
import { isThenable } from './thenable.js';

type Handle = (input: unknown, call: Call) => unknown;
type Within = <R>(body: () => R) => R;

export class Inheritance {
  /** `undefined`: only what is said counts. */
  readonly #context: Context | undefined;

  constructor(context: Context | undefined) {
    this.#context = context;
  }

  /** The call that is answered around here. */
  get call(): Call | undefined {
    const call = this.#context?.get()?.call;
    return call?.isOver === true ? undefined : call;
  }

  /** The options of a question, with the call that it is for. */
  asked<O extends { readonly within?: Call | null }>(options: O): O {
    if (this.#context === undefined || options.within !== undefined) return options;
    const { call } = this;
    return call === undefined ? options : { ...options, within: call };
  }

  /** The options of a wait that ends with the call. `within: null` says that it is for nobody. */
  waiting<O extends { readonly signal?: AbortSignal | undefined; readonly within?: unknown }>(options: O): O {
    if (this.#context === undefined || options.within === null) return options;
    const { call } = this;
    if (call === undefined) return options;
    const { signal } = options;
    return { ...options, signal: signal === undefined ? call.signal : AbortSignal.any([signal, call.signal]) };
  }

  /** A handler, all of which knows its call. */
  around(handle: Handle): Handle {
    const context = this.#context;
    if (context === undefined) return handle;
    return (input, call) => {
      const within: Within = (body) => context.run({ call }, body);
      const output = within(() => handle(input, call));
      return isThenable(output) ? output.then((value) => told(value, within)) : told(output, within);
    };
  }
}

/** Of two durations, of which the first is without limit if it is 0; below 0 when there is no time left. */
export function shorter(timeout: number, remaining: number): number {
  if (remaining === Infinity) return timeout;
  if (remaining <= 0) return -1;
  const whole = Math.ceil(remaining);
  return timeout === 0 ? whole : Math.min(timeout, whole);
}

/** A generator makes its parts when they are asked for, and that is later. */
function told(output: unknown, within: Within): unknown {
  if (typeof output !== 'object' || output === null || !(Symbol.asyncIterator in output)) return output;
  const source = output as AsyncIterable<unknown>;
  return {
    [Symbol.asyncIterator](): AsyncIterator<unknown> {
      const parts = within(() => iteratorOf(source));
      return { next: () => within(() => parts.next()), return: () => within(() => parts.return?.() ?? Promise.resolve({ done: true, value: undefined })) };
    },
  };
}

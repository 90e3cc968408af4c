/**
 * PORT. What the task that runs now is part of. It follows the task through its promises and timers, as far as the host can;
 * the core itself cannot.
 */
import type { Call, Held } from './api.js';

export interface Context {
  get(): Doing | undefined;
  /** For the body, and for all that it sets going. */
  run<R>(doing: Doing, body: () => R): R;
}

/** It is never written to: whoever adds to it makes another. */
export interface Doing {
  /** The innermost of what is held around it. */
  readonly held?: Held;
  /** The request that it answers. Over: its handler is done, and what goes on is not for its sake any more. */
  readonly call?: Call & { readonly isOver?: boolean };
  /** The serial call that it is for in the end. */
  readonly chain?: string;
}

/** Of a host that cannot follow tasks. */
export const NO_CONTEXT: Context = {
  get: () => undefined,
  run: (_, body) => body(),
};

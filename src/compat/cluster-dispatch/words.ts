/** What agents and the library say to each other. */

/** By object, the names that may be called. */
export type Signature = Readonly<Record<string, readonly string[]>>;

/** Asked of the library. */
export const SIGNATURE = 'library.signature';
export const INVOKE = 'library.invoke';

/** Told to every agent: the library can be called, anew or for the first time. */
export const READY = 'library.ready';

/** Told to one agent: a function of its was called. */
export const CALLED = 'agent.called';
/** Told to one agent: nobody holds a function of its any more. */
export const RELEASED = 'agent.released';

export interface Invocation {
  readonly object: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** The number of the function that was the last argument, if it was one. */
  readonly callback?: number;
}

export interface Called {
  readonly callback: number;
  readonly args: readonly unknown[];
}

export interface Released {
  readonly callback: number;
  /** How often it had been received by then: what was passed since is still held. */
  readonly received: number;
}

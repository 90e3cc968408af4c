/** A member as a specification sees it: a place where programs run, in this process or in another. */
import type { Place } from './place.js';

/**
 * Part of a specification, run where the hub is. It sees its place and its arguments and nothing else: no variable
 * around it, for it may have been sent to another process.
 */
export type Program<A extends readonly unknown[], R> = (place: Place, ...args: A) => R;

export interface Peer {
  readonly name: string;
  readonly pid: number;
  /** It was not killed, nor closed, and its process lives. */
  readonly isHere: boolean;
  run<A extends readonly unknown[], R>(program: Program<A, R>, ...args: A): Promise<Awaited<R>>;
  /** As `kill -9` does: without a good-bye. Resolves when it is dead. */
  kill(): Promise<void>;
  /** Closes its hubs. Idempotent. */
  close(): Promise<void>;
}

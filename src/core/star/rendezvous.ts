/** PORT. How the processes of a star find each other: all that a link-based transport has to write. */
import type { Journal } from './journal.js';
import type { Link } from './link.js';
import type { IsDead } from './return.js';
import type { Secret } from './secret.js';

export interface Rendezvous {
  /** The transport's name, for errors. */
  readonly name: string;
  /** What this process may be called in the group when its user gives it no name: `primary`, `worker-3`. */
  readonly suggestedName?: string;
  /** What all members of the group know: who does not is not let in, nor believed to be its authority. */
  readonly secret?: Secret | undefined;
  /**
   * Finds the group, or founds it. Called at the start and after every loss: reconnecting and failing over are one act.
   * Rejects when there is no way in; the error says what to do.
   */
  meet(signal: AbortSignal): Promise<Meeting>;
  /** What would prove to a later authority that a session of this process is dead, in words that `isDead` of its meeting understands. */
  readonly proof?: () => Promise<string>;
  /** From now on it is proved: the session has ended, its process goes on, and the group could not be told. */
  readonly resign?: (proof: string) => Promise<void>;
}

export type Meeting =
  | { readonly role: 'member'; readonly link: Link }
  | {
      readonly role: 'authority';
      /** The authority's life: it only rises from one to the next. 1 where a group has only one (cluster, fork, memory). */
      readonly epoch: number;
      /** Hands over each link to a process that wants to join: those that wait already, then each that comes. Called once. */
      accept(onLink: (link: Link) => void): void;
      /** Resolves when the place has been taken from us: the authority then steps down. Never, where that cannot happen. */
      readonly deposed?: Promise<Error>;
      /** Where there is one, the group outlives its authority: the next one goes on where this one ends. */
      readonly journal?: Journal;
      /** Whether a member is proved dead by what it has said of itself. Absent: nobody ever is. */
      readonly isDead?: IsDead;
      /** Lets no more links in and gives the place up. Links that were handed over are closed by whoever has them. */
      close(): Promise<void>;
    };

/** What a supervisor and its processes ask each other. */

/** The supervisor is asked: the process is ready, or `error` is why it never will be. */
export const READY = 'supervise.ready';

/** A process is asked to end. It answers at once, and ends when it is done. */
export const STOP = 'supervise.stop';

export interface Readiness {
  readonly error?: unknown;
}

/** In the environment of a process: who it is. */
export const VARIABLE = 'INTERHUB_SUPERVISED';

export interface Identity {
  readonly name: string;
  readonly group: string;
}

/** A key that this member holds, until it is released or lost, whichever comes first. */
import type { Lock } from '../api.js';
import { HubError } from '../errors.js';

export interface Releaser {
  /** Takes the ticket out of its line. Resolves to whether it was in it; never rejects. */
  release(lock: HeldLock): Promise<boolean>;
}

type Life = 'held' | 'released' | HubError;

export class HeldLock implements Lock {
  readonly key: string;
  readonly token: number;
  readonly ticket: number;
  readonly #releaser: Releaser;
  /** An error once it is lost. */
  #life: Life = 'held';
  /** Made when it is asked for: most holders never do. */
  #controller: AbortController | undefined;

  constructor(releaser: Releaser, key: string, ticket: number, token: number) {
    this.#releaser = releaser;
    this.key = key;
    this.ticket = ticket;
    this.token = token;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#life instanceof HubError) this.#controller.abort(this.#life);
    }
    return this.#controller.signal;
  }

  release(): Promise<boolean> {
    if (this.#life !== 'held') return NO;
    this.#life = 'released';
    return this.#releaser.release(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** The group, or this member's place in it, is gone. */
  lost(cause: HubError): void {
    if (this.#life !== 'held') return;
    const error = new HubError('LOST', `The lock on "${this.key}" was lost before it was released: ${cause.message}`, { cause });
    this.#life = error;
    this.#controller?.abort(error);
  }
}

const NO = Promise.resolve(false);

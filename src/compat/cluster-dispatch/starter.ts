/** What takes its time to start: `ready()` tells when it has, and an `error` that nobody listens for is logged. */
import { EventEmitter } from 'node:events';
import type { Logger } from './logger.js';

export abstract class Starter extends EventEmitter {
  readonly logger: Logger;
  readonly #ready: Promise<void>;
  #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(logger: Logger) {
    super();
    this.logger = logger;
    this.#ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#ready.catch(() => {
      // Whoever awaits `init` or `ready` hears of it.
    });
  }

  /** Resolves, or calls back, when it has started; rejects, or calls back with the reason, when it could not. */
  ready(callback?: (error?: unknown) => unknown): Promise<void> {
    if (callback !== undefined) this.#ready.then(() => callback(), callback);
    return this.#ready;
  }

  abstract init(): Promise<void>;

  protected async starting(start: Promise<void>): Promise<void> {
    start.then(this.#settle?.resolve, this.#settle?.reject);
    await start;
  }

  protected failed(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
    else this.logger.error(error);
  }
}

/**
 * The supervised process's side. It says when it is ready, and ends in order: on the supervisor's word, on a signal, or
 * when the supervisor is gone.
 */
import cluster from 'node:cluster';
import type { Hub, HubOptions } from '../core/api.js';
import { createHub } from '../create-hub.js';
import { READY, STOP, VARIABLE } from './words.js';
import type { Identity, Readiness } from './words.js';

export interface SupervisedOptions {
  /** Options of this process's hub. Its name is the one that the supervisor has given. */
  readonly hub?: HubOptions;
  /** What to do before this process ends, as long as its hub still works: close servers, write down what must stay. */
  readonly stop?: () => unknown;
  /** How long the handlers that run may take then. Default 5 000. */
  readonly grace?: number;
}

export class Supervised {
  readonly #options: SupervisedOptions;
  readonly #stopping = new AbortController();

  /** In one group with the supervisor and all its other processes. */
  readonly hub: Hub;

  constructor(options: SupervisedOptions = {}) {
    const { name, group } = identity();
    this.#options = options;
    this.hub = createHub({ name, ...options.hub, transport: 'fork', role: 'child', group });
    this.hub.onStatus(() => {
      // What the end of the channel means is said below.
    });
    this.hub.handle(STOP, () => this.#end());
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => this.#end());
    // Before Node hears of it, which would end a worker on the spot.
    process.prependOnceListener('disconnect', () => {
      if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
      this.#end();
    });
  }

  /** Aborts when this process is about to end. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** This process can be counted on from now. */
  async ready(): Promise<void> {
    await this.hub.request(READY, {} satisfies Readiness);
  }

  /** It will never be: the supervisor hears why, and this process ends with code 1. */
  async failed(error: unknown): Promise<void> {
    process.exitCode = 1;
    await this.hub.request(READY, { error } satisfies Readiness).catch(() => {});
    await this.#end();
  }

  /** Answered at once; the end takes its time. */
  #end(): void {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort(new DOMException('The supervisor ends this process.', 'AbortError'));
    void this.#finish();
  }

  async #finish(): Promise<void> {
    const { stop, grace = 5_000 } = this.#options;
    try {
      await stop?.();
    } catch (error) {
      process.exitCode = 1;
      console.error(error);
    }
    await this.hub.close({ grace });
    process.exit();
  }
}

function identity(): Identity {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new TypeError('This process is not supervised: it was not started by supervise() of interhub/supervise.');
  return JSON.parse(text) as Identity;
}

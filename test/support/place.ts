/**
 * Where a specification runs: one hub in one process, and what the specification leaves lying there between two runs.
 * It is the same for a hub in this process and for one in another.
 */
import { createHub } from '../../src/index.js';
import type { Hub, HubOptions, Transport } from '../../src/index.js';
import { Log } from './log.js';
import { Recording } from './recording.js';
import { rejection } from './rejection.js';
import type { RemoteWay } from './remote-peer.js';

export interface Place {
  readonly hub: Hub;
  /** One more hub of this process in the same group; it goes with the place. */
  another(name: string, options?: HubOptions): Hub;
  /** Leaves something here for a later run, and returns it. */
  keep<T>(name: string, value: T): T;
  kept<T>(name: string): T;
  /** What was written down here under a name. `errors` and `undelivered` are the hub's own. */
  log(name?: string): Log;
  /** Writes down what is called and answered here, beside what others write into the same file. */
  recording(path: string, by: string): Recording;
  /** What a promise rejects with; throws when it does not. */
  rejection<E = Error & { readonly code?: string }>(promise: Promise<unknown>): Promise<E>;
}

/** How a process gets into a group: what it gives to `createHub`, beside a name. */
export type Way = { readonly transport: Transport } | RemoteWay;

export class HubPlace implements Place {
  readonly hub: Hub;
  readonly #way: Way;
  readonly #hubs: Hub[] = [];
  readonly #kept = new Map<string, unknown>();
  readonly #logs = new Map<string, Log>();

  constructor(way: Way, name: string, options: HubOptions = {}) {
    this.#way = way;
    this.hub = this.another(name, options);
  }

  // Specifications take these out of their place, as in `({ hub, log }) => ...`.
  readonly another = (name: string, options: HubOptions = {}): Hub => {
    const hub = createHub({
      name,
      onError: (error) => this.log('errors').push(error instanceof Error ? error.message : error),
      onUndelivered: (message) => this.log('undelivered').push(message),
      ...options,
      ...this.#way,
    } as Parameters<typeof createHub>[0]);
    this.#hubs.push(hub);
    return hub;
  };

  readonly keep = <T>(name: string, value: T): T => {
    this.#kept.set(name, value);
    return value;
  };

  readonly kept = <T>(name: string): T => {
    if (!this.#kept.has(name)) throw new Error(`Nothing was kept as "${name}".`);
    return this.#kept.get(name) as T;
  };

  readonly log = (name = ''): Log => {
    const log = this.#logs.get(name) ?? new Log();
    this.#logs.set(name, log);
    return log;
  };

  readonly recording = (path: string, by: string): Recording => new Recording(path, by);

  readonly rejection = async <E>(promise: Promise<unknown>): Promise<E> => rejection<E>(promise);

  async close(): Promise<void> {
    await Promise.all(this.#hubs.map((hub) => hub.close({ grace: 0 })));
  }
}

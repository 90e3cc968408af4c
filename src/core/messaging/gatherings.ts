/** The gatherings of this member that are under way. Each of them has ended when all were asked and have answered, by its signal, or with the hub. */
import { offAbort, onAbort } from '../aborts.js';
import type { GatherOptions } from '../api.js';
import { encode } from '../codec/codec.js';
import type { Directory } from '../directory.js';
import type { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Payload } from '../protocol.js';
import type { Calls } from './calls.js';
import { Gathering } from './gathering.js';
import type { Outbox } from './outbox.js';

export class Gatherings {
  readonly #calls: Calls;
  readonly #outbox: Outbox;
  readonly #directory: Directory;
  readonly #keepAlive: KeepAlive;
  readonly #open = new Set<Gathering>();

  constructor(calls: Calls, outbox: Outbox, directory: Directory, keepAlive: KeepAlive) {
    this.#calls = calls;
    this.#outbox = outbox;
    this.#directory = directory;
    this.#keepAlive = keepAlive;
  }

  /** What cannot be asked is told to whoever awaits it. */
  begin(method: string, input: unknown, timeout: number, options: GatherOptions): Gathering {
    const { signal } = options;
    const abort = (): void => gathering.fail(signal?.reason);
    let payload: Payload = '';
    const gathering = new Gathering(method, {
      directory: this.#directory,
      handlers: (name) => this.#outbox.handlers(name),
      ask: (to) => this.#calls.request(method, payload, timeout, { ...options, to }),
      ended: () => {
        offAbort(signal, abort);
        this.#keepAlive.end();
        this.#open.delete(gathering);
      },
    });
    this.#keepAlive.begin();
    this.#open.add(gathering);
    onAbort(signal, abort);
    try {
      payload = encode(input);
      if (signal?.aborted === true) abort();
      else this.#outbox.post(gathering);
    } catch (error) {
      gathering.fail(error);
    }
    return gathering;
  }

  closed(error: HubError): void {
    for (const gathering of this.#open) gathering.fail(error);
  }
}

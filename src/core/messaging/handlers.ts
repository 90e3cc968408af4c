/** The methods that this member handles: as long as there is one its process is kept alive, and the others know of it. */
import PQueue from 'p-queue';
import { offAbort, onAbort } from '../aborts.js';
import type { Call, HandleOptions } from '../api.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Session } from '../transport.js';

export type Answer = (input: unknown, call: Call) => unknown;

export interface Handler {
  readonly answer: Answer;
  /** Where it is to run so often at a time, and no more. */
  readonly queue: PQueue | undefined;
  /** It is the hub's, not its user's: it keeps no process alive, and answers until the hub has left. */
  readonly isOwn: boolean;
  readonly end: () => void;
}

export interface HandlersPorts {
  readonly interests: Pick<Session, 'follow' | 'unfollow'>;
  readonly keepAlive: KeepAlive;
}

export class Handlers {
  readonly #ports: HandlersPorts;
  readonly #handlers = new Map<string, Handler>();

  constructor(ports: HandlersPorts) {
    this.#ports = ports;
  }

  add(method: string, answer: Answer, { concurrency, signal }: HandleOptions, isOwn: boolean): Disposable {
    if (this.#handlers.has(method)) throw new TypeError(`"${method}" has a handler in this hub already. Dispose of it first, or choose another name.`);
    if (signal?.aborted === true) return NOTHING;
    const { interests, keepAlive } = this.#ports;
    const end = (): void => {
      if (this.#handlers.get(method) !== handler) return;
      this.#handlers.delete(method);
      offAbort(signal, end);
      interests.unfollow({ type: 'method', name: method });
      if (!isOwn) keepAlive.unlisten();
    };
    const handler: Handler = { answer, queue: concurrency === undefined ? undefined : new PQueue({ concurrency }), isOwn, end };
    this.#handlers.set(method, handler);
    interests.follow({ type: 'method', name: method });
    if (!isOwn) keepAlive.listen();
    onAbort(signal, end);
    return { [Symbol.dispose]: end };
  }

  get(method: string): Handler | undefined {
    return this.#handlers.get(method);
  }

  /** Whether there is any of its user's. */
  get isAny(): boolean {
    for (const { isOwn } of this.#handlers.values()) if (!isOwn) return true;
    return false;
  }

  /** Ends those of its user. */
  end(): void {
    for (const handler of [...this.#handlers.values()]) if (!handler.isOwn) handler.end();
  }
}

const NOTHING: Disposable = { [Symbol.dispose]: () => {} };

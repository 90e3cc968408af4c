/**
 * The library's objects as an app worker sees them: `agent.object.method(...args)` calls it there and resolves to what
 * it returns; a field is read by calling it. A function as the last argument is called from there, as often as the method
 * calls it, and such a call returns `null`.
 */
import type { Hub } from '../../core/api.js';
import { HubError } from '../../core/errors.js';
import { Callbacks } from './callbacks.js';
import type { AnyFunction } from './callbacks.js';
import { carried } from './carried.js';
import type { Logger } from './logger.js';
import { CALLED, INVOKE, READY, RELEASED, SIGNATURE } from './words.js';
import type { Called, Invocation, Released, Signature } from './words.js';

export type RemoteMethod = (...args: readonly unknown[]) => Promise<unknown> | null;
export type RemoteObject = Readonly<Record<string, RemoteMethod>>;

export interface AgentOptions {
  readonly hub: Hub;
  readonly logger: Logger;
  /** How long a call waits, for the library too while it is started again. Default 10 000. */
  readonly timeout?: number;
}

export class RawAgent {
  /** The objects by name, which the agent itself has as properties too. */
  agentObjs: Readonly<Record<string, RemoteObject>> = {};
  readonly #hub: Hub;
  readonly #logger: Logger;
  readonly #timeout: number;
  readonly #callbacks = new Callbacks();
  /** How often the library has got ready, and who waits for the next time. */
  #starts = 0;
  #waiting: (() => void)[] = [];

  constructor({ hub, logger, timeout = 10_000 }: AgentOptions) {
    this.#hub = hub;
    this.#logger = logger;
    this.#timeout = timeout;
  }

  /** Resolves when the library's objects are there. */
  async init(): Promise<void> {
    this.#hub.on<Called>(CALLED, (called) => this.#callbacks.called(called));
    this.#hub.on<Released>(RELEASED, (released) => this.#callbacks.released(released));
    this.#hub.on<Signature>(READY, (signature) => this.#started(signature));
    this.#learn((await this.#ask(SIGNATURE, undefined)) as Signature);
  }

  invoke(object: string, method: string, ...args: readonly unknown[]): Promise<unknown> | null {
    const last = args.at(-1);
    if (typeof last !== 'function') return this.#ask(INVOKE, { object, method, args: args.map(carried) } satisfies Invocation);

    const callback = this.#callbacks.pass(last as AnyFunction);
    const invocation: Invocation = { object, method, args: args.slice(0, -1).map(carried), callback };
    this.#ask(INVOKE, invocation).catch((error: unknown) => this.#logger.error(error));
    return null;
  }

  /** The library may be starting again: what cannot have run is asked again when it is there. */
  async #ask(method: string, input: unknown): Promise<unknown> {
    const deadline = performance.now() + this.#timeout;
    for (;;) {
      const starts = this.#starts;
      const left = Math.max(deadline - performance.now(), 1);
      try {
        return await this.#hub.request(method, input, { timeout: left });
      } catch (error) {
        if (!isForNobody(error) || performance.now() >= deadline) throw error;
        if (this.#starts === starts) await this.#start(deadline - performance.now());
      }
    }
  }

  /** Resolves at the library's next start, or when it has taken too long. */
  #start(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #started(signature: Signature): void {
    this.#learn(signature);
    this.#starts += 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #learn(signature: Signature): void {
    const objects: Record<string, RemoteObject> = {};
    for (const [object, methods] of Object.entries(signature)) {
      const remote = Object.fromEntries(methods.map((method) => [method, (...args: readonly unknown[]) => this.invoke(object, method, ...args)]));
      objects[object] = remote;
      Object.defineProperty(this, object, { value: remote, enumerable: true, configurable: true, writable: true });
    }
    this.agentObjs = objects;
  }
}

let current: (RawAgent & Readonly<Record<string, RemoteObject>>) | null = null;

/** The agent of this process: an app worker has one before its own code is loaded. */
export function getAgent(): (RawAgent & Readonly<Record<string, RemoteObject>>) | null {
  return current;
}

export function setAgent(agent: RawAgent | null): void {
  current = agent as typeof current;
}

function isForNobody(error: unknown): boolean {
  return error instanceof HubError && error.code === 'NO_RECEIVER' && error.mayHaveRun === false;
}

/**
 * The events of a service that this member hears. What is heard is followed anew with each next provider; one stream brings
 * an event, however many listen to it here.
 */
import { checkFunction, describe } from '../arguments.js';
import { HubError } from '../errors.js';
import type { Inflow } from '../messaging/inflow.js';
import type { Callback } from './references.js';

/** They are heard in the moment in which they come: what a call makes happen is heard before its answer. */
export type Parts = Pick<Inflow, 'forEach'>;

export interface EventsPorts {
  /** The occurrences, from one provider. `isFirst`: nobody has heard the event yet, and waits no longer than for a call. */
  follow(event: string, isFirst: boolean, signal: AbortSignal): Promise<Parts>;
  report(error: unknown): void;
}

export class RemoteEvents {
  readonly #service: string;
  readonly #ports: EventsPorts;
  readonly #heard = new Map<string, Heard>();

  constructor(service: string, ports: EventsPorts) {
    this.#service = service;
    this.#ports = ports;
  }

  async on(event: string, listener: Callback): Promise<Disposable> {
    if (typeof event !== 'string') throw new TypeError(`An event of another process is a string, not ${describe(event)}.`);
    checkFunction('listener', listener);
    const heard = this.#heard.get(event) ?? this.#begin(event);
    heard.listeners.add(listener);
    await heard.begun;
    return { [Symbol.dispose]: () => void this.#stop(event, listener) };
  }

  off(event: string, listener: Callback): Promise<boolean> {
    return Promise.resolve(this.#stop(event, listener));
  }

  dispose(): void {
    for (const [event, { listeners }] of [...this.#heard]) for (const listener of [...listeners]) this.#stop(event, listener);
  }

  #begin(event: string): Heard {
    const end = new AbortController();
    const listeners = new Set<Callback>();
    const first = this.#ports.follow(event, true, end.signal);
    const heard: Heard = { listeners, end, begun: first.then(() => {}) };
    this.#heard.set(event, heard);
    void this.#hear(event, heard, first);
    return heard;
  }

  async #hear(event: string, heard: Heard, first: Promise<Parts>): Promise<void> {
    let parts: Parts | undefined = await first.catch(() => undefined);
    while (parts !== undefined) {
      await this.#tellAll(parts, heard).catch((error: unknown) => this.#interrupted(error, heard));
      parts = heard.end.signal.aborted ? undefined : await this.#again(event, heard);
    }
    if (this.#heard.get(event) === heard) this.#heard.delete(event);
  }

  #tellAll(parts: Parts, { listeners }: Heard): Promise<void> {
    return parts.forEach((args) => {
      for (const listener of [...listeners]) this.#tell(listener, args);
    });
  }

  /** The next provider may be lost as well before it has begun. */
  async #again(event: string, heard: Heard): Promise<Parts | undefined> {
    for (;;) {
      try {
        return await this.#ports.follow(event, false, heard.end.signal);
      } catch (error) {
        if (isLoss(error)) continue;
        this.#interrupted(error, heard);
        return undefined;
      }
    }
  }

  #interrupted(error: unknown, { end: { signal } }: Heard): void {
    if (isLoss(error) || signal.aborted || (error instanceof HubError && error.code === 'CLOSED')) return;
    this.#ports.report(error);
  }

  #tell(listener: Callback, args: unknown): void {
    try {
      Reflect.apply(listener, undefined, Array.isArray(args) ? args : []);
    } catch (error) {
      this.#ports.report(error);
    }
  }

  #stop(event: string, listener: Callback): boolean {
    const heard = this.#heard.get(event);
    if (heard?.listeners.delete(listener) !== true) return false;
    if (heard.listeners.size > 0) return true;
    this.#heard.delete(event);
    heard.end.abort(new DOMException(`Nobody listens to "${event}" of the service "${this.#service}" any more.`, 'AbortError'));
    return true;
  }
}

interface Heard {
  readonly listeners: Set<Callback>;
  readonly end: AbortController;
  /** Resolves when the first provider is heard. */
  readonly begun: Promise<void>;
}

function isLoss(error: unknown): boolean {
  return error instanceof HubError && error.code === 'LOST';
}

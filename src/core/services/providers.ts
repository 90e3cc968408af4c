/**
 * Calls of services, which wait while nobody exposes theirs: in order, until somebody does or their patience is over. What
 * may have run is never asked again.
 */
import { offAbort, onAbort } from '../aborts.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Calls } from '../messaging/calls.js';
import type { Payload } from '../protocol.js';
import { AskedCall } from './asked-call.js';
import type { AskedKeeper, Patience } from './asked-call.js';

export class Providers implements AskedKeeper {
  readonly #calls: Calls;
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;
  readonly #host: Host;
  /** By method, those that wait for somebody who handles it. */
  readonly #lines = new Map<string, Set<AskedCall>>();

  constructor(calls: Calls, deadlines: Deadlines, keepAlive: KeepAlive, host: Host) {
    this.#calls = calls;
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
    this.#host = host;
  }

  ask(service: string, payload: Payload, patience: Patience, resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
    const call = new AskedCall(this, service, payload, patience, this.#host.now(), resolve, reject);
    if (patience.signal?.aborted === true) reject(patience.signal.reason);
    else if (this.#lines.has(methodOf(service))) this.wait(call);
    else this.#post(call);
  }

  /** Who handles a method has changed. */
  heard(method: string, members: readonly number[]): void {
    const line = this.#lines.get(method);
    if (line === undefined || members.length === 0) return;
    for (const call of [...line]) {
      this.#leave(call);
      this.#post(call);
    }
  }

  closed(error: HubError): void {
    for (const line of [...this.#lines.values()]) for (const call of [...line]) this.#giveUp(call, error);
  }

  /** Nobody exposes its service. */
  wait(call: AskedCall): void {
    const { service, patience } = call;
    const now = this.#host.now();
    const rest = Math.min(call.waitsUntil - now, call.endsAt - now);
    if (call.isLastTry || rest <= 0) return call.reject(call.endsAt <= now ? tooLate(call) : unprovided(call));
    const method = methodOf(service);
    const line = this.#lines.get(method) ?? new Set();
    this.#lines.set(method, line.add(call));
    if (patience.isListening) this.#keepAlive.listen();
    else this.#keepAlive.begin();
    if (rest < Infinity) call.deadline = this.#deadlines.add(Math.ceil(rest), call);
    onAbort(patience.signal, call);
  }

  /** It is asked once more: what was heard of providers may have been forgotten meanwhile. */
  expired(call: AskedCall): void {
    this.#leave(call);
    call.isLastTry = true;
    this.#post(call);
  }

  aborted(call: AskedCall): void {
    this.#giveUp(call, call.patience.signal?.reason);
  }

  #post(call: AskedCall): void {
    const { service, payload, patience } = call;
    const { timeout, signal, isListening } = patience;
    const left = timeout === 0 ? 0 : Math.ceil(call.endsAt - this.#host.now());
    if (left < 0 || (left === 0 && timeout > 0)) return call.reject(tooLate(call));
    this.#calls.call(methodOf(service), payload, left, { signal, isListening }, call.resolve, call.failed);
  }

  #giveUp(call: AskedCall, reason: unknown): void {
    this.#leave(call);
    call.reject(reason);
  }

  #leave(call: AskedCall): void {
    const method = methodOf(call.service);
    const line = this.#lines.get(method);
    if (line?.delete(call) !== true) return;
    if (line.size === 0) this.#lines.delete(method);
    call.deadline?.cancel();
    offAbort(call.patience.signal, call);
    if (call.patience.isListening) this.#keepAlive.unlisten();
    else this.#keepAlive.end();
  }
}

/** The method by which a service is asked. */
export function methodOf(service: string): string {
  return PREFIX + service;
}

export const PREFIX = 'interhub.service:';

function unprovided({ service, patience: { waitFor } }: AskedCall): HubError {
  const wait = waitFor > 0 ? `, and within ${waitFor} ms none came that does` : '';
  return new HubError('NO_RECEIVER', `No member exposes the service "${service}"${wait}. Call hub.expose() or hub.singleton() somewhere, or wait longer with \`waitFor\`.`, { mayHaveRun: false });
}

function tooLate({ service, patience: { timeout } }: AskedCall): HubError {
  return new HubError('TIMEOUT', `The service "${service}" was not asked: no member exposed it within ${timeout} ms.`, { mayHaveRun: false });
}

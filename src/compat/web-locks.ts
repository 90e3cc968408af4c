/**
 * The interface of the browsers' Web Locks (W3C) over a hub: `const locks = lockManager(hub)`, and the program that uses
 * `navigator.locks` runs as it is, with all processes of the group in place of the tabs of an origin.
 *
 * It keeps to the specification and its tests: a request in the callback of another for the same name waits, as it does in
 * a browser, where `hub.lock` would tell of the deadlock. Names and keys are the same: `hub.lock(name)` stands in one line
 * with `locks.request(name)`.
 */
import { describe } from '../core/arguments.js';
import type { Hub, LineView, Lock as HubLock, TicketView } from '../core/api.js';

export type LockMode = 'exclusive' | 'shared';

/** What a request's callback is given: nothing to release, for the callback's end does that. */
export interface Lock {
  readonly name: string;
  readonly mode: LockMode;
}

export interface LockOptions {
  /** Default `exclusive`. */
  readonly mode?: LockMode;
  /** The callback is given `null` when the lock is not free now. */
  readonly ifAvailable?: boolean;
  /** Takes it from whoever holds it: their requests reject with an `AbortError`. */
  readonly steal?: boolean;
  /** Ends the wait: the request rejects with its reason. */
  readonly signal?: AbortSignal;
}

export type LockGrantedCallback<R> = (lock: Lock | null) => R | Promise<R>;

export interface LockInfo {
  readonly name: string;
  readonly mode: LockMode;
  /** The id of the member. */
  readonly clientId: string;
}

export interface LockManagerSnapshot {
  readonly held: readonly LockInfo[];
  readonly pending: readonly LockInfo[];
}

export interface LockManager {
  /** Resolves to what the callback returns, when the lock has been released. Never throws: whatever is wrong, it rejects. */
  request<R>(name: string, callback: LockGrantedCallback<R>): Promise<R>;
  request<R>(name: string, options: LockOptions, callback: LockGrantedCallback<R>): Promise<R>;
  query(): Promise<LockManagerSnapshot>;
}

export function lockManager(hub: Hub): LockManager {
  return new HubLockManager(hub);
}

class HubLockManager implements LockManager {
  readonly #hub: Hub;

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  async request<R>(...args: [string, LockGrantedCallback<R>] | [string, LockOptions, LockGrantedCallback<R>]): Promise<R> {
    const { name, mode, ifAvailable, steal, signal, callback } = read<R>(args);
    const key = keyOf(name);
    if (!ifAvailable) {
      const lock = await this.#hub.lock(key, { mode, steal, within: null, ...(signal === undefined ? {} : { signal }) });
      return hold(lock, { name, mode }, callback);
    }
    const lock = await this.#hub.tryLock(key, { mode });
    return lock === undefined ? callback(null) : hold(lock, { name, mode }, callback);
  }

  async query(): Promise<LockManagerSnapshot> {
    const lines = (await this.#hub.locks()).filter(({ space }) => space === 'lock');
    const infos = (which: 'holders' | 'waiters'): readonly LockInfo[] => lines.flatMap((line) => line[which].map((ticket) => info(line, ticket)));
    return { held: infos('holders'), pending: infos('waiters') };
  }
}

interface Request<R> {
  readonly name: string;
  readonly mode: LockMode;
  readonly ifAvailable: boolean;
  readonly steal: boolean;
  readonly signal: AbortSignal | undefined;
  readonly callback: LockGrantedCallback<R>;
}

/** The checks of the specification, in its order. */
function read<R>(args: readonly unknown[]): Request<R> {
  if (args.length < 2) throw new TypeError('`request` takes a name and a callback, with options between them or without.');
  const name = `${args[0] as string}`;
  const options: unknown = args.length === 2 ? {} : (args[1] ?? {});
  const callback = args.length === 2 ? args[1] : args[2];
  if (typeof callback !== 'function') throw new TypeError(`The callback is a function, not ${describe(callback)}.`);
  if (typeof options !== 'object' && typeof options !== 'function') throw new TypeError(`The options are an object, not ${describe(options)}.`);

  const { mode = 'exclusive', ifAvailable, steal, signal } = options as { readonly [option: string]: unknown };
  if (!isMode(mode)) throw new TypeError(`\`mode\` is "exclusive" or "shared", not ${describe(mode)}.`);
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError(`\`signal\` is an AbortSignal, not ${describe(signal)}.`);
  const request = { name, mode, ifAvailable: Boolean(ifAvailable), steal: Boolean(steal), signal, callback: callback as LockGrantedCallback<R> };

  if (name.startsWith('-')) throw notSupported('A name does not begin with "-".');
  if (request.steal && request.ifAvailable) throw notSupported('`steal` and `ifAvailable` exclude each other.');
  if (request.steal && mode === 'shared') throw notSupported('`steal` goes with the mode "exclusive".');
  if (signal !== undefined && (request.steal || request.ifAvailable)) throw notSupported('`signal` goes with neither `steal` nor `ifAvailable`: they do not wait.');
  signal?.throwIfAborted();
  return request;
}

function isMode(mode: unknown): mode is LockMode {
  return mode === 'exclusive' || mode === 'shared';
}

/** A lock that is stolen ends the request at once, whatever its callback still does. */
async function hold<R>(held: HubLock, lock: Lock, callback: LockGrantedCallback<R>): Promise<R> {
  const { signal } = held;
  const over = new AbortController();
  const broken = new Promise<never>((_, reject) => {
    const abort = (): void => reject(new DOMException((signal.reason as Error).message, 'AbortError'));
    signal.addEventListener('abort', abort, { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([callback(lock), broken]);
  } finally {
    over.abort();
    await held.release();
  }
}

/** Any string is a name, also one that is no valid text: such a name has a key that no other name can have. */
function keyOf(name: string): string {
  return LONE_SURROGATE.test(name) ? `-${JSON.stringify(name)}` : name;
}

function nameOf(key: string): string {
  return key.startsWith('-"') ? (JSON.parse(key.slice(1)) as string) : key;
}

/** Half of a pair without the other. */
const LONE_SURROGATE = /\p{Surrogate}/u;

function info({ key }: LineView, { mode, member }: TicketView): LockInfo {
  return { name: nameOf(key), mode, clientId: member?.id ?? '' };
}

function notSupported(message: string): DOMException {
  return new DOMException(message, 'NotSupportedError');
}

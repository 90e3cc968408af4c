/** What a user holds: checks what it is given, and passes it to the part whose it is. */
import { Barrier } from './agreement/barrier.js';
import { Once } from './agreement/once.js';
import type { Result } from './agreement/once.js';
import { RateLimit } from './agreement/rate-limit.js';
import { Semaphore } from './agreement/semaphore.js';
import { SharedMap } from './agreement/shared-map.js';
import type * as api from './api.js';
import { checkAddress, checkCount, checkDuration, checkFunction, checkKeys, checkLocking, checkName, checkOverflow, checkSignal, checkTopic, checkWaiting } from './arguments.js';
import { encode } from './codec/codec.js';
import { MYSELF } from './directory.js';
import { HubError } from './errors.js';
import { HubParts } from './hub-parts.js';
import type { HubSetup } from './hub-parts.js';
import type { Answer } from './messaging/answers.js';
import type { Input } from './messaging/calls.js';
import { isStream } from './messaging/flow.js';
import { Letter } from './messaging/letter.js';
import type { Listen } from './messaging/listeners.js';
import { EVERYONE } from './protocol.js';
import type { Member, Payload } from './protocol.js';

export class Hub implements api.Hub {
  readonly #parts: HubParts;
  readonly #timeout: number;
  #closing: Promise<void> | undefined;

  constructor(setup: HubSetup) {
    const { timeout = 30_000 } = setup;
    checkDuration('timeout', timeout);
    this.#timeout = timeout;
    this.#parts = new HubParts(setup);
  }

  get status(): api.Status {
    return this.#parts.seat.status;
  }

  get member(): Member {
    const { self } = this.#parts.members;
    if (self === undefined) throw new HubError('UNAVAILABLE', 'This hub has no seat in its group yet. Await hub.ready() first.');
    return self;
  }

  get members(): api.Members {
    return this.#parts.members;
  }

  onStatus(listener: (change: api.StatusChange) => void): Disposable {
    checkFunction('listener', listener);
    const { statusListeners } = this.#parts;
    const own = (change: api.StatusChange): void => listener(change);
    statusListeners.add(own);
    return { [Symbol.dispose]: () => statusListeners.delete(own) };
  }

  async ready(): Promise<void> {
    const { keepAlive, seat } = this.#parts;
    keepAlive.begin();
    try {
      await seat.ready();
    } finally {
      keepAlive.end();
    }
  }

  on<V = unknown>(topic: string, listener: (value: V, message: api.Message<V>) => unknown, options: api.ListenOptions = {}): Disposable {
    checkName('topic', topic);
    checkFunction('listener', listener);
    checkRunning(options);
    this.#parts.seat.assertOpen();
    return this.#parts.listeners.on(topic, listener as Listen, options);
  }

  subscribe<V = unknown>(topic: string, options: api.SubscribeOptions = {}): api.Subscription<V> {
    checkName('topic', topic);
    if (options.buffer !== undefined) checkCount('buffer', options.buffer);
    if (options.overflow !== undefined) checkOverflow(options.overflow);
    if (options.signal !== undefined) checkSignal(options.signal);
    this.#parts.seat.assertOpen();
    return this.#parts.listeners.subscribe(topic, options) as api.Subscription<V>;
  }

  send(topic: string, value?: unknown, { to }: api.SendOptions = {}): void {
    checkTopic(topic);
    if (to !== undefined) checkAddress(to);
    this.#tell(topic, encode(value), to);
  }

  broadcast(topic: string, value?: unknown, { self = false }: api.BroadcastOptions = {}): void {
    checkTopic(topic);
    const payload = encode(value);
    this.#tell(topic, payload, EVERYONE);
    // Its own copy goes the same way as all the others, and so keeps its place in the order.
    if (self && this.#parts.listeners.has(topic)) this.#tell(topic, payload, MYSELF);
  }

  drained(): Promise<void> {
    return this.#parts.outbox.drained();
  }

  handle<I = unknown, O = unknown>(method: string, handler: (input: I, call: api.Call) => O | Promise<O>, options: api.HandleOptions = {}): Disposable {
    checkName('method', method);
    checkFunction('handler', handler);
    checkRunning(options);
    this.#parts.seat.assertOpen();
    return this.#parts.answers.handle(method, handler as Answer, options);
  }

  request<O = unknown>(method: string, input?: unknown, options: api.RequestOptions = {}): Promise<O> {
    checkRequest(method, options);
    if (options.retries !== undefined) checkRetries(options.retries, input);
    const { timeout = this.#timeout } = options;
    try {
      const payload = isStream(input) ? input : encode(input);
      if (options.retries !== undefined) return this.#askAgain(method, payload, timeout, options.retries, options) as Promise<O>;
      return this.#parts.calls.request(method, payload, timeout, options) as Promise<O>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  stream<O = unknown>(method: string, input?: unknown, options: api.RequestOptions = {}): api.Stream<O> {
    checkRequest(method, options);
    const { timeout = this.#timeout } = options;
    return this.#parts.calls.stream(method, isStream(input) ? input : encode(input), timeout, options) as api.Stream<O>;
  }

  gather<O = unknown>(method: string, input?: unknown, options: api.GatherOptions = {}): api.Gathering<O> {
    checkRequest(method, options);
    const { timeout = this.#timeout } = options;
    const { calls, members } = this.#parts;
    return calls.gather(method, encode(input), timeout, options, members) as api.Gathering<O>;
  }

  lock(key: Keys, options?: api.LockOptions): Promise<api.Lock>;
  lock<R>(key: Keys, body: LockBody<R>): Promise<R>;
  lock<R>(key: Keys, options: api.LockOptions, body: LockBody<R>): Promise<R>;
  lock<R>(key: Keys, second: api.LockOptions | LockBody<R> = NO_OPTIONS, third?: LockBody<R>): Promise<api.Lock | R> {
    const [options, body] = typeof second === 'function' ? [NO_OPTIONS, second] : [second, third];
    checkKeys(key);
    if (options !== NO_OPTIONS) checkLocking(options);
    if (body === undefined) return this.#parts.locks.acquire(key, options, this.lock);
    checkFunction('body', body);
    return this.#parts.locks.around(key, options, body, this.lock);
  }

  tryLock(key: Keys, options: api.TryLockOptions = NO_OPTIONS): Promise<api.Lock | undefined> {
    checkKeys(key);
    checkLocking(options);
    return this.#parts.locks.tryAcquire(key, options, this.tryLock);
  }

  locks({ limit = MOST_TOLD }: api.LocksOptions = {}): Promise<readonly api.LineView[]> {
    checkCount('limit', limit);
    return this.#parts.lineViews.take(limit);
  }

  semaphore(name: string, { permits }: api.SemaphoreOptions): Semaphore {
    return new Semaphore(this.#parts.asking, name, permits);
  }

  limit(name: string, options: api.RateLimitOptions): RateLimit {
    return new RateLimit(this.#parts.asking, name, options);
  }

  once<R>(key: string, body: LockBody<R>, options: Pick<api.WaitOptions, 'timeout' | 'signal'> = NO_OPTIONS): Promise<R> {
    checkName('key', key);
    checkFunction('body', body);
    checkWaiting(options);
    const { locks, seat, watches, keepAlive } = this.#parts;
    const results = new SharedMap<Result>(RESULTS, seat, watches, keepAlive);
    return new Once(locks, results).run(key, body, options, this.once);
  }

  barrier(name: string, count: number, options: Pick<api.WaitOptions, 'timeout' | 'signal'> = NO_OPTIONS): Promise<void> {
    checkName('barrier', name);
    checkCount('count', count);
    checkWaiting(options);
    const { deadlines, keepAlive, members, seat, watches } = this.#parts;
    const places = new SharedMap<number>(BARRIER + name, seat, watches, keepAlive);
    return new Barrier(name, count, places, members, deadlines, keepAlive).meet(options);
  }

  elect(name: string, options: api.WaitOptions = NO_OPTIONS): Promise<api.Term> {
    checkName('election', name);
    checkWaiting(options);
    return this.#parts.elections.stand(name, options, this.elect);
  }

  leader(name: string, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<api.Leader | undefined> & AsyncDisposable {
    checkName('election', name);
    if (signal !== undefined) checkSignal(signal);
    this.#parts.seat.assertOpen();
    return this.#parts.elections.watch(name, signal);
  }

  state<V = unknown>(name: string, options: api.StateOptions = {}): api.SharedMap<V> {
    const { seat, watches, keepAlive } = this.#parts;
    return new SharedMap<V>(name, seat, watches, keepAlive, options);
  }

  /** Until its handlers are done the hub still works: they may need it. */
  close({ grace = 5_000 }: api.CloseOptions = {}): Promise<void> {
    checkDuration('grace', grace);
    this.#closing ??= this.#close(grace);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  ref(): this {
    this.#parts.keepAlive.forListening = true;
    return this;
  }

  unref(): this {
    this.#parts.keepAlive.forListening = false;
    return this;
  }

  #tell(topic: string, payload: Payload, to: api.Address | undefined): void {
    this.#parts.outbox.post(new Letter('message', topic, 0, payload, to, this.#parts.stranded));
  }

  #askAgain(method: string, payload: Input, timeout: number, retries: number, options: api.RequestOptions): Promise<unknown> {
    const { signal, idempotent = false } = options;
    return this.#parts.retries.ask((left) => this.#parts.calls.request(method, payload, left, options), { retries, idempotent, timeout, signal });
  }

  async #close(grace: number): Promise<void> {
    const { answers, deadlines, keepAlive, seat } = this.#parts;
    keepAlive.begin();
    const hadHandlers = answers.isHandling;
    answers.stop();
    if (hadHandlers && grace > 0) await this.#handOver(Math.min(grace, LONGEST_HAND_OVER));
    if (answers.isBusy && grace > 0) {
      const over = new Promise<void>((resolve) => deadlines.add(grace, { expired: resolve }));
      await Promise.race([answers.idle(), over]);
    }
    await seat.close(new HubError('CLOSED', 'This hub has been closed.'));
    deadlines.clear();
    keepAlive.stop();
  }

  /**
   * Who had not heard yet that nothing is handled here may have asked meanwhile. What each member asks of us comes before
   * its answer to this, which it gives once it has heard: after that no request is on its way to us, and none is lost.
   */
  async #handOver(patience: number): Promise<void> {
    const { calls, members, seat } = this.#parts;
    if (seat.status !== 'seated') return;
    const others = [...members].filter((member) => member !== members.self);
    await Promise.allSettled(others.map((to) => calls.request(FENCE, '', patience, { to })));
  }
}

/** How long a leaving hub waits for those who are too busy to hear that it handles nothing any more. */
const LONGEST_HAND_OVER = 1_000;

/** A method that nobody handles. */
const FENCE = 'interhub.fence';

type Keys = string | readonly string[];
type LockBody<R> = (lock: api.Lock) => R | Promise<R>;

const NO_OPTIONS = Object.freeze({});
/** The map in which results stand while others wait for them. */
const RESULTS = 'interhub.once';
/** In front of the names of barriers, which are maps. */
const BARRIER = 'interhub.barrier:';
/** How many tickets the authority tells of at most. */
const MOST_TOLD = 10_000;

function checkRequest(method: string, { timeout, to, signal, within }: api.RequestOptions): void {
  checkName('method', method);
  if (timeout !== undefined) checkDuration('timeout', timeout);
  if (to !== undefined) checkAddress(to);
  if (signal !== undefined) checkSignal(signal);
  if (within !== undefined && typeof within.remaining !== 'number') throw new TypeError('`within` is the call that a handler was given, as in hub.handle(method, (input, call) => ...).');
}

function checkRetries(retries: number, input: unknown): void {
  if (!Number.isInteger(retries) || retries < 0) throw new RangeError(`\`retries\` is a whole number from 0 on, not ${retries}.`);
  if (isStream(input)) throw new TypeError('An input that comes in parts can be read only once: ask without `retries`.');
}

function checkRunning({ concurrency, signal }: api.ListenOptions): void {
  if (concurrency !== undefined) checkCount('concurrency', concurrency);
  if (signal !== undefined) checkSignal(signal);
}

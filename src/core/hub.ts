/** What a user holds: checks what it is given, and passes it to the part whose it is. */
import { Barrier } from './agreement/barrier.js';
import { Once, ONCE } from './agreement/once.js';
import type { Result } from './agreement/once.js';
import { checkBarrier, checkElection, checkLock, checkLocks, checkOnce, checkSemaphore, checkTryLock } from './agreement/options.js';
import type { PatienceOptions } from './agreement/options.js';
import { RateLimit } from './agreement/rate-limit.js';
import { Semaphore } from './agreement/semaphore.js';
import { SharedMap } from './agreement/shared-map.js';
import type * as api from './api.js';
import { checkCount, checkDuration, checkFunction, checkKeys, checkName, checkTopic } from './arguments.js';
import { encode } from './codec/codec.js';
import { MYSELF } from './directory.js';
import { HubError } from './errors.js';
import { DEFAULT_TIMEOUT, HubParts } from './hub-parts.js';
import type { HubSetup } from './hub-parts.js';
import { leave } from './leaving.js';
import { Announcement } from './messaging/announcement.js';
import type { Answer } from './messaging/answers.js';
import type { Input } from './messaging/calls.js';
import { isStream } from './messaging/flow.js';
import { Letter } from './messaging/letter.js';
import type { Listen } from './messaging/listeners.js';
import { checkBroadcasting, checkCall, checkGathering, checkHandling, checkListening, checkRequest, checkSending, checkStreaming, checkSubscribing } from './messaging/options.js';
import { NO_OPTIONS, checkEnd, checkOptions } from './options.js';
import type { EndOptions, OptionNames } from './options.js';
import { EVERYONE, MAX_NAME_BYTES, RETAINED } from './protocol.js';
import type { Member, Payload } from './protocol.js';
import { checkExposing, checkObject, checkService, checkSingleton } from './services/options.js';
import type { Exposed, ExposeOptions, Remote, RemoteSingleton, ServiceOptions, SingletonOptions } from './services-api.js';

export class Hub implements api.Hub {
  readonly #parts: HubParts;
  readonly #timeout: number;
  #closing: Promise<void> | undefined;

  constructor(setup: HubSetup) {
    const { timeout = DEFAULT_TIMEOUT } = setup;
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

  on<V = unknown>(topic: string, listener: (value: V, message: api.Message<V>) => unknown, options: api.ListenOptions = NO_OPTIONS): Disposable {
    checkName('topic', topic);
    checkFunction('listener', listener);
    checkListening(options);
    this.#parts.seat.assertOpen();
    return this.#parts.listeners.on(topic, listener as Listen, options);
  }

  subscribe<V = unknown>(topic: string, options: api.SubscribeOptions = NO_OPTIONS): api.Subscription<V> {
    checkName('topic', topic);
    checkSubscribing(options);
    this.#parts.seat.assertOpen();
    return this.#parts.listeners.subscribe(topic, options) as api.Subscription<V>;
  }

  send(topic: string, value?: unknown, options: api.SendOptions = NO_OPTIONS): void {
    checkTopic(topic);
    if (options !== NO_OPTIONS) checkSending(options);
    this.#tell(topic, encode(value), options.to);
  }

  broadcast(topic: string, value?: unknown, options: api.BroadcastOptions = NO_OPTIONS): void {
    checkTopic(topic);
    if (options !== NO_OPTIONS) checkBroadcasting(options);
    const payload = encode(value);
    const { self = false, retain = false } = options;
    if (retain) this.#parts.outbox.post(new Announcement(topic, payload, self, this.#parts.announcing));
    // That a topic keeps nothing any more is told as any message is.
    if (retain && payload !== '') return;
    this.#tell(topic, payload, EVERYONE);
    // Its own copy goes the same way as all the others, and so keeps its place in the order.
    if (self && this.#parts.listeners.has(topic)) this.#tell(topic, payload, MYSELF);
  }

  drained(): Promise<void> {
    return this.#parts.outbox.drained();
  }

  handle<I = unknown, O = unknown>(method: string, handler: (input: I, call: api.Call) => O | Promise<O>, options: api.HandleOptions = NO_OPTIONS): Disposable {
    checkName('method', method);
    checkFunction('handler', handler);
    checkHandling(options);
    this.#parts.seat.assertOpen();
    return this.#parts.answers.handle(method, this.#parts.inheritance.around(handler as Answer), options);
  }

  request<O = unknown>(method: string, input?: unknown, options: api.RequestOptions = NO_OPTIONS): Promise<O> {
    checkName('method', method);
    if (options !== NO_OPTIONS) checkRequest(options);
    if (options.retries !== undefined && isStream(input)) throw new TypeError('An input that comes in parts can be read only once: ask without `retries`.');
    const { timeout = this.#timeout } = options;
    try {
      const payload = isStream(input) ? input : encode(input);
      const asked = this.#parts.inheritance.asked(options);
      if (asked.retries !== undefined) return this.#askAgain(method, payload, timeout, asked.retries, asked) as Promise<O>;
      return this.#parts.calls.request(method, payload, timeout, asked) as Promise<O>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  stream<O = unknown>(method: string, input?: unknown, options: api.StreamOptions = NO_OPTIONS): api.Stream<O> {
    checkName('method', method);
    checkStreaming(options);
    const { timeout = this.#timeout } = options;
    return this.#parts.calls.stream(method, input, timeout, this.#parts.inheritance.asked(options)) as api.Stream<O>;
  }

  gather<O = unknown>(method: string, input?: unknown, options: api.GatherOptions = NO_OPTIONS): api.Gathering<O> {
    checkName('method', method);
    checkGathering(options);
    const { timeout = this.#timeout } = options;
    return this.#parts.gatherings.begin(method, input, timeout, this.#parts.inheritance.asked(options)) as api.Gathering<O>;
  }

  expose<T extends object>(name: string, object: T, options: ExposeOptions<T> = NO_OPTIONS): Exposed {
    checkName('service', name);
    checkObject(object);
    const exposing = checkExposing(options);
    this.#parts.seat.assertOpen();
    return this.#parts.services.expose(name, object, exposing);
  }

  service<T = Record<string, (...args: unknown[]) => unknown>>(name: string, options: ServiceOptions = NO_OPTIONS): Remote<T> {
    checkName('service', name);
    checkService(options);
    this.#parts.seat.assertOpen();
    return this.#parts.services.service(name, options) as Remote<T>;
  }

  singleton<T extends object>(name: string, factory: (leading: api.Leading) => T | Promise<T>, options: SingletonOptions<T> = NO_OPTIONS): RemoteSingleton<T> {
    checkName('service', name);
    checkFunction('factory', factory);
    const exposing = checkSingleton(options);
    this.#parts.seat.assertOpen();
    return this.#parts.services.singleton(name, factory, options, exposing, this) as RemoteSingleton<T>;
  }

  get currentCall(): api.Call | undefined {
    return this.#parts.services.currentCall;
  }

  lock(key: Keys, options?: api.LockOptions): Promise<api.Lock>;
  lock<R>(key: Keys, body: LockBody<R>): Promise<R>;
  lock<R>(key: Keys, options: api.LockOptions, body: LockBody<R>): Promise<R>;
  lock<R>(key: Keys, second: api.LockOptions | LockBody<R> = NO_OPTIONS, third?: LockBody<R>): Promise<api.Lock | R> {
    const [options, body] = typeof second === 'function' ? [NO_OPTIONS, second] : [second, third];
    checkKeys(key);
    if (options !== NO_OPTIONS) checkLock(options);
    if (body === undefined) return this.#parts.locks.acquire(key, options, this.lock);
    checkFunction('body', body);
    return this.#parts.locks.around(key, options, body, this.lock);
  }

  tryLock(key: Keys, options: api.TryLockOptions = NO_OPTIONS): Promise<api.Lock | undefined> {
    checkKeys(key);
    checkTryLock(options);
    return this.#parts.locks.tryAcquire(key, options, this.tryLock);
  }

  locks(options: api.LocksOptions = NO_OPTIONS): Promise<readonly api.LineView[]> {
    checkLocks(options);
    return this.#parts.lineViews.take(options.limit ?? MOST_TOLD);
  }

  semaphore(name: string, options: api.SemaphoreOptions): Semaphore {
    checkSemaphore(options);
    return new Semaphore(this.#parts.asking, name, options.permits);
  }

  limit(name: string, options: api.RateLimitOptions): RateLimit {
    return new RateLimit(this.#parts.asking, this.#parts.inheritance, name, options);
  }

  once<R>(key: string, body: LockBody<R>, options: api.OnceOptions = NO_OPTIONS): Promise<R> {
    checkName('key', key, MAX_NAME_BYTES - ONCE.length);
    checkFunction('body', body);
    checkOnce(options);
    const { deadlines, locks, seat, watches, keepAlive } = this.#parts;
    const results = new SharedMap<Result>(RESULTS, seat, watches, keepAlive);
    return new Once(locks, results, deadlines).run(key, body, options, this.once);
  }

  barrier(name: string, count: number, options: PatienceOptions = NO_OPTIONS): Promise<void> {
    checkName('barrier', name, MAX_NAME_BYTES - BARRIER.length);
    checkCount('count', count);
    checkBarrier(options);
    const { deadlines, inheritance, keepAlive, members, seat, watches } = this.#parts;
    const places = new SharedMap<number>(BARRIER + name, seat, watches, keepAlive);
    return new Barrier(name, count, places, members, deadlines, keepAlive).meet(inheritance.waiting(options));
  }

  elect(name: string, options: api.WaitOptions = NO_OPTIONS): Promise<api.Term> {
    checkName('election', name);
    checkElection(options);
    return this.#parts.elections.stand(name, options, this.elect);
  }

  leader(name: string, options: EndOptions = NO_OPTIONS): AsyncIterableIterator<api.Leader | undefined> & AsyncDisposable {
    checkName('election', name);
    checkEnd('hub.leader()', options);
    this.#parts.seat.assertOpen();
    return this.#parts.elections.watch(name, options.signal);
  }

  state<V = unknown>(name: string, options: api.StateOptions = NO_OPTIONS): api.SharedMap<V> {
    if (name === RETAINED) throw new TypeError(`The map "${RETAINED}" is the hub's own: it holds what topics keep. Choose another name.`);
    const { seat, watches, keepAlive } = this.#parts;
    return new SharedMap<V>(name, seat, watches, keepAlive, options);
  }

  /** Until its handlers are done the hub still works: they may need it. */
  close(options: api.CloseOptions = NO_OPTIONS): Promise<void> {
    checkOptions('hub.close()', options, CLOSE);
    const { grace = 5_000, within = this.#parts.inheritance.call } = options;
    checkDuration('grace', grace);
    if (within !== undefined) checkCall(within);
    this.#closing ??= leave(this.#parts, grace, within);
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
}

type Keys = string | readonly string[];
type LockBody<R> = (lock: api.Lock) => R | Promise<R>;

/** The map in which results stand while others wait for them. */
const RESULTS = 'interhub.once';
/** In front of the names of barriers, which are maps. */
const BARRIER = 'interhub.barrier:';
const CLOSE: OptionNames<api.CloseOptions> = { grace: true, within: true };
/** How many tickets the authority tells of at most. */
const MOST_TOLD = 10_000;

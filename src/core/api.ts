/** What a user sees of a hub. Every number of time is in milliseconds; every wait takes a `signal`. */
import type { HubError } from './errors.js';
import type { Ended, LeaveReason, Member, Space } from './protocol.js';
import type { Exposed, ExposeOptions, Remote, RemoteSingleton, ServiceOptions, SingletonOptions } from './services-api.js';

export interface HubOptions {
  /** What the others call this member. Default: `primary`, `worker-N` or `pid-N`, as the transport knows. */
  readonly name?: string;
  /** Anything that the others should know of this member. */
  readonly labels?: Readonly<Record<string, string>>;
  /** How long a request waits for its answer when it does not say so itself. 0 is without limit. Default 30 000. */
  readonly timeout?: number;
  /**
   * Whether a lock that is asked for in the body of another counts as awaited by it, so that a deadlock is told at once
   * (default `true`). It takes the host's async context, which makes each promise of the process some 50 ns dearer once a
   * body has run. Without it, only what `within` says counts.
   */
  readonly detectDeadlocks?: boolean;
  /**
   * Whether what a handler asks for, in all that it sets going, is for the sake of its call without saying so: requests, streams
   * and services `within` it, and waits for locks, permits and the like, end with it. Default `false`: it takes the host's async
   * context, which each promise of the process pays for. What goes on after the handler is done is on its own.
   */
  readonly inherit?: boolean;
  /** Notes where in the code each lock is asked for, for `hub.locks()` and the errors of deadlocks. Default `false`: it takes a stack trace each time. */
  readonly captureSites?: boolean;
  /** Hears what a listener or a background task threw. Default: it is reported as an uncaught exception. */
  readonly onError?: (error: unknown) => void;
  /** Hears of each message by `send` that has found nobody: its member has gone, does not listen or does not read, or nobody listens. Default: nobody does. */
  readonly onUndelivered?: (message: Undelivered) => void;
}

/**
 * - `joining`: it has no seat yet, or not again. Calls wait.
 * - `seated`: it is in the group.
 * - `suspended`: the authority is silent. Calls wait; nothing that is held has been lost.
 * - `closed`: by `close()`, or because there is no way into the group (`hub.ready()` rejects with the reason).
 */
export type Status = 'joining' | 'seated' | 'suspended' | 'closed';

export interface StatusChange {
  readonly status: Status;
  /** Why, when it is not by our own will. */
  readonly error?: HubError;
}

export interface Hub extends AsyncDisposable {
  readonly status: Status;
  /** Calls the listener at each change of `status`. */
  onStatus(listener: (change: StatusChange) => void): Disposable;
  /** Resolves when this hub has a seat; rejects when it cannot get one. Needed only to hear of that early: every call waits by itself. */
  ready(): Promise<void>;
  /** This process as the others see it. Throws before the hub is seated for the first time. */
  readonly member: Member;
  readonly members: Members;

  // ── telling: at most once, in order for each pair of members ──────────────────────────────────────────────────────

  /**
   * Hears the messages to a topic. A pattern may hold `*` (exactly one token) and end in `>` (one token or more);
   * tokens are split by `.`. What a listener throws goes to `onError`, and disturbs no other listener.
   */
  on<V = unknown>(topic: string, listener: (value: V, message: Message<V>) => unknown, options?: ListenOptions): Disposable;
  /** The messages to a topic as an async iterable; listening begins with the call. Ends when the hub is closed. */
  subscribe<V = unknown>(topic: string, options?: SubscribeOptions): Subscription<V>;
  /** Tells one member: the one named by `to`, else one that listens, in turn. What finds nobody is told to `onUndelivered`. */
  send(topic: string, value?: unknown, options?: SendOptions): void;
  /**
   * Tells every other member that listens; with `self` this one too. With `retain` the topic keeps the value: who begins to
   * listen later is told it first, before anything newer. It outlives this member, and ends with the group; `undefined` takes it away.
   */
  broadcast(topic: string, value?: unknown, options?: BroadcastOptions): void;
  /** Resolves when what was sent so far has left this process and more may be sent without piling up. */
  drained(): Promise<void>;

  // ── asking: one answer or one error ───────────────────────────────────────────────────────────────────────────────

  /**
   * Answers a method's requests, with what the handler returns, or its promise resolves to; an async iterable is for
   * `stream`, and goes part by part. An input that is an async iterable comes as one. One handler a method and hub; a second one throws a `TypeError`. */
  handle<I = unknown, O = unknown>(method: string, handler: (input: I, call: Call) => O | Promise<O>, options?: HandleOptions): Disposable;
  /**
   * Asks one member: the one named by `to`, else one that handles the method, in turn. An input that is an async iterable
   * goes part by part, as the handler reads it.
   * Rejects with what the handler threw, or with a `HubError`: `NO_RECEIVER` at once when nobody handles it, `TIMEOUT`,
   * `LOST` at once when the member dies (`mayHaveRun` tells whether it may have begun), or with the signal's reason.
   */
  request<O = unknown>(method: string, input?: unknown, options?: RequestOptions): Promise<O>;

  /**
   * Asks as `request` does, when the first part of the answer is read, and gives the parts as they come: the handler
   * returns an async iterable, as an async generator does. A reader that is slow slows the handler down: at most 16 parts,
   * of about 1 MiB, are under way. `break` ends the handler's iterable, and so does the death of this member; what the
   * handler throws, or its death, is told behind the parts that came before. `timeout` limits the wait for the first part.
   */
  stream<O = unknown>(method: string, input?: unknown, options?: StreamOptions): Stream<O>;

  /**
   * Asks every member that handles the method when the question goes out, this one included, and tells what became of
   * each: `fulfilled`, `rejected` by its handler, `gone` before it answered, or `timeout`. Awaited, it gives them all, and
   * is not rejected because one is; read, as in `for await (const [member, settled] of hub.gather(...))`, it gives them as they come.
   * Only the signal and the end of the hub reject it.
   */
  gather<O = unknown>(method: string, input?: unknown, options?: GatherOptions): Gathering<O>;

  // ── services: objects of other processes, called as if they were here ─────────────────────────────────────────────

  /** Lets all members call an object. Several members may expose one name: they are called in turn. One object a name and hub. */
  expose<T extends object>(name: string, object: T, options?: ExposeOptions<T>): Exposed;
  /**
   * The object that members expose by this name, to be called as if it was here. A call rejects with what the method threw, or as a
   * request does; while nobody exposes the name it waits, for `waitFor` at most.
   */
  service<T = Record<string, (...args: unknown[]) => unknown>>(name: string, options?: ServiceOptions): Remote<T>;
  /**
   * One object for the group: all members that say this stand by, and one of them has the factory make it. When that member
   * leaves or dies another one takes over, and calls and listeners find it. `hub.close()` hands it over in order. What the
   * factory throws goes to `onError`, and the turn passes on.
   */
  singleton<T extends object>(name: string, factory: (leading: Leading) => T | Promise<T>, options?: SingletonOptions<T>): RemoteSingleton<T>;
  /** In a method of a service, and with `inherit` in any handler, and in all that it sets going: the call that it answers. Elsewhere `undefined`. */
  readonly currentCall: Call | undefined;

  // ── agreeing: one order for the group ─────────────────────────────────────────────────────────────────────────────

  /**
   * Waits in line for a key, strictly in order of arrival, and holds it until `release`, the holder's death or the group's.
   * Of several keys it holds all or none: it keeps its place in each line until it can have them all at once.
   */
  lock(key: string | readonly string[], options?: LockOptions): Promise<Lock>;
  /** The same around a body: the key is released when the body returns, throws or rejects. */
  lock<R>(key: string | readonly string[], body: (lock: Lock) => R | Promise<R>): Promise<R>;
  lock<R>(key: string | readonly string[], options: LockOptions, body: (lock: Lock) => R | Promise<R>): Promise<R>;
  /** The lock if it is free now, else `undefined`. */
  tryLock(key: string | readonly string[], options?: TryLockOptions): Promise<Lock | undefined>;
  /** Every line of the group, with who holds and who waits, in order. */
  locks(options?: LocksOptions): Promise<readonly LineView[]>;
  /** So many permits for the whole group. Whoever uses the name first says how many; another number rejects with `CONFLICT`. */
  semaphore(name: string, options: SemaphoreOptions): Semaphore;
  /** At most so many in any span of time, for the whole group. It shares its names with semaphores. */
  limit(name: string, options: RateLimitOptions): RateLimit;
  /**
   * One run for all who ask for it at the same time, in all processes: the first runs it, the others get its value or its
   * error, as it crosses processes. If the runner dies, the next in line runs it. A call that comes later runs it anew,
   * unless the value is kept (`ttl`).
   */
  once<R>(key: string, body: (lock: Lock) => R | Promise<R>, options?: OnceOptions): Promise<R>;
  /**
   * Waits until so many wait for the same name at the same time, in all processes; then all of them go on, and the next so many
   * begin anew. Who dies or gives up is not counted. All have to name the same number.
   */
  barrier(name: string, count: number, options?: Pick<WaitOptions, 'timeout' | 'signal'>): Promise<void>;
  /** Stands for election, in line behind those who stood before, and resolves when this hub leads. */
  elect(name: string, options?: WaitOptions): Promise<Term>;
  /** Who leads now, and then every change; `undefined` while nobody does. A slow reader misses old ones, never the newest. */
  leader(name: string, options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<Leader | undefined> & AsyncDisposable;
  /** A map that the whole group shares. Every name is a map of its own, and exists as soon as something is in it. */
  state<V = unknown>(name: string, options?: StateOptions): SharedMap<V>;

  /**
   * Flushes what was sent, waits for the handlers that run (up to `grace`, default 5 000), frees everything held, leaves,
   * and lets the process end. What is still pending rejects with `CLOSED`, and so does whatever is asked of it later; who
   * begins to listen or to watch then is thrown it. Idempotent.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * Whether this hub keeps its process alive while it listens or handles, as a server does: by default it does (`ref`).
   * A pending call always does; a hub that neither listens nor waits never does.
   */
  ref(): this;
  unref(): this;
}

/** What the factory of a singleton is given. */
export interface Leading {
  /** Higher than that of whoever led before: what must be safe from the past compares it. */
  readonly token: number;
  /** Aborts when this member has lost its turn without giving it back: another may lead already. */
  readonly signal: AbortSignal;
  readonly hub: Hub;
}

export interface CloseOptions {
  /** How long to wait for the handlers that run. 0 is not at all. Default 5 000. */
  readonly grace?: number;
  /** The call in whose handler the hub is closed: a handler that waits for the end of all handlers would wait for itself. */
  readonly within?: Call;
}

export interface Message<V = unknown> {
  readonly topic: string;
  readonly value: V;
  readonly from: Member;
  /** It was said before, and its topic has kept it for those who come late. `from` may have left by now. */
  readonly retained: boolean;
}

export interface Undelivered {
  readonly topic: string;
  readonly value: unknown;
  /** What `to` said, or the number of the member that was chosen; `undefined` when nobody listens. */
  readonly to: Address | undefined;
}

export interface ListenOptions {
  /** How many runs of the listener may overlap (a promise that it returns is waited for). Default: without limit. */
  readonly concurrency?: number;
  /** Ends the listening. */
  readonly signal?: AbortSignal;
}

export interface HandleOptions {
  /** How many calls may run at once; the others wait in order. Default: without limit. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface SubscribeOptions {
  /** How many messages wait for the reader. Default 1 000. */
  readonly buffer?: number;
  /** What gives way when they are more: the oldest, the newest, or the subscription (it throws `OVERLOADED`). Default `error`. */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'error';
  readonly signal?: AbortSignal;
}

export interface Subscription<V = unknown> extends AsyncIterableIterator<Message<V>>, AsyncDisposable {
  /** How many messages have been dropped so far. */
  readonly dropped: number;
}

/** A member, its number, its id or its name. Of several members with one name, one is chosen, in turn. */
export type Address = Member | number | string;

export interface SendOptions {
  readonly to?: Address;
}

export interface BroadcastOptions {
  /** Default `false`. */
  readonly self?: boolean;
  /** The topic keeps the value. Where there is no room (`limits.retained`) nobody is told, and `onError` hears `TOO_LARGE`. Default `false`. */
  readonly retain?: boolean;
}

export interface StreamOptions {
  readonly to?: Address;
  /** How long to wait for the answer. 0 is without limit. Default: the hub's. */
  readonly timeout?: number;
  /** Gives up: rejects with its reason, and aborts the handler's `call.signal`. */
  readonly signal?: AbortSignal;
  /**
   * The request that a handler asks this one for: it waits no longer than what remains of that one, and is given up with
   * it. So the abort of the outermost asker reaches every handler below. `null`: it is for nobody, also where `inherit` is on.
   */
  readonly within?: Call | null;
}

export interface RequestOptions extends StreamOptions {
  /**
   * How often a `request` is asked again, after rests that grow, when it failed and cannot have run. `timeout` is for all
   * tries together. Default 0.
   */
  readonly retries?: number;
  /** Running twice does no harm: it is also asked again when its member died and may have run it. Default `false`. */
  readonly idempotent?: boolean;
}

/** The parts of an answer. Reading on after its end, or `return`, tells no more. */
export interface Stream<O = unknown> extends AsyncIterableIterator<O>, AsyncDisposable {}

export interface GatherOptions {
  /** How long to wait for each answer. 0 is without limit. Default: the hub's. */
  readonly timeout?: number;
  /** Gives up on all that have not answered, and rejects with its reason. */
  readonly signal?: AbortSignal;
  /** As of a request. */
  readonly within?: Call | null;
}

export interface Gathering<O = unknown> extends PromiseLike<ReadonlyMap<Member, Settled<O>>>, AsyncIterable<readonly [member: Member, settled: Settled<O>]> {}

/** What became of one member's answer. */
export type Settled<O = unknown> =
  | { readonly status: 'fulfilled'; readonly value: O }
  | { readonly status: 'rejected'; readonly reason: unknown }
  | { readonly status: 'gone' | 'timeout'; readonly reason: HubError };

/** A request, as its handler sees it. */
export interface Call {
  readonly method: string;
  readonly from: Member;
  /** Aborts when the asker gives up, dies, or when the deadline has passed. */
  readonly signal: AbortSignal;
  /** How long the asker still waits, in ms; `Infinity` is without limit. */
  readonly remaining: number;
}

export interface WaitOptions {
  /** Limits the wait, not the holding: rejects with `TIMEOUT`. 0 or absent is without limit. */
  readonly timeout?: number;
  /** Ends the wait, not the holding: rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Where so many wait already it does not wait, and rejects with `OVERLOADED`. Default 100 000. */
  readonly maxWaiters?: number;
  /** How long it may be held: then it is taken away, and its signal aborts. Default: without limit. */
  readonly maxHold?: number;
  /**
   * What cannot be released before this is granted: it is how deadlocks are found. Default: the lock in whose body this is
   * asked for. `null`: nothing waits for it.
   */
  readonly within?: Held | null;
}

export interface OnceOptions extends Pick<WaitOptions, 'timeout' | 'signal'> {
  /** How long the value that this call's run comes to is kept, in ms: until then all who call get it, and none runs. An error is not kept. */
  readonly ttl?: number;
}

export interface LockOptions extends WaitOptions {
  /** Those who share hold a key together. In line they keep their order: behind a waiting writer readers wait. Default `exclusive`. */
  readonly mode?: LockMode;
  /** Takes the keys from whoever holds them, ahead of all who wait: their signals abort. */
  readonly steal?: boolean;
}

export type TryLockOptions = Pick<LockOptions, 'mode' | 'maxHold'>;

export type LockMode = 'exclusive' | 'shared';

/** What this hub has in the group until it gives it back, or loses it. */
export interface Held extends Disposable, AsyncDisposable {
  /** The key; the first, when there are several. Of permits and terms the name. */
  readonly key: string;
  /** The fencing token: rises with each grant in the group, over all keys and all authorities. A safe integer. */
  readonly token: number;
  /** Aborts when it is lost before it was released: its reason is a `HubError` with code `LOST`. */
  readonly signal: AbortSignal;
  /**
   * Gives it back, and resolves when that is done. `true` when this call did it, `false` when it was released or lost before.
   * Never rejects. `await using` does the same; `using`, and the end of a body, give it back without waiting for it.
   */
  release(): Promise<boolean>;
}

export interface Lock extends Held {
  readonly keys: readonly string[];
  readonly mode: LockMode;
  /**
   * From now on it is shared: readers that wait right behind it enter. Resolves to whether it is; `false` when it was
   * released or lost before. There is no way back: whoever waits to write while others read would wait for ever.
   */
  downgrade(): Promise<boolean>;
}

export interface SemaphoreOptions {
  readonly permits: number;
}

export interface PermitOptions extends WaitOptions {
  /** How many to take at once. Whoever waits for many is not overtaken by those who want few. Default 1. */
  readonly permits?: number;
}

export interface Semaphore {
  readonly name: string;
  /** How many there are. */
  readonly permits: number;
  acquire(options?: PermitOptions): Promise<Permits>;
  /** The same around a body, as `hub.lock`. */
  acquire<R>(body: (permits: Permits) => R | Promise<R>): Promise<R>;
  acquire<R>(options: PermitOptions, body: (permits: Permits) => R | Promise<R>): Promise<R>;
  /** The permits if they are free now, else `undefined`. */
  tryAcquire(options?: Pick<PermitOptions, 'permits' | 'maxHold'>): Promise<Permits | undefined>;
}

export interface Permits extends Held {
  readonly permits: number;
}

export interface RateLimitOptions {
  readonly permits: number;
  /** The span, in ms. */
  readonly per: number;
}

export interface RateLimit {
  readonly name: string;
  /** Resolves when one more may go on, in the order of asking. */
  take(options?: Pick<WaitOptions, 'timeout' | 'signal' | 'maxWaiters'>): Promise<void>;
  /** Whether one more may go on now; it then counts as gone on. */
  tryTake(): Promise<boolean>;
}

/** The time of a leader. Terms of one election never overlap, and their tokens rise. */
export interface Term extends Held {
  readonly name: string;
  /** The next in line leads. As `release`. */
  resign(): Promise<boolean>;
}

export interface Leader {
  readonly member: Member;
  readonly token: number;
}

export interface LocksOptions {
  /** How many holders and waiters to tell of at most. Default and most: 10 000. */
  readonly limit?: number;
}

export interface LineView {
  readonly space: Space;
  readonly key: string;
  /** Of a semaphore. */
  readonly permits?: number;
  readonly holders: readonly TicketView[];
  /** In order: the first is next. */
  readonly waiters: readonly TicketView[];
  /** How many wait: more than `waiters` shows when `limit` cut it short. */
  readonly waiting: number;
}

export interface TicketView {
  /** `undefined` when it has just come or gone, and this hub does not know it. */
  readonly member: Member | undefined;
  readonly mode: LockMode;
  /** Of a semaphore. */
  readonly permits?: number;
  /** Of a holder. */
  readonly token?: number;
  /** How long it has held, or waited. */
  readonly age: number;
  /** Where it was asked for, with `captureSites`. */
  readonly site?: string;
}

/**
 * What holds for all of a map. The first that open it with options and write to it say so for everybody; who opens it
 * with other ones has `CONFLICT` when it writes, who opens it without any takes it as it is. A map that has become empty
 * is remembered for a while.
 */
export interface StateOptions {
  /** How long an entry lives that was set without a `ttl` of its own, in ms. Default: until it is deleted. */
  readonly ttl?: number;
  /** How many entries there may be: then the one goes that was read or written longest ago. */
  readonly maxEntries?: number;
  /** The same by size: keys and encoded values, texts counted by their length. One that is larger is `TOO_LARGE`. */
  readonly maxBytes?: number;
  /**
   * It is there again when the group has ended and somebody comes back to it. For the socket transport with the durability
   * `process` or `disk`; elsewhere a write rejects with `UNSUPPORTED`. What is `ephemeral` goes with its member all the same.
   */
  readonly durable?: boolean;
}

/** `expect`: the version that the entry must have now, 0 for "no entry"; else the call rejects with `CONFLICT`. */
export interface ExpectOptions {
  readonly expect?: number;
}

/** How an entry ends by itself. Each `set` says it anew: without these it stays, or has the `ttl` of its map. */
export interface LifetimeOptions {
  /** How long it lives, in ms. It is never read after that, and gone within a second. */
  readonly ttl?: number;
  /** It goes when this member leaves the group or dies, before the others hear that it `left`. */
  readonly ephemeral?: boolean;
}

export interface SetOptions extends ExpectOptions, LifetimeOptions {}

export interface Entry<V> {
  readonly value: V;
  /** Rises with each change in the group, over all maps. A safe integer. */
  readonly version: number;
}

/**
 * A map that all members share. Reads and writes are linearizable: all members see them in one order.
 * `undefined` is "no entry": setting it deletes.
 */
export interface SharedMap<V = unknown> {
  readonly name: string;
  get(key: string): Promise<V | undefined>;
  entry(key: string): Promise<Entry<V> | undefined>;
  /** Those of the keys that are there, as they were at one moment, in one round trip. */
  getMany(keys: Iterable<string>): Promise<Map<string, V>>;
  has(key: string): Promise<boolean>;
  /** Resolves to the entry's new version. */
  set(key: string, value: V, options?: SetOptions): Promise<number>;
  /** Resolves to whether there was one. */
  delete(key: string, options?: ExpectOptions): Promise<boolean>;
  /**
   * Adds to a number in one step, beginning at 0, and resolves to the sum. Rejects with `NOT_A_NUMBER` on another value.
   * An entry that was to end at a time still does.
   */
  add(key: string, amount?: number): Promise<number>;
  /**
   * Replaces a value by what `change` makes of it; when somebody else was faster it is asked again, with the newer value.
   * `undefined` deletes. Resolves to the value that is there now.
   */
  update(key: string, change: (value: V | undefined) => V | undefined | Promise<V | undefined>, options?: UpdateOptions): Promise<V | undefined>;
  /** Conditions, then writes: all of them in one step and one round trip, or none. */
  transact(transaction: MapTransaction<V>): Promise<Transacted<V>>;
  /** Everything, as it was at one moment. */
  entries(): Promise<Map<string, V>>;
  size(): Promise<number>;
  clear(): Promise<void>;
  /** The whole first, then every change, in order, with no gap. After a loss of the group a new `whole` follows. */
  watch(options?: WatchOptions): AsyncIterableIterator<Change<V>> & AsyncDisposable;
  /** A copy that follows the map, for reading without waiting. Resolves when it is whole. */
  replica(options?: ReplicaOptions): Promise<Replica<V>>;
}

export interface UpdateOptions extends LifetimeOptions {
  readonly signal?: AbortSignal;
}

export interface MapTransaction<V> {
  /** All of them have to hold. Default: none. */
  readonly if?: readonly MapCondition[];
  /** What is done when they do. */
  readonly then?: readonly MapStep<V>[];
  /** What is done when they do not. */
  readonly else?: readonly MapStep<V>[];
}

export interface MapCondition {
  readonly key: string;
  /** The version that the entry must have; 0 is `absent`. */
  readonly expect: number | 'present' | 'absent';
}

/** They are done in their order: a later one sees what the earlier ones have made. */
export type MapStep<V> =
  | { readonly type: 'get'; readonly key: string }
  | ({ readonly type: 'set'; readonly key: string; readonly value: V } & LifetimeOptions)
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'add'; readonly key: string; readonly amount?: number };

export interface Transacted<V> {
  /** Whether the conditions held. */
  readonly succeeded: boolean;
  /** Of all that was changed; 0 when that is nothing. */
  readonly version: number;
  /** One for each step that was done. */
  readonly results: readonly MapStepResult<V>[];
}

export type MapStepResult<V> =
  | { readonly type: 'get'; readonly entry: Entry<V> | undefined }
  | { readonly type: 'set'; readonly version: number }
  | { readonly type: 'delete'; readonly deleted: boolean }
  | { readonly type: 'add'; readonly sum: number };

export interface WatchOptions {
  /** Only this key. */
  readonly key?: string;
  /** Only keys that begin with it. */
  readonly prefix?: string;
  /** `none` leaves out the first `whole`. One that follows a loss is told all the same: changes may have been missed. */
  readonly initial?: 'whole' | 'none';
  /** How many changes wait for a reader that is slow. Default 10 000. */
  readonly buffer?: number;
  /**
   * What gives way when they are more: `conflate` keeps the newest of each key and, where that is too much as well, tells
   * a new `whole` when the reader comes back; with `error` the watch throws `OVERLOADED`. Default `conflate`.
   */
  readonly overflow?: 'conflate' | 'error';
  readonly signal?: AbortSignal;
}

/** Changes of one transaction have one version, and follow each other. */
export type Change<V> =
  | { readonly type: 'whole'; readonly entries: ReadonlyMap<string, V>; readonly version: number }
  | { readonly type: 'set'; readonly key: string; readonly value: V; readonly version: number }
  /** `ended`: why it has gone, when nobody has deleted it. */
  | { readonly type: 'delete'; readonly key: string; readonly version: number; readonly ended?: Ended }
  | { readonly type: 'clear'; readonly version: number };

export interface ReplicaOptions {
  /** Ends it: it says what it said last, and follows no more. */
  readonly signal?: AbortSignal;
}

/**
 * A copy of a map in this process: a `Map` to read from, a little later than the authority. No reader sees a part of a
 * transaction. Values are decoded once and are everybody's: do not change them. While the group is lost it says what it
 * said last. It keeps no process alive.
 */
export interface Replica<V> extends ReadonlyMap<string, V>, Disposable {
  /** Of the newest change that it has seen. */
  readonly version: number;
  /** Resolves when it has seen a version of this map: what a `set` that resolved to it has written can be read here. */
  reached(version: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Everyone in the group, this member included. Empty before the hub is seated. */
export interface Members extends Iterable<Member> {
  readonly size: number;
  /** By number, id or name (the first of that name). */
  get(address: number | string): Member | undefined;
  /** `joined` for each that is here now, this one included, then every change, in order. */
  watch(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<MemberChange> & AsyncDisposable;
}

export type MemberChange =
  | { readonly type: 'joined'; readonly member: Member }
  | { readonly type: 'left'; readonly member: Member; readonly reason: LeaveReason };

/** What a user sees of services: objects that other members call as if they were their own. */

/** So many calls at once; the others wait in order. */
export interface Bounds {
  /** How many calls may run at once. Default: without limit. */
  readonly concurrency?: number;
  /** How many may wait for their turn; more are refused with `OVERLOADED`. Default 1 000. */
  readonly queue?: number;
}

export interface ExposeOptions<T = unknown> extends Bounds {
  /**
   * What may be called, with bounds of its own for each where they are given by name. Default: the object's own and class
   * methods, but for those that begin with `_` and those whose names every object knows.
   */
  readonly methods?: readonly MethodName<T>[] | { readonly [Name in MethodName<T>]?: Bounds };
  /** One call at a time. What is called for the sake of a running call, over however many services, runs within it. */
  readonly serial?: boolean;
}

export interface Exposed extends AsyncDisposable {
  readonly name: string;
  /** Takes no more calls, and resolves when those that run are done. Whoever calls then waits for another provider. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** How long a call waits for its answer, the wait for a provider included. 0 is without limit. Default: the hub's. */
  readonly timeout?: number;
  /** How long a call waits while no member exposes the service; then it rejects with `NO_RECEIVER`. 0 is not at all. Default 5 000. */
  readonly waitFor?: number;
  /** Ends it: what is pending, and whatever is called later, rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface SingletonOptions<T = unknown> extends ServiceOptions, ExposeOptions<T> {
  /** Ends what the factory made, before another member makes its own. Default: what it has of `Symbol.asyncDispose`, `Symbol.dispose`, `close` and `stop`, the first. */
  readonly stop?: (object: T) => unknown;
}

/**
 * An object in another process. Its methods are those of the object, but that each gives a promise. Functions among the
 * arguments, also within plain objects and arrays, arrive as functions (`RemoteFunction`), and an `AbortSignal` as the
 * signal of the call, which it gives up when it aborts. It is no promise: `await` leaves it as it is.
 */
export type Remote<T> = { readonly [Name in Exclude<MethodName<T>, keyof RemoteEvents>]: RemoteMethod<T[Name]> } & RemoteEvents & Disposable;

/** One that this hub may lead itself: disposing of it hands over, if it leads, and resolves when it has. */
export type RemoteSingleton<T> = Remote<T> & AsyncDisposable;

/** The events of an object that has `on` and `off`, or `addEventListener` and `removeEventListener`. */
export interface RemoteEvents {
  /**
   * Resolves when the listener hears the event. It goes on over the ends of providers: with each next one it is made anew,
   * and hears what happens from then on. Of an `EventTarget` it gets `type`, `detail` and `data`.
   */
  on(event: string, listener: (...args: never[]) => unknown): Promise<Disposable>;
  /** Resolves to whether it was there. */
  off(event: string, listener: (...args: never[]) => unknown): Promise<boolean>;
}

/** The names that may be called, as far as types can say. */
export type MethodName<T> = {
  [Name in keyof T]: Name extends string ? (Name extends `_${string}` | Never ? never : T[Name] extends (...args: never) => unknown ? Name : never) : never;
}[keyof T] &
  string;

type Never = 'constructor' | '__proto__' | 'prototype' | 'then' | 'toJSON';

export type RemoteMethod<M> = M extends (...args: infer A) => infer R ? (...args: A) => Answer<Awaited<R>> : never;

/** A promise; of what comes in parts one that can also be read at once, as in `for await (const part of service.parts())`. */
export type Answer<R> = unknown extends R
  ? Promise<R>
  : [R] extends [AsyncIterable<infer P>]
    ? Promise<AsyncIterableIterator<P> & AsyncDisposable> & AsyncIterable<P>
    : Promise<R>;

/**
 * A function of another process. It may be called until the call that brought it is answered or, once it was retained,
 * until it is released, or either of the two processes ends; then it rejects with `GONE`. What it rejects with disturbs
 * nobody who does not await it.
 */
export interface RemoteFunction<A extends readonly unknown[] = unknown[], R = unknown> extends Disposable {
  (...args: A): Promise<Awaited<R>>;
  /** From now on it outlives its call. While it is retained the same function arrives as this one. */
  retain(): this;
  /** It is not needed any more. Idempotent, and so is disposing of it, which does the same. */
  release(): void;
}


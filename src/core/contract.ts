/**
 * What a group says to each other, as types: `createHub<Shop>(...)` gives a hub on which every name and every value is
 * checked against one declaration. It is for the compiler alone: nothing of it is there when the program runs.
 */
import type * as api from './api.js';
import type { Exposed, ExposeOptions, Remote, RemoteSingleton, ServiceOptions, SingletonOptions } from './services-api.js';

/**
 * A part that is left out has no names. An interface or a type:
 *
 *     interface Shop {
 *       topics: { 'order.placed': Order };
 *       methods: { price(fruit: string): number; tail(): AsyncIterable<string> };
 *       services: { mailer: Mailer };
 *       maps: { stock: number };
 *     }
 */
export interface Contract {
  /** The value of each topic. Where it may be left out, or taken away again, it is `undefined` as well. */
  readonly topics?: object;
  /** Each method as a function: of one input at most, to an output. One that gives an async iterable is for `stream`. */
  readonly methods?: object;
  /** The object of each service, as whoever exposes it has it. */
  readonly services?: object;
  /** The values of each shared map. */
  readonly maps?: object;
}

/** A hub that keeps to a contract; without one, every name is allowed and every value is `unknown`. */
export type Hub<C extends Contract = Contract> = Contract extends C ? api.Hub : ContractedHub<C>;

// Names are written out where they are asked for: by another name a compiler would show that one, and not which there are.
export interface ContractedHub<C extends Contract> extends Omit<api.Hub, Checked> {
  /** As `Hub.on`. Of a pattern, the listener hears the values of all topics that it matches. */
  on<P extends string>(topic: Heard<C, P>, listener: (value: Values<C, P>, message: api.Message<Values<C, P>>) => unknown, options?: api.ListenOptions): Disposable;
  subscribe<P extends string>(topic: Heard<C, P>, options?: api.SubscribeOptions): api.Subscription<Values<C, P>>;
  send<T extends keyof Topics<C> & string>(topic: T, ...said: Said<Topics<C>[T], api.SendOptions>): void;
  broadcast<T extends keyof Topics<C> & string>(topic: T, ...said: Said<Topics<C>[T], api.BroadcastOptions>): void;

  handle<M extends keyof Methods<C> & string>(method: M, handler: (input: Input<C, M>, call: api.Call) => Output<C, M> | Promise<Output<C, M>>, options?: api.HandleOptions): Disposable;
  request<M extends keyof Whole<C> & string>(method: M, ...asked: Said<Input<C, M>, api.RequestOptions>): Promise<Output<C, M>>;
  stream<M extends keyof Methods<C> & string>(method: M, ...asked: Said<Input<C, M>, api.StreamOptions>): api.Stream<Part<Output<C, M>>>;
  gather<M extends keyof Whole<C> & string>(method: M, ...asked: Said<Input<C, M>, api.GatherOptions>): api.Gathering<Output<C, M>>;

  expose<S extends keyof Services<C> & string>(name: S, object: Services<C>[S], options?: ExposeOptions<Services<C>[S]>): Exposed;
  service<S extends keyof Services<C> & string>(name: S, options?: ServiceOptions): Remote<Services<C>[S]>;
  singleton<S extends keyof Services<C> & string>(
    name: S,
    factory: (leading: api.Leading) => Services<C>[S] | Promise<Services<C>[S]>,
    options?: SingletonOptions<Services<C>[S]>,
  ): RemoteSingleton<Services<C>[S]>;

  state<N extends keyof Maps<C> & string>(name: N, options?: api.StateOptions): api.SharedMap<Maps<C>[N]>;

  ref(): this;
  unref(): this;
}

/** What of a hub a contract says more of. */
type Checked = 'on' | 'subscribe' | 'send' | 'broadcast' | 'handle' | 'request' | 'stream' | 'gather' | 'expose' | 'service' | 'singleton' | 'state' | 'ref' | 'unref';

type Topics<C> = C extends { readonly topics: infer Topics } ? Topics : Nothing;
type Methods<C> = C extends { readonly methods: infer Methods } ? Methods : Nothing;
type Services<C> = C extends { readonly services: infer Services } ? Services : Nothing;
type Maps<C> = C extends { readonly maps: infer Maps } ? Maps : Nothing;
type Nothing = Readonly<Record<never, never>>;

/** A topic, or a pattern that matches one; in place of any other the names that there are. */
type Heard<C, P extends string> = [Matched<C, P>] extends [never] ? keyof Topics<C> & string : P;
type Values<C, P extends string> = Topics<C>[Matched<C, P>];
type Matched<C, P extends string> = { [T in keyof Topics<C>]: T extends string ? (Matches<P, T> extends true ? T : never) : never }[keyof Topics<C>];

/** As patterns match when they are heard: token by token. */
type Matches<P extends string, T extends string> = P extends '>'
  ? true
  : P extends `${infer Token}.${infer Rest}`
    ? T extends `${infer Given}.${infer Others}`
      ? Token extends '*' | Given
        ? Matches<Rest, Others>
        : false
      : false
    : T extends `${string}.${string}`
      ? false
      : P extends '*' | T
        ? true
        : false;

/** A value that may be `undefined` may be left out. */
type Said<V, Options> = undefined extends V ? [value?: V, options?: Options] : [value: V, options?: Options];

type Input<C, M> = Inputs<Methods<C>[M & keyof Methods<C>]>[0];
type Inputs<F> = F extends (...inputs: infer I) => unknown ? (I extends readonly [] ? [undefined] : I) : never;
type Output<C, M> = Methods<C>[M & keyof Methods<C>] extends (...inputs: never) => infer O ? Awaited<O> : never;
type Part<O> = O extends AsyncIterable<infer P> ? P : O;

/** The methods whose answer comes in one piece. */
type Whole<C> = { [M in keyof Methods<C> as Output<C, M> extends AsyncIterable<unknown> ? never : M]: true };

/**
 * The services of a hub: objects of its own that others call, those of others that it calls, and singletons, which are
 * both. They stand on requests, streams and elections, and have no packets of their own.
 */
import { offAbort, onAbort } from '../aborts.js';
import type { Elections } from '../agreement/elections.js';
import type { Call, Hub, Leading } from '../api.js';
import type { Context } from '../context.js';
import type { Deadlines } from '../deadlines.js';
import type { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Answers } from '../messaging/answers.js';
import type { Calls } from '../messaging/calls.js';
import type { Member } from '../protocol.js';
import type { Exposed, ServiceOptions, SingletonOptions } from '../services-api.js';
import { Callbacks } from './callbacks.js';
import { ENDINGS, endObject } from './ending.js';
import { Exposure } from './exposure.js';
import type { CheckedExposing } from './options.js';
import { checkObject } from './options.js';
import { Providers, methodOf } from './providers.js';
import { RemoteService } from './remote-service.js';
import { remoteOf } from './remote.js';
import { Singleton } from './singleton.js';

export interface ServicesPorts {
  readonly answers: Answers;
  readonly calls: Calls;
  readonly elections: Pick<Elections, 'standBy'>;
  readonly context: Context;
  readonly deadlines: Deadlines;
  readonly keepAlive: KeepAlive;
  readonly host: Host;
  /** How long a call waits that does not say so itself. */
  readonly timeout: number;
  report(error: unknown): void;
}

export class Services {
  readonly #ports: ServicesPorts;
  readonly #providers: Providers;
  readonly #callbacks: Callbacks;
  readonly #exposures = new Set<Exposure>();
  readonly #singletons = new Map<string, Singleton>();

  constructor(ports: ServicesPorts) {
    const { calls, deadlines, keepAlive, host } = ports;
    this.#ports = ports;
    this.#providers = new Providers(calls, deadlines, keepAlive, host);
    this.#callbacks = new Callbacks(ports);
  }

  expose(name: string, object: object, options: CheckedExposing, hidden: readonly string[] = []): Exposed {
    for (const other of this.#exposures) if (other.name === name) throw new TypeError(`This hub exposes "${name}" already. Close that first, or choose another name.`);
    const { answers, context } = this.#ports;
    const exposure: Exposure = new Exposure(
      name,
      object,
      options,
      {
        context,
        handle: (answer) => {
          const handling = answers.handle(methodOf(name), answer);
          return { [Symbol.dispose]: () => {
            handling[Symbol.dispose]();
            this.#exposures.delete(exposure);
          } };
        },
        stand: (call, number) => this.#callbacks.stand(call, number),
      },
      hidden,
    );
    this.#exposures.add(exposure);
    return exposure;
  }

  service(name: string, options: ServiceOptions): object {
    return remoteOf(this.#remote(name, options));
  }

  singleton<T>(name: string, factory: (leading: Leading) => T | Promise<T>, options: SingletonOptions<T>, exposing: CheckedExposing, hub: Hub): object {
    if (this.#singletons.has(name)) throw new TypeError(`This hub takes part in the singleton "${name}" already. Use what it has returned then, or hub.service().`);
    const { elections, deadlines, keepAlive } = this.#ports;
    const { stop, signal } = options;
    const singleton = new Singleton(name, {
      deadlines,
      keepAlive,
      standBy: (end) => elections.standBy(ELECTION + name, end),
      make: ({ token, signal: leading }) => factory({ token, signal: leading, hub }),
      expose: (object) => {
        checkObject(object);
        return this.expose(name, object, exposing, stop === undefined ? ENDINGS : []);
      },
      stop: (object) => (stop === undefined ? endObject(object) : stop(object as T)),
      report: (error) => this.#ports.report(error),
    });
    this.#singletons.set(name, singleton);
    const service = this.#remote(name, options);
    const close = async (): Promise<void> => {
      service.dispose();
      offAbort(signal, abort);
      await singleton.close();
      if (this.#singletons.get(name) === singleton) this.#singletons.delete(name);
    };
    const abort = (): void => void close();
    if (signal?.aborted === true) abort();
    else onAbort(signal, abort);
    return remoteOf(service, { [Symbol.asyncDispose]: close });
  }

  /** The call that the method which runs now is answering. */
  get currentCall(): Call | undefined {
    return this.#ports.context.get()?.call;
  }

  /** How many functions of this member others may call now. */
  get lent(): number {
    return this.#callbacks.lent;
  }

  /** Who handles a method has changed. */
  heard(method: string, members: readonly number[]): void {
    this.#providers.heard(method, members);
  }

  memberLeft(number: number, member: Member | undefined): void {
    this.#callbacks.memberLeft(number, member);
  }

  lost(): void {
    this.#callbacks.lost();
  }

  closed(error: HubError): void {
    this.lost();
    this.#providers.closed(error);
    for (const singleton of this.#singletons.values()) void singleton.close();
  }

  /** Takes no more calls, and resolves when the singletons are handed over. */
  async close(): Promise<void> {
    for (const exposure of [...this.#exposures]) exposure.stop();
    await Promise.all([...this.#singletons.values()].map((singleton) => singleton.close()));
  }

  #remote(name: string, { timeout = this.#ports.timeout, waitFor = DEFAULT_WAIT, signal }: ServiceOptions): RemoteService {
    const { context, report } = this.#ports;
    return new RemoteService(name, { timeout, waitFor, signal }, { providers: this.#providers, callbacks: this.#callbacks, context, report });
  }
}

/** In front of the names of elections. */
const ELECTION = 'interhub.singleton:';
const DEFAULT_WAIT = 5_000;

/**
 * A service as its user sees it: whatever name is asked for is a method of the other side, but for what the language itself
 * asks of any object. So it is never taken for a promise, and can be printed and compared without anybody being called.
 */
import type { RemoteService } from './remote-service.js';
import { NEVER } from './surface.js';

/** `own`: what it has beside its methods. */
export function remoteOf(service: RemoteService, own: object = {}): object {
  const { name } = service;
  const title = `[service "${name}"]`;
  const here = Object.assign(Object.create(null) as object, {
    on: service.events.on.bind(service.events),
    off: service.events.off.bind(service.events),
    toString: () => title,
    toJSON: () => title,
    [Symbol.toPrimitive]: () => title,
    [Symbol.toStringTag]: 'Remote',
    [Symbol.for('nodejs.util.inspect.custom')]: () => title,
    [Symbol.dispose]: () => service.dispose(),
    ...own,
  });
  return new Proxy(here, new RemoteMethods(service));
}

class RemoteMethods implements ProxyHandler<object> {
  readonly #service: RemoteService;
  readonly #methods = new Map<string, (...args: readonly unknown[]) => Promise<unknown>>();

  constructor(service: RemoteService) {
    this.#service = service;
  }

  get(here: object, property: string | symbol): unknown {
    if (typeof property === 'symbol' || property in here) return Reflect.get(here, property);
    const known = this.#methods.get(property);
    if (known !== undefined) return known;
    if (NEVER.includes(property) || property in Object.prototype) return undefined;
    const method = (...args: readonly unknown[]): Promise<unknown> => this.#service.call(property, args);
    this.#methods.set(property, method);
    return method;
  }

  set(_here: object, property: string | symbol): boolean {
    throw new TypeError(`"${String(property)}" cannot be set: the object is in another process. Give it a method that sets it.`);
  }

  defineProperty(here: object, property: string | symbol): boolean {
    return this.set(here, property);
  }

  deleteProperty(here: object, property: string | symbol): boolean {
    return this.set(here, property);
  }

  /** It shows nothing: what the other side has is not known here. */
  ownKeys(): readonly string[] {
    return [];
  }

  getOwnPropertyDescriptor(): undefined {
    return undefined;
  }

  has(here: object, property: string | symbol): boolean {
    return property in here;
  }
}

/** The objects of the library process, and what may be called of them: their public names, and nothing that every object has. */
import { HubError } from '../../core/errors.js';
import type { AnyFunction } from './callbacks.js';
import { carried, publicFields } from './carried.js';
import { drive, isGenerator } from './generators.js';
import type { Signature } from './words.js';

/** Names that would make an agent's object something else than it looks. */
const NEVER: ReadonlySet<string> = new Set(['constructor', '__proto__', 'prototype', 'then']);

export class Library {
  readonly signature: Signature;
  readonly #objects: ReadonlyMap<string, object>;
  readonly #names: ReadonlyMap<string, ReadonlySet<string>>;

  /** What is exported may be an object, a promise of one, or a function or generator that makes one. */
  static async load(exported: object): Promise<Library> {
    const objects = new Map<string, object>();
    for (const [name, value] of Object.entries(exported)) {
      const object = await resolve(await value, exported, []);
      if ((typeof object === 'object' || typeof object === 'function') && object !== null) objects.set(name, object);
    }
    return new this(objects);
  }

  private constructor(objects: ReadonlyMap<string, object>) {
    this.#objects = objects;
    this.#names = new Map([...objects].map(([name, object]) => [name, namesOf(object)]));
    this.signature = Object.fromEntries([...this.#names].map(([name, names]) => [name, [...names]]));
  }

  get(object: string): object | undefined {
    return this.#objects.get(object);
  }

  /** Calls a method, or reads a field. Rejects with what it throws. */
  async invoke(object: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const target = this.#objects.get(object);
    if (target === undefined || this.#names.get(object)?.has(method) !== true) {
      throw new HubError('NO_RECEIVER', `The library has no "${object}.${method}" that may be called.`);
    }
    const result = await resolve(Reflect.get(target, method), target, args);
    return result === target ? publicFields(target) : carried(result);
  }
}

async function resolve(member: unknown, self: object, args: readonly unknown[]): Promise<unknown> {
  const result: unknown = typeof member === 'function' ? await Reflect.apply(member as AnyFunction, self, args) : member;
  if (isGenerator(result)) return drive(result);
  if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result) {
    throw new TypeError('The results of an async generator cannot be returned to an agent: hand them to a callback, or use hub.stream().');
  }
  return result;
}

/** All that its classes have, up to what every object or function has. */
function namesOf(object: object): ReadonlySet<string> {
  const names = new Set<string>();
  for (let level: unknown = object; isOfUser(level); level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) if (!name.startsWith('_') && !NEVER.has(name)) names.add(name);
  }
  return names;
}

function isOfUser(level: unknown): level is object {
  return level !== null && level !== Object.prototype && level !== Function.prototype;
}

/**
 * What of an object other processes may call: names that were listed, or else its own and class methods. What it has from
 * `Object` or `Function` is never of it, and a getter is never asked. It is settled when the object is exposed.
 */
import { describe } from '../arguments.js';

export class Surface {
  readonly #object: object;
  readonly #names: ReadonlySet<string>;

  /** `hidden`: more names that are not to be called, unless they are listed. */
  constructor(object: object, listed: readonly string[] | undefined, hidden: readonly string[] = []) {
    this.#object = object;
    this.#names = listed === undefined ? ownAndClassMethods(object, hidden) : checkListed(object, listed);
  }

  has(name: unknown): name is string {
    return typeof name === 'string' && this.#names.has(name);
  }

  /** `has` has said that it is there; `undefined` when its owner has put something else in its place. */
  method(name: string): Method | undefined {
    const found: unknown = Reflect.get(this.#object, name);
    return typeof found === 'function' ? (found as Method) : undefined;
  }
}

export type Method = (this: object, ...args: readonly unknown[]) => unknown;

/** A proxy of a service answers these itself, or must not have them. */
export const NEVER: readonly string[] = ['constructor', '__proto__', 'prototype', 'then', 'toJSON'];

/** The ways to hear of events, and to make them happen: whoever wants to hear subscribes. */
const EVENTS: readonly string[] = [
  'on', 'off', 'once', 'emit', 'addListener', 'removeListener', 'removeAllListeners', 'prependListener', 'prependOnceListener',
  'listeners', 'rawListeners', 'listenerCount', 'eventNames', 'setMaxListeners', 'getMaxListeners',
  'addEventListener', 'removeEventListener', 'dispatchEvent',
];

const OF_EVERYTHING: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), ...NEVER]);

function ownAndClassMethods(object: object, hidden: readonly string[]): ReadonlySet<string> {
  const isMethod = new Map<string, boolean>();
  for (const [name, { value }] of properties(object)) {
    if (isMethod.has(name)) continue;
    const isOpen = !name.startsWith('_') && !OF_EVERYTHING.has(name) && !EVENTS.includes(name) && !hidden.includes(name);
    isMethod.set(name, isOpen && typeof value === 'function');
  }
  return new Set([...isMethod.keys()].filter((name) => isMethod.get(name) === true));
}

function checkListed(object: object, listed: readonly string[]): ReadonlySet<string> {
  for (const name of listed) {
    if (typeof name !== 'string') throw new TypeError(`\`methods\` holds names, not ${describe(name)}.`);
    if (NEVER.includes(name)) throw new TypeError(`"${name}" cannot be called from other processes: take it out of \`methods\`.`);
    const descriptor = properties(object).find(([found]) => found === name)?.[1];
    if (typeof descriptor?.value !== 'function') throw new TypeError(`\`methods\` lists "${name}", which is no method of the object.`);
  }
  return new Set(listed);
}

/** Nearest first, down to the class that extends no other. */
function properties(object: object): readonly (readonly [string, PropertyDescriptor])[] {
  const found: (readonly [string, PropertyDescriptor])[] = [];
  for (let at: unknown = object; typeof at === 'object' && at !== null && !isOfEverything(at); at = Object.getPrototypeOf(at)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(at))) found.push([name, descriptor]);
  }
  return found;
}

/** `Object.prototype` of whatever realm: nothing is behind it. */
function isOfEverything(object: object): boolean {
  return Object.getPrototypeOf(object) === null && Object.hasOwn(object, 'hasOwnProperty');
}

/** What users hand over, checked where it comes in: misuse throws a `TypeError` or a `RangeError`, at once. */
import { HubError } from './errors.js';
import { isPattern } from './pattern.js';
import { MAX_NAME_BYTES } from './protocol.js';
import { utf8Length } from './bytes.js';

/** Any string is a name, up to a length. `what` says whose: `topic`, `key`; `most` is below the limit of all names where something is put in front of it. */
export function checkName(what: string, name: unknown, most = MAX_NAME_BYTES): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`The ${what} is a string, not ${describe(name)}.`);
  // Half a pair cannot be written in UTF-8: two names that differ in it would become one.
  if (!isWellFormed(name)) throw new TypeError(`The ${what} ${JSON.stringify(name)} holds half a surrogate pair. Names are whole Unicode text.`);
  if (name.length * 3 <= most) return;
  const size = utf8Length(name);
  if (size > most) {
    throw new HubError('TOO_LARGE', `The ${what} "${name.slice(0, 40)}..." takes ${size} bytes; the limit is ${most}.`);
  }
}

/** In every supported host, though not in the language version that we compile for. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** A topic to send to: patterns are for those who listen. */
export function checkTopic(topic: unknown): asserts topic is string {
  checkName('topic', topic);
  if (isPattern(topic)) throw new TypeError(`"${topic}" is a pattern, and patterns are for listening. Send to a topic without "*" and ">".`);
}

/** A member, its number, its id or its name. */
export function checkAddress(to: unknown): void {
  const isAddress = typeof to === 'string' || (typeof to === 'number' && Number.isInteger(to) && to >= 1) || (typeof to === 'object' && to !== null && 'id' in to && typeof to.id === 'string');
  if (!isAddress) throw new TypeError(`\`to\` is a member, its number, its id or its name, not ${describe(to)}.`);
}

export function checkSignal(signal: unknown): void {
  if (typeof signal === 'object' && signal !== null && 'aborted' in signal && 'addEventListener' in signal) return;
  throw new TypeError(`\`signal\` is an AbortSignal, not ${describe(signal)}.`);
}

export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw new TypeError(`The ${what} is a function, not ${describe(value)}.`);
}

/** In ms; 0 is without limit. */
export function checkDuration(what: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`\`${what}\` is a number of milliseconds, not ${describe(value)}.`);
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`\`${what}\` is a number of milliseconds from 0 (without limit) on, not ${value}.`);
}

/** A number of things, from 1 on. */
export function checkCount(what: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`\`${what}\` is a number, not ${describe(value)}.`);
  if (!(Number.isInteger(value) && value >= 1)) throw new RangeError(`\`${what}\` is a whole number from 1 on, not ${value}.`);
}

export function checkBoolean(what: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`\`${what}\` is true or false, not ${describe(value)}.`);
}

/** No error of it says what it is. */
export function checkSecret(secret: unknown): void {
  if (typeof secret !== 'string') throw new TypeError(`\`secret\` is a string that all processes of the group are given, not of the type ${typeof secret}.`);
  if (secret.length < SHORTEST_SECRET) throw new RangeError(`\`secret\` has ${SHORTEST_SECRET} characters at least, not ${secret.length}. Make one by: openssl rand -base64 32`);
}

/** A shorter one can be guessed by whoever has heard what is signed by it. */
const SHORTEST_SECRET = 16;

/** One key, or several: each a name, and not none. */
export function checkKeys(keys: unknown): void {
  if (!Array.isArray(keys)) return checkName('key', keys);
  if (keys.length === 0) throw new TypeError('The keys are a string or an array of strings that is not empty.');
  if (keys.length > MOST_KEYS) throw new RangeError(`A lock is for ${MOST_KEYS} keys at most, not for ${keys.length}.`);
  for (const key of keys) checkName('key', key);
}

const MOST_KEYS = 256;

/** A wrong value, as an error names it. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `"${value}"`;
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
    default:
      return String(value);
  }
}

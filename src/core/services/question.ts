/**
 * What is asked of another member's object or function, as it travels: which, and the arguments as JSON arrays have them. In
 * place of what stays where it is, a function or a signal, is a hole, and beside the arguments stands what belongs there.
 */
import { encode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { Payload } from '../protocol.js';

/** A method by its name, or a function by its number. */
export type Target = string | number;

export interface Question {
  readonly target: Target;
  readonly args: readonly unknown[];
  /** Which serial call it is asked for in the end. */
  readonly chain: string | undefined;
}

/** What an argument stands for that cannot travel. */
export type Kept = { readonly type: 'function'; readonly value: (...args: never[]) => unknown } | { readonly type: 'signal'; readonly value: AbortSignal };

/** Knows those that stay here by numbers, and makes what stands for those that stay elsewhere. */
export interface Keeper {
  keep(kept: Kept): number;
  /** Number 0 is the signal of the call. */
  stand(number: number): unknown;
}

/** Throws `UNSERIALIZABLE` for what can neither travel nor be kept, and `TOO_LARGE` for too much that would be. */
export function writeQuestion(target: Target, args: readonly unknown[], chain: string | undefined, keeper: Pick<Keeper, 'keep'>): Payload {
  if (!args.some(isKept)) {
    try {
      return encode(chain === undefined ? [target, args] : [target, args, [], chain]);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'UNSERIALIZABLE') throw error;
      // What is in its way may be a function further inside.
    }
  }
  const holes: Hole[] = [];
  const rest = args.map((arg, index) => withHoles(arg, [index], [], holes, keeper));
  try {
    return encode(chain === undefined ? [target, rest, holes] : [target, rest, holes, chain]);
  } catch (error) {
    throw asOfArguments(error);
  }
}

/** From anybody: throws a `TypeError` when it is no question. */
export function readQuestion(input: unknown, keeper: Pick<Keeper, 'stand'>): Question {
  if (!Array.isArray(input)) throw malformed();
  const [target, args, holes, chain] = input as readonly unknown[];
  if ((typeof target !== 'string' && typeof target !== 'number') || !Array.isArray(args)) throw malformed();
  if (holes !== undefined) fill(args, holes, keeper);
  return { target, args, chain: typeof chain === 'string' ? chain : undefined };
}

type Path = readonly (string | number)[];
type Hole = readonly [number: number, path: Path];

/** Who has more callbacks than this has made a mistake. */
const MOST_HOLES = 1_000;

function isKept(value: unknown): boolean {
  return typeof value === 'function' || isSignal(value);
}

function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && value instanceof AbortSignal;
}

/** The value itself where nothing in it is kept, else a copy. What is no plain object or array is left as it is. */
function withHoles(value: unknown, path: Path, above: readonly object[], holes: Hole[], keeper: Pick<Keeper, 'keep'>): unknown {
  if (typeof value === 'function') return hole({ type: 'function', value: value as (...args: never[]) => unknown }, path, holes, keeper);
  if (typeof value !== 'object' || value === null) return value;
  if (isSignal(value)) return hole({ type: 'signal', value }, path, holes, keeper);
  if (!isOpen(value) || above.includes(value)) return value;

  const before = holes.length;
  const into = (each: unknown, step: string | number): unknown => withHoles(each, [...path, step], [...above, value], holes, keeper);
  const copy = Array.isArray(value) ? value.map(into) : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, into(each, key)]));
  return holes.length === before ? value : copy;
}

function hole(kept: Kept, path: Path, holes: Hole[], keeper: Pick<Keeper, 'keep'>): null {
  if (holes.length === MOST_HOLES) throw new HubError('TOO_LARGE', `The arguments hold more than ${MOST_HOLES} functions.`);
  holes.push([keeper.keep(kept), path]);
  return null;
}

function isOpen(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Walks own properties only: no path leads to what the arguments have not brought. */
function fill(args: readonly unknown[], holes: unknown, keeper: Pick<Keeper, 'stand'>): void {
  if (!Array.isArray(holes) || holes.length > MOST_HOLES) throw malformed();
  for (const each of holes as readonly unknown[]) {
    const [number, path] = Array.isArray(each) ? (each as readonly unknown[]) : [];
    if (typeof number !== 'number' || !Array.isArray(path)) throw malformed();
    let at: unknown = args;
    for (const step of path.slice(0, -1) as readonly unknown[]) at = ownOf(at, step);
    const last: unknown = path.at(-1);
    if (ownOf(at, last) !== null) throw malformed();
    Object.defineProperty(at, last as string, { value: keeper.stand(number), writable: true, enumerable: true, configurable: true });
  }
}

function ownOf(at: unknown, step: unknown): unknown {
  if (typeof at !== 'object' || at === null || (typeof step !== 'string' && typeof step !== 'number') || !Object.hasOwn(at, step)) throw malformed();
  return (at as Readonly<Record<string | number, unknown>>)[step];
}

function malformed(): TypeError {
  return new TypeError('This is no call of a service. Call it by hub.service().');
}

/** Its path begins in what travels, which its caller has never seen. */
function asOfArguments(error: unknown): unknown {
  if (!(error instanceof HubError)) return error;
  return new HubError(error.code, error.message.replace('$[1]', 'arguments'), 'cause' in error ? { cause: error.cause } : {});
}

/**
 * The options of a public call: an object, each name of which is an option. A mistyped name would be ignored in silence, and
 * so would a number in the place of the object: both are refused at once, with the names that there are.
 */
import { checkSignal, describe } from './arguments.js';

/** Every name of an interface of options: the compiler sees to it that none is missing. */
export type OptionNames<O> = { readonly [Name in keyof O]-?: true };

/** `call`: what the user wrote, as in `hub.request()`. */
export function checkOptions<O extends object>(call: string, options: O, names: OptionNames<O>): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`The options of ${call} are an object with ${listed(names)}, not ${describe(options)}.`);
  for (const name in options) if (!Object.hasOwn(names, name)) throw new TypeError(`\`${name}\` is no option of ${call}. It takes ${listed(names)}.`);
}

/** What can be ended, and nothing else be said of. */
export interface EndOptions {
  readonly signal?: AbortSignal;
}

export function checkEnd(call: string, options: EndOptions): void {
  checkOptions(call, options, END);
  if (options.signal !== undefined) checkSignal(options.signal);
}

/** In place of options that were left out. */
export const NO_OPTIONS: Readonly<Record<never, never>> = Object.freeze({});

const END: OptionNames<EndOptions> = { signal: true };

function listed(names: object): string {
  return Object.keys(names).map((name) => `\`${name}\``).join(', ');
}

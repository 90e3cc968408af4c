/**
 * Errors taken apart to travel, and put together again: name, message, code, cause, errors, own properties, and the
 * stack as text. The classes that every host has come back as themselves, and `HubError`; any other as an `Error` of
 * its name. No class is ever looked up by a name that has arrived.
 */
import { HubError, type HubErrorCode } from '../errors.js';
import { ERROR_CLASSES, type ErrorClass } from './tags.js';

/** What is known before the error exists. */
export interface ErrorHead {
  readonly class: ErrorClass;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code: string | number | undefined;
}

export function headOf(error: object): ErrorHead {
  const { name, message, stack, code } = error as { readonly [K in keyof ErrorHead]?: unknown };
  const itsName = textOr(name, 'Error');
  const itsMessage = textOr(message, '');
  return {
    class: ERROR_CLASSES.find((known) => known === itsName && (known !== 'HubError' || typeof code === 'string')) ?? 'Error',
    name: itsName,
    message: itsMessage,
    stack: textOr(stack, `${itsName}: ${itsMessage}`),
    code: isCode(code) ? code : undefined,
  };
}

/** Its own properties that are not in its head. */
export function ownKeys(error: object, head: ErrorHead): readonly string[] {
  const keys = Object.keys(error);
  return head.code === undefined ? keys : keys.filter((key) => key !== 'code');
}

/** Whether the error has it where `Object.keys` does not show it: where the language itself puts it. */
export function hasHidden(error: object, key: 'cause' | 'errors'): boolean {
  return key in error && !Object.prototype.propertyIsEnumerable.call(error, key);
}

export function reviveError(head: ErrorHead): Error {
  const error = create(head);
  error.stack = head.stack;
  if (error.name !== head.name) hide(error, 'name', head.name);
  if (head.code !== undefined) {
    Object.defineProperty(error, 'code', { value: head.code, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

/** Gives the error a property as the language gives it `message` and `cause`: there, and not shown. */
export function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

export function isCode(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number';
}

function create(head: ErrorHead): Error {
  switch (head.class) {
    case 'Error':
      return new Error(head.message);
    case 'TypeError':
      return new TypeError(head.message);
    case 'RangeError':
      return new RangeError(head.message);
    case 'SyntaxError':
      return new SyntaxError(head.message);
    case 'ReferenceError':
      return new ReferenceError(head.message);
    case 'EvalError':
      return new EvalError(head.message);
    case 'URIError':
      return new URIError(head.message);
    case 'AggregateError':
      return new AggregateError([], head.message);
    case 'HubError':
      // A younger copy of this package may have codes that this one has not.
      return new HubError(String(head.code) as HubErrorCode, head.message);
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

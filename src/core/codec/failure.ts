/**
 * What handlers throw, as payloads and back. Whatever was thrown, something arrives: the value as it is, or an error
 * that says why it could not. An error keeps its name, message, code, cause and own properties; its `stack` is of the
 * process that asked, and the handler's is in `remoteStack`.
 */
import { HubError, type HubErrorCode } from '../errors.js';
import type { Arrival, Payload } from '../protocol.js';
import { decode, encode } from './codec.js';
import { headOf, hide, reviveError } from './error-parts.js';

const hostCapture = findCapture();

/** Never throws. */
export function encodeFailure(thrown: unknown): Payload {
  try {
    return encode(thrown);
  } catch (error) {
    return encode(substitute(thrown, withoutCause(error)));
  }
}

/** Throws nothing but `BAD_PACKET`. */
export function decodeFailure(arrival: Arrival): unknown {
  const thrown = decode(arrival);
  if (!(thrown instanceof Error)) return thrown;

  hide(thrown, 'remoteStack', thrown.stack);
  captureStack(thrown);
  return thrown;
}

/** As `decodeFailure`; what cannot be read is told as what went wrong. */
export function readFailure(arrival: Arrival): unknown {
  try {
    return decodeFailure(arrival);
  } catch (error) {
    return error;
  }
}

/** For an error one that looks like it, and for what is no value one that names it, with the reason as their cause; for anything else the reason itself. */
function substitute(thrown: unknown, reason: HubError): Error {
  try {
    if (typeof thrown === 'function' || typeof thrown === 'symbol') return new Error(`The handler threw ${named(thrown)}, not an error.`, { cause: reason });
    if (!(thrown instanceof Error)) return reason;
    const error = reviveError(headOf(thrown));
    hide(error, 'cause', reason);
    return error;
  } catch {
    // Not even its name can be read.
    return reason;
  }
}

/** `a function "save"`, `Symbol(over)`. */
function named(thrown: symbol | { readonly name: unknown }): string {
  return typeof thrown === 'symbol' ? String(thrown) : `a function ${JSON.stringify(thrown.name)}`;
}

/** The cause of why it could not be encoded is likely to be the next that cannot be. */
function withoutCause(error: unknown): HubError {
  const code: HubErrorCode = error instanceof HubError ? error.code : 'UNSERIALIZABLE';
  const why = error instanceof Error ? ` ${error.message}` : '';
  return new HubError(code, `What the handler threw cannot be sent in whole.${why}`);
}

/** Where the host can, it writes the text only when somebody asks for it. */
function captureStack(error: Error): void {
  if (hostCapture === undefined) hide(error, 'stack', `${error.name}: ${error.message}\n${new Error().stack ?? ''}`);
  else hostCapture(error);
}

function findCapture(): ((error: Error) => void) | undefined {
  const found: unknown = Reflect.get(Error, 'captureStackTrace');
  return typeof found === 'function' ? (error) => void Reflect.apply(found, Error, [error, decodeFailure]) : undefined;
}

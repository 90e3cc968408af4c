/**
 * How a test drives a member in another process: orders and reports over a pipe of its own, one a line, so that the
 * channel that is under test carries nothing of ours.
 */
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';
import type { HubOptions } from '../../src/index.js';
import type { RemoteWay } from './remote-peer.js';

export type Order =
  | { readonly type: 'open'; readonly place: number; readonly name: string; readonly way: RemoteWay; readonly options: HubOptions }
  /** `program` is the source of a function: it sees its arguments and nothing else. */
  | { readonly type: 'run'; readonly place: number; readonly program: string; readonly args: readonly unknown[] }
  | { readonly type: 'close'; readonly place: number }
  /** From now on nothing but its hubs keeps the process alive. */
  | { readonly type: 'let-go' };

export type Report =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly thrown: unknown }
  /** An `Error` loses its own properties on the way, so they travel beside it. */
  | { readonly number: number; readonly error: Description };

export interface Description {
  readonly [property: string]: unknown;
}

/** The descriptor of the pipe in the driven process, after its standard streams and Node's own channel. */
export const CONTROL_FD = 4;

export function say(pipe: Duplex, line: unknown): void {
  pipe.write(`${serialize(line).toString('base64')}\n`);
}

export function hear(pipe: Duplex, heard: (line: unknown) => void): void {
  pipe.on('error', () => {});
  createInterface({ input: pipe }).on('line', (line) => heard(deserialize(Buffer.from(line, 'base64'))));
}

export function describeError(error: Error): Description {
  const own = Object.fromEntries(Object.getOwnPropertyNames(error).map((key) => [key, (error as unknown as Description)[key]]));
  const cause = error.cause instanceof Error ? describeError(error.cause) : error.cause;
  return { ...own, name: error.name, ...('cause' in error ? { cause } : {}) };
}

export function asError(description: Description): Error {
  return Object.assign(new Error(String(description['message'])), description);
}

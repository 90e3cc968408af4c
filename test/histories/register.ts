/** One entry of a shared map, as a model: its value, and a version that rises with each write. */
import type { Model } from '../support/linearizability.js';

export type RegisterInput =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'set'; readonly key: string; readonly value: unknown; readonly expect?: number }
  | { readonly type: 'delete'; readonly key: string; readonly expect?: number };

export type RegisterOutput =
  /** Version 0: there is none. */
  | { readonly type: 'entry'; readonly value?: unknown; readonly version: number }
  | { readonly type: 'stored'; readonly version: number }
  | { readonly type: 'deleted'; readonly deleted: boolean }
  /** `expect` did not hold. */
  | { readonly type: 'conflict' };

export interface RegisterState {
  /** As JSON. */
  readonly value: string;
  /** `undefined`: it was written by an operation that was never answered, and is above `floor`. */
  readonly version: number | undefined;
  /** The highest version so far. */
  readonly floor: number;
}

export const register: Model<RegisterState, RegisterInput, RegisterOutput> = {
  initial: { value: '', version: 0, floor: 0 },
  name: ({ value, version, floor }) => `${value} at ${version}, above ${floor}`,
  reads: (_input, { type }) => type === 'entry' || type === 'conflict',
  step(state, input, answer) {
    const output = answer?.output;
    if (input.type === 'get') return output?.type === 'entry' ? read(state, output) : [state];
    const { expect } = input;
    const refused = expect === undefined ? [] : without(state, expect);
    const accepted = expect === undefined ? [state] : at(state, expect);
    const written = accepted.flatMap((before) => write(before, input, output));
    if (output === undefined) return [...refused, ...written];
    return output.type === 'conflict' ? refused : written;
  },
};

type Written = Exclude<RegisterInput, { readonly type: 'get' }>;

function read(state: RegisterState, { value, version }: RegisterOutput & { readonly type: 'entry' }): readonly RegisterState[] {
  return at(state, version).filter((known) => version === 0 || known.value === JSON.stringify(value));
}

function write({ version, floor }: RegisterState, input: Written, output: RegisterOutput | undefined): readonly RegisterState[] {
  if (input.type === 'delete') {
    const isRight = output?.type !== 'deleted' || output.deleted === (version !== 0);
    return isRight ? [{ value: '', version: 0, floor }] : [];
  }
  const value = JSON.stringify(input.value);
  if (output?.type !== 'stored') return output === undefined ? [{ value, version: undefined, floor }] : [];
  return output.version > floor ? [{ value, version: output.version, floor: output.version }] : [];
}

/** If the version is this one. */
function at(state: RegisterState, version: number): readonly RegisterState[] {
  if (state.version !== undefined) return state.version === version ? [state] : [];
  return version > state.floor ? [{ ...state, version, floor: version }] : [];
}

/** If the version is another one. */
function without(state: RegisterState, version: number): readonly RegisterState[] {
  return state.version === version ? [] : [state];
}

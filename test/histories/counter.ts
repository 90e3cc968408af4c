/** A number that is added to, as a model. */
import type { Model } from '../support/linearizability.js';

export type CounterInput = { readonly type: 'read'; readonly key: string } | { readonly type: 'add'; readonly key: string; readonly amount: number };

/** The number: as it was read, or as it is after the adding. */
export type CounterOutput = number;

export const counter: Model<number, CounterInput, CounterOutput> = {
  initial: 0,
  name: String,
  reads: ({ type }) => type === 'read',
  step(sum, input, answer) {
    const after = input.type === 'add' ? sum + input.amount : sum;
    return answer === undefined || answer.output === after ? [after] : [];
  },
};

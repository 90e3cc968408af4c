/**
 * A lock's line, or a semaphore's, as a model: tickets ask, hold and go. The holders are the longest prefix of the line that
 * fits, so that nobody overtakes whoever is known to have asked before, and tokens rise.
 *
 * A call of `lock` is two operations: `ask`, which ends when it is known to stand in line or to hold, and `hold`.
 */
import type { Model, Operation } from '../support/linearizability.js';

export type LineInput =
  | { readonly type: 'ask'; readonly key: string; readonly ticket: string; readonly member: string; readonly weight: number }
  | { readonly type: 'hold'; readonly key: string; readonly ticket: string }
  /** Both at once, or neither. */
  | { readonly type: 'try'; readonly key: string; readonly ticket: string; readonly member: string; readonly weight: number }
  /** It goes, wherever it stands. Never answered: it was given up, or taken away, and goes some time. */
  | { readonly type: 'release'; readonly key: string; readonly ticket: string }
  /** The member has died, and all its tickets go. */
  | { readonly type: 'leave'; readonly key: string; readonly member: string };

export type LineOutput =
  /** `token`: of what it holds later, where that is known: who stands in line before it has a lower one. */
  | { readonly type: 'asked'; readonly token?: number }
  | { readonly type: 'held'; readonly token: number }
  /** Of `try`: it would have had to wait. Of `hold`: it was given up; its `release` follows. */
  | { readonly type: 'not-held' }
  /** Whether it was there. */
  | { readonly type: 'released'; readonly released: boolean }
  | { readonly type: 'left' };

export interface LineState {
  readonly tickets: readonly Standing[];
  readonly lastToken: number;
}

/** What weighs as much as this holds alone. */
export const ALONE = 2 ** 30;

export function line(limit = ALONE): Model<LineState, LineInput, LineOutput> {
  return {
    initial: { tickets: [], lastToken: 0 },
    name: ({ tickets, lastToken }) => `${lastToken} ${tickets.map(({ ticket }) => ticket).join(' ')}`,
    reads: (_input, output) => output.type === 'not-held' || (output.type === 'released' && !output.released),
    step: (state, input, answer) => step(state, input, answer?.output, limit),
  };
}

/** Tells each `ask` the token of its `hold`: the search then need not guess in which order those stand who asked at the same time. */
export function withTokens(history: readonly Operation<LineInput, LineOutput>[]): readonly Operation<LineInput, LineOutput>[] {
  const tokens = new Map(history.flatMap(({ input, answer }) => (input.type === 'hold' && answer?.output.type === 'held' ? [[input.ticket, answer.output.token]] : [])));
  return history.map((operation) => {
    const { input, answer } = operation;
    const token = input.type === 'ask' ? tokens.get(input.ticket) : undefined;
    return token === undefined || answer === undefined ? operation : { ...operation, answer: { at: answer.at, output: { type: 'asked', token } } };
  });
}

interface Standing {
  readonly ticket: string;
  readonly member: string;
  readonly weight: number;
  readonly token?: number;
}

const IMPOSSIBLE: readonly LineState[] = [];

function step(state: LineState, input: LineInput, output: LineOutput | undefined, limit: number): readonly LineState[] {
  const { tickets, lastToken } = state;
  switch (input.type) {
    case 'ask': {
      const { ticket, member, weight } = input;
      if (output?.type !== 'asked' || output.token === undefined) return [{ tickets: [...tickets, { ticket, member, weight }], lastToken }];
      const { token } = output;
      return tickets.some((before) => (before.token ?? lastToken) >= token) ? IMPOSSIBLE : [{ tickets: [...tickets, { ticket, member, weight, token }], lastToken }];
    }
    case 'hold': {
      if (output?.type === 'not-held') return [state];
      return fits(state, input.ticket, limit) ? granted(state, output) : IMPOSSIBLE;
    }
    case 'try': {
      const { ticket, member, weight } = input;
      const after: LineState = { tickets: [...tickets, { ticket, member, weight }], lastToken };
      const isFree = fits(after, ticket, limit);
      if (output === undefined) return isFree ? [state, after] : [state];
      if (output.type === 'not-held') return isFree ? IMPOSSIBLE : [state];
      return isFree ? granted(after, output) : IMPOSSIBLE;
    }
    case 'release': {
      const left = tickets.filter(({ ticket }) => ticket !== input.ticket);
      const isRight = output?.type !== 'released' || output.released === left.length < tickets.length;
      return isRight ? [{ tickets: left, lastToken }] : IMPOSSIBLE;
    }
    case 'leave':
      return [{ tickets: tickets.filter(({ member }) => member !== input.member), lastToken }];
  }
}

function fits({ tickets }: LineState, wanted: string, limit: number): boolean {
  let taken = 0;
  for (const { ticket, weight } of tickets) {
    taken += weight;
    if (taken > limit) return false;
    if (ticket === wanted) return true;
  }
  return false;
}

function granted({ tickets, lastToken }: LineState, output: LineOutput | undefined): readonly LineState[] {
  if (output?.type !== 'held') return [{ tickets, lastToken }];
  return output.token > lastToken ? [{ tickets, lastToken: output.token }] : IMPOSSIBLE;
}

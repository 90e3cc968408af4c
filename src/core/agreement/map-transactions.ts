/** A transaction as a user says it, and as the authority is asked for it; and what became of it, the same way back. */
import type { MapStep, MapStepResult, MapTransaction, Transacted } from '../api.js';
import { decode, encode } from '../codec/codec.js';
import type { MapCommand, Outcome, Step, StepResult, Transaction } from '../protocol.js';
import { checkLifetime } from './map-arguments.js';
import { unexpected } from './map-outcomes.js';

export function asCommand<V>(map: string, { if: conditions = [], then = [], else: otherwise = [] }: MapTransaction<V>): Transaction {
  return {
    type: 'map.transact',
    map,
    conditions: conditions.map(({ key, expect }) => ({ key, expect: expect === 'absent' ? 0 : expect })),
    then: then.map(asStep),
    otherwise: otherwise.map(asStep),
  };
}

export function readTransacted<V>(outcome: Outcome, command: MapCommand): Transacted<V> {
  if (outcome.type !== 'transacted') throw unexpected(outcome, command);
  const { succeeded, version, results } = outcome;
  return { succeeded, version, results: results.map(readResult<V>) };
}

function asStep<V>(step: MapStep<V>): Step {
  const { type, key } = step;
  switch (type) {
    case 'get':
    case 'delete':
      return { type, key };
    case 'add':
      return { type, key, amount: step.amount ?? 1 };
    case 'set': {
      const lifetime = checkLifetime(step);
      const value = encode(step.value);
      return lifetime === undefined ? { type, key, value } : { type, key, value, lifetime };
    }
  }
}

function readResult<V>(result: StepResult): MapStepResult<V> {
  switch (result.type) {
    case 'absent':
      return { type: 'get', entry: undefined };
    case 'entry':
      return { type: 'get', entry: { value: decode(result.value) as V, version: result.version } };
    case 'stored':
      return { type: 'set', version: result.version };
    case 'removed':
      return { type: 'delete', deleted: result.removed };
    case 'sum':
      return { type: 'add', sum: result.sum };
  }
}

/**
 * The steps of a transaction, which are taken all or none: what is in the way of them is found out before the first is
 * taken. A later step sees what the earlier ones have made.
 */
import type { Condition, MapChange, MapEntry, Outcome, Payload, Step, StepResult } from '../protocol.js';
import type { Entries } from './map-entries.js';
import { bytesOf, mistakeInLifetime } from './map-terms.js';
import { UNDEFINED, sumOf } from './map-values.js';

export function holds(entries: Entries | undefined, { key, expect }: Condition): boolean {
  const version = entries?.find(key)?.version ?? 0;
  return expect === 'present' ? version !== 0 : version === expect;
}

/** What is in the way of the steps, if anything is. */
export function obstacleTo(steps: readonly Step[], entries: Entries | undefined, maxBytes: number): Outcome | undefined {
  const written = new Map<string, Payload | undefined>();
  for (const step of steps) {
    const { key } = step;
    switch (step.type) {
      case 'get':
        break;
      case 'delete':
        written.set(key, undefined);
        break;
      case 'set': {
        const mistake = step.lifetime === undefined ? undefined : mistakeInLifetime(step.lifetime);
        if (mistake !== undefined) return { type: 'invalid', reason: mistake };
        if (bytesOf(key, step.value) > maxBytes) return { type: 'too-large', limit: maxBytes };
        written.set(key, step.value === UNDEFINED ? undefined : step.value);
        break;
      }
      case 'add': {
        const sum = sumOf(written.has(key) ? written.get(key) : entries?.find(key)?.value, step.amount);
        if (sum === undefined) return { type: 'not-a-number' };
        if (bytesOf(key, sum) > maxBytes) return { type: 'too-large', limit: maxBytes };
        written.set(key, sum);
      }
    }
  }
  return undefined;
}

/** Nothing is in its way. What it changes goes to the others. */
export function take(step: Step, seq: number, from: number, entries: Entries, changes: MapChange[]): StepResult {
  const { key } = step;
  switch (step.type) {
    case 'get':
      entries.use(key);
      return found(entries.find(key));
    case 'set':
      if (step.value === UNDEFINED) push(changes, entries.delete(seq, key));
      else changes.push(entries.store(seq, from, key, step.value, step.lifetime));
      return { type: 'stored', version: step.value === UNDEFINED ? 0 : seq };
    case 'delete':
      return { type: 'removed', removed: push(changes, entries.delete(seq, key)), seq };
    case 'add': {
      const sum = sumOf(entries.find(key)?.value, step.amount) ?? '';
      changes.push(entries.replace(seq, key, sum));
      return { type: 'sum', version: seq, sum: Number(sum) };
    }
  }
}

export function found(entry: MapEntry | undefined): StepResult {
  return entry === undefined ? ABSENT : { type: 'entry', version: entry.version, value: entry.value };
}

const ABSENT: StepResult = { type: 'absent' };

/** Whether there is one. */
function push(changes: MapChange[], change: MapChange | undefined): boolean {
  if (change === undefined) return false;
  changes.push(change);
  return true;
}

/** What the outcomes of map commands mean to those who gave them. What a command cannot have is thrown as an error. */
import type { Entry } from '../api.js';
import { decode } from '../codec/codec.js';
import { HubError } from '../errors.js';
import type { MapCommand, MapTerms, Outcome } from '../protocol.js';

export function readValue<V>(outcome: Outcome, command: MapCommand): V | undefined {
  return readEntry<V>(outcome, command)?.value;
}

export function readEntry<V>(outcome: Outcome, command: MapCommand): Entry<V> | undefined {
  if (outcome.type === 'absent') return undefined;
  if (outcome.type === 'entry') return { value: decode(outcome.value) as V, version: outcome.version };
  throw unexpected(outcome, command);
}

export function readPresence(outcome: Outcome, command: MapCommand): boolean {
  if (outcome.type === 'entry' || outcome.type === 'absent') return outcome.type === 'entry';
  throw unexpected(outcome, command);
}

export function readVersion(outcome: Outcome, command: MapCommand): number {
  if (outcome.type === 'stored') return outcome.version;
  throw unexpected(outcome, command);
}

/** Whether nobody was faster. */
export function readStored(outcome: Outcome, command: MapCommand): boolean {
  if (outcome.type === 'stored' || outcome.type === 'conflict') return outcome.type === 'stored';
  throw unexpected(outcome, command);
}

export function readRemoved(outcome: Outcome, command: MapCommand): boolean {
  if (outcome.type === 'removed') return outcome.removed;
  throw unexpected(outcome, command);
}

export function readSum(outcome: Outcome, command: MapCommand): number {
  if (outcome.type === 'sum') return outcome.sum;
  throw unexpected(outcome, command);
}

export function readEntries<V>(outcome: Outcome, command: MapCommand): Map<string, V> {
  if (outcome.type === 'entries') return new Map(outcome.entries.map(({ key, value }) => [key, decode(value) as V]));
  throw unexpected(outcome, command);
}

export function readCount(outcome: Outcome, command: MapCommand): number {
  if (outcome.type === 'count') return outcome.count;
  throw unexpected(outcome, command);
}

/** What stands in the way of a command. */
export function unexpected(outcome: Outcome, command: MapCommand): HubError {
  const entry = 'key' in command ? `"${command.key}" of the map "${command.map}"` : `the map "${command.map}"`;
  switch (outcome.type) {
    case 'conflict': {
      const expected = 'expect' in command ? command.expect : undefined;
      return new HubError('CONFLICT', `${entry} is at version ${outcome.version}, not ${expected}. Read it again, or use update().`);
    }
    case 'other-terms':
      return new HubError('CONFLICT', `The map "${command.map}" has other options, as whoever opened it said: ${named(outcome.terms)}. Give the same ones everywhere, or none.`);
    case 'too-large':
      return new HubError('TOO_LARGE', `What was to be written to ${entry} is more than all that it may hold: \`maxBytes\` is ${outcome.limit}.`);
    case 'not-a-number':
      return new HubError('NOT_A_NUMBER', `${entry} holds no number to add to, or the sum would be none.`);
    default: {
      const reason = outcome.type === 'invalid' ? outcome.reason : `it answered "${outcome.type}"`;
      return new HubError('BAD_PACKET', `The authority did not understand "${command.type}" of ${entry}: ${reason}.`);
    }
  }
}

function named(terms: MapTerms): string {
  return Object.entries(terms).map(([name, value]) => `\`${name}\` is ${value}`).join(', ') || 'none of them';
}

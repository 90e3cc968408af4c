/**
 * What a ticket asks for, as weights: one ticket alone weighs as much as its line may hold, those that may hold a key
 * together weigh less. Readers and writers, semaphores and elections differ in this and in nothing else.
 */
import type { Terms } from '../protocol.js';

/** One lock, for its holder alone. What a command without terms means. */
export const PLAIN: Terms = Object.freeze({});

/** The most that may ever hold a key together. */
const MOST_TOGETHER = 2 ** 30;
const MOST_KEYS = 256;

export function limitOf({ space, limit }: Terms): number {
  if (space === undefined || space === 'lock') return MOST_TOGETHER;
  return space === 'semaphore' ? (limit ?? 1) : 1;
}

export function weightOf(terms: Terms): number {
  if (terms.space === 'semaphore') return terms.permits ?? 1;
  return terms.mode === 'shared' ? 1 : limitOf(terms);
}

/** Each key once. */
export function keysOf(key: string, { moreKeys }: Terms): readonly string[] {
  return moreKeys === undefined ? [key] : [...new Set([key, ...moreKeys])];
}

/** What makes no sense in them, if anything does. */
export function mistakeIn({ space = 'lock', moreKeys, mode, permits = 1, limit = 1, steal, maxHold, maxWaiters }: Terms): string | undefined {
  const isLock = space === 'lock';
  if (!isLock && (moreKeys !== undefined || mode !== undefined || steal === true)) return `Several keys, a mode and stealing are for locks, not for a ${space}.`;
  if (moreKeys !== undefined && moreKeys.length >= MOST_KEYS) return `A ticket is for ${MOST_KEYS} keys at most.`;
  if (steal === true && mode === 'shared') return 'A lock is stolen for its thief alone, not to be shared.';
  if (!isCount(limit, 1) || limit > MOST_TOGETHER) return `A semaphore has from 1 to ${MOST_TOGETHER} permits, not ${limit}.`;
  if (!isCount(permits, 1) || permits > limit) return `A ticket takes from 1 to all ${limit} permits of its semaphore, not ${permits}.`;
  if (maxHold !== undefined && !(maxHold > 0 && maxHold < Infinity)) return `A lock is held for more than 0 ms and less than for ever, not for ${maxHold}.`;
  if (maxWaiters !== undefined && !isCount(maxWaiters, 0)) return `The most that may wait is a number from 0 on, not ${maxWaiters}.`;
  return undefined;
}

function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}

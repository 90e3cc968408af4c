/** What is agreed of a whole map, and what is asked for one entry. What makes no sense in them is said here. */
import type { Lifetime, MapTerms, Payload } from '../protocol.js';

/** Nothing was said. */
export const OPEN: MapTerms = Object.freeze({});

export function areSame(one: MapTerms, other: MapTerms): boolean {
  return one.ttl === other.ttl && one.maxEntries === other.maxEntries && one.maxBytes === other.maxBytes && isDurable(one) === isDurable(other);
}

export function isDurable({ durable }: MapTerms): boolean {
  return durable === true;
}

export function mistakeInTerms({ ttl, maxEntries, maxBytes }: MapTerms): string | undefined {
  if (ttl !== undefined && !isDuration(ttl)) return `The entries of a map live for more than 0 ms and less than for ever, not for ${ttl}`;
  if (maxEntries !== undefined && !isCount(maxEntries)) return `A map holds a number of entries from 1 on, not ${maxEntries}`;
  if (maxBytes !== undefined && !isCount(maxBytes)) return `A map holds a number of bytes from 1 on, not ${maxBytes}`;
  return undefined;
}

export function mistakeInLifetime({ ttl }: Lifetime): string | undefined {
  return ttl === undefined || isDuration(ttl) ? undefined : `An entry lives for more than 0 ms and less than for ever, not for ${ttl}`;
}

/** What an entry counts for in `maxBytes`. */
export function bytesOf(key: string, value: Payload): number {
  return key.length + (typeof value === 'string' ? value.length : value.bytes.length);
}

function isDuration(value: number): boolean {
  return value > 0 && value < Infinity;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

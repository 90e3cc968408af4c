/** What users hand over to shared maps, checked where it comes in. */
import type { LifetimeOptions, MapCondition, MapStep, MapTransaction, StateOptions, WatchOptions } from '../api.js';
import { checkCount, checkName, checkSignal, describe } from '../arguments.js';

/** What its map is to be, or `undefined` where nothing is said. */
export function checkStateOptions({ ttl, maxEntries, maxBytes }: StateOptions): StateOptions | undefined {
  if (ttl !== undefined) checkTtl(ttl);
  if (maxEntries !== undefined) checkCount('maxEntries', maxEntries);
  if (maxBytes !== undefined) checkCount('maxBytes', maxBytes);
  if (ttl === undefined && maxEntries === undefined && maxBytes === undefined) return undefined;
  return { ...(ttl === undefined ? {} : { ttl }), ...(maxEntries === undefined ? {} : { maxEntries }), ...(maxBytes === undefined ? {} : { maxBytes }) };
}

/** How an entry is to end, or `undefined` where nothing is said. */
export function checkLifetime({ ttl, ephemeral }: LifetimeOptions): LifetimeOptions | undefined {
  if (ttl === undefined && ephemeral === undefined) return undefined;
  if (ttl !== undefined) checkTtl(ttl);
  if (ephemeral !== undefined && typeof ephemeral !== 'boolean') throw new TypeError(`\`ephemeral\` is true or false, not ${describe(ephemeral)}.`);
  return { ...(ttl === undefined ? {} : { ttl }), ...(ephemeral === true ? { ephemeral } : {}) };
}

export function checkVersion(what: string, version: unknown): void {
  if (!(Number.isSafeInteger(version) && Number(version) >= 0)) throw new TypeError(`\`${what}\` is a version, or 0 for "no entry", not ${describe(version)}.`);
}

/** Keys to be read together. */
export function checkKeys(keys: Iterable<string>): readonly string[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) throw new TypeError(`The keys are an array of strings, not ${describe(keys)}.`);
  const all = [...keys];
  if (all.length > MOST_KEYS) throw new RangeError(`${MOST_KEYS} keys at most are read together, not ${all.length}. Read them in parts, or all entries.`);
  for (const key of all) checkName('key', key);
  return all;
}

export function checkTransaction({ if: conditions = [], then = [], else: otherwise = [] }: MapTransaction<unknown>): void {
  for (const [what, list] of [['if', conditions], ['then', then], ['else', otherwise]] as const) {
    if (!Array.isArray(list)) throw new TypeError(`\`${what}\` of a transaction is an array, not ${describe(list)}.`);
    if (list.length > MOST_STEPS) throw new RangeError(`\`${what}\` of a transaction has ${MOST_STEPS} parts at most, not ${list.length}.`);
  }
  for (const condition of conditions) checkCondition(condition);
  for (const step of [...then, ...otherwise]) checkStep(step);
}

export function checkWatch({ key, prefix, initial, buffer, overflow, signal }: WatchOptions): void {
  if (key !== undefined) checkName('key', key);
  if (prefix !== undefined) checkName('prefix', prefix);
  if (buffer !== undefined) checkCount('buffer', buffer);
  if (signal !== undefined) checkSignal(signal);
  if (initial !== undefined && initial !== 'whole' && initial !== 'none') throw new TypeError(`\`initial\` is "whole" or "none", not ${describe(initial)}.`);
  if (overflow !== undefined && overflow !== 'conflate' && overflow !== 'error') throw new TypeError(`\`overflow\` of a watch is "conflate" or "error", not ${describe(overflow)}.`);
}

const MOST_KEYS = 10_000;
const MOST_STEPS = 1_000;

function checkCondition({ key, expect }: MapCondition): void {
  checkName('key', key);
  if (expect !== 'present' && expect !== 'absent') checkVersion('expect', expect);
}

function checkStep(step: MapStep<unknown>): void {
  const { type, key } = step;
  if (type !== 'get' && type !== 'set' && type !== 'delete' && type !== 'add') {
    throw new TypeError(`The \`type\` of a step is "get", "set", "delete" or "add", not ${describe(type)}.`);
  }
  checkName('key', key);
  if (type === 'add') checkAmount(step.amount ?? 1);
  if (type === 'set') checkLifetime(step);
}

export function checkAmount(amount: unknown): void {
  if (!Number.isFinite(amount)) throw new TypeError(`The amount to add is a finite number, not ${describe(amount)}.`);
}

/** Not without limit, as 0 is elsewhere: who leaves it out has that. */
function checkTtl(ttl: unknown): void {
  if (typeof ttl !== 'number') throw new TypeError(`\`ttl\` is a number of milliseconds, not ${describe(ttl)}.`);
  if (!(ttl > 0 && ttl < Infinity)) throw new RangeError(`\`ttl\` is a number of milliseconds above 0, not ${ttl}. Leave it out for an entry that stays.`);
}

/** What users hand over to shared maps, checked where it comes in. */
import type { ExpectOptions, LifetimeOptions, MapCondition, MapStep, MapTransaction, SetOptions, StateOptions, UpdateOptions, WatchOptions } from '../api.js';
import { checkBoolean, checkCount, checkName, checkSignal, describe } from '../arguments.js';
import { checkOptions } from '../options.js';
import type { OptionNames } from '../options.js';

/** What its map is to be, or `undefined` where nothing is said. */
export function checkStateOptions(options: StateOptions): StateOptions | undefined {
  checkOptions('hub.state()', options, STATE);
  const { ttl, maxEntries, maxBytes, durable } = options;
  if (ttl !== undefined) checkTtl(ttl);
  if (maxEntries !== undefined) checkCount('maxEntries', maxEntries);
  if (maxBytes !== undefined) checkCount('maxBytes', maxBytes);
  if (durable !== undefined) checkBoolean('durable', durable);
  if (ttl === undefined && maxEntries === undefined && maxBytes === undefined && durable === undefined) return undefined;
  return {
    ...(ttl === undefined ? {} : { ttl }),
    ...(maxEntries === undefined ? {} : { maxEntries }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(durable === undefined ? {} : { durable }),
  };
}

/** How an entry is to end, or `undefined` where nothing is said. */
export function checkLifetime({ ttl, ephemeral }: LifetimeOptions): LifetimeOptions | undefined {
  if (ttl === undefined && ephemeral === undefined) return undefined;
  if (ttl !== undefined) checkTtl(ttl);
  if (ephemeral !== undefined) checkBoolean('ephemeral', ephemeral);
  return { ...(ttl === undefined ? {} : { ttl }), ...(ephemeral === true ? { ephemeral } : {}) };
}

/** As `checkLifetime`. */
export function checkSet(options: SetOptions): LifetimeOptions | undefined {
  checkOptions('map.set()', options, SET);
  if (options.expect !== undefined) checkVersion('expect', options.expect);
  return checkLifetime(options);
}

export function checkDelete(options: ExpectOptions): void {
  checkOptions('map.delete()', options, DELETE);
  if (options.expect !== undefined) checkVersion('expect', options.expect);
}

/** As `checkLifetime`. */
export function checkUpdate(options: UpdateOptions): LifetimeOptions | undefined {
  checkOptions('map.update()', options, UPDATE);
  if (options.signal !== undefined) checkSignal(options.signal);
  return checkLifetime(options);
}

/** Keys to be read together. */
export function checkKeys(keys: Iterable<string>): readonly string[] {
  if (typeof keys !== 'object' || keys === null || !(Symbol.iterator in keys)) throw new TypeError(`The keys are an array of strings, not ${describe(keys)}.`);
  const all = [...keys];
  if (all.length > MOST_KEYS) throw new RangeError(`${MOST_KEYS} keys at most are read together, not ${all.length}. Read them in parts, or all entries.`);
  for (const key of all) checkName('key', key);
  return all;
}

export function checkTransaction(transaction: MapTransaction<unknown>): void {
  checkOptions('map.transact()', transaction, TRANSACTION);
  const { if: conditions = [], then = [], else: otherwise = [] } = transaction;
  for (const [what, list] of [['if', conditions], ['then', then], ['else', otherwise]] as const) {
    if (!Array.isArray(list)) throw new TypeError(`\`${what}\` of a transaction is an array, not ${describe(list)}.`);
    if (list.length > MOST_STEPS) throw new RangeError(`\`${what}\` of a transaction has ${MOST_STEPS} parts at most, not ${list.length}.`);
  }
  for (const condition of conditions) checkCondition(condition);
  for (const step of [...then, ...otherwise]) checkStep(step);
}

export function checkWatch(options: WatchOptions): void {
  checkOptions('map.watch()', options, WATCH);
  const { key, prefix, initial, buffer, overflow, signal } = options;
  if (key !== undefined) checkName('key', key);
  if (prefix !== undefined) checkName('prefix', prefix);
  if (buffer !== undefined) checkCount('buffer', buffer);
  if (signal !== undefined) checkSignal(signal);
  if (initial !== undefined && initial !== 'whole' && initial !== 'none') throw new TypeError(`\`initial\` is "whole" or "none", not ${describe(initial)}.`);
  if (overflow !== undefined && overflow !== 'conflate' && overflow !== 'error') throw new TypeError(`\`overflow\` of a watch is "conflate" or "error", not ${describe(overflow)}.`);
}

export function checkVersion(what: string, version: unknown): void {
  if (!(Number.isSafeInteger(version) && Number(version) >= 0)) throw new TypeError(`\`${what}\` is a version, or 0 for "no entry", not ${describe(version)}.`);
}

export function checkAmount(amount: unknown): void {
  if (!Number.isFinite(amount)) throw new TypeError(`The amount to add is a finite number, not ${describe(amount)}.`);
}

const STATE: OptionNames<StateOptions> = { ttl: true, maxEntries: true, maxBytes: true, durable: true };
const LIFETIME: OptionNames<LifetimeOptions> = { ttl: true, ephemeral: true };
const DELETE: OptionNames<ExpectOptions> = { expect: true };
const SET: OptionNames<SetOptions> = { ...DELETE, ...LIFETIME };
const UPDATE: OptionNames<UpdateOptions> = { ...LIFETIME, signal: true };
const TRANSACTION: OptionNames<MapTransaction<unknown>> = { if: true, then: true, else: true };
const WATCH: OptionNames<WatchOptions> = { key: true, prefix: true, initial: true, buffer: true, overflow: true, signal: true };

const PLACE = { type: true, key: true } as const;
const STEPS: { readonly [Type in MapStep<unknown>['type']]: OptionNames<object> } = {
  get: PLACE,
  set: { ...PLACE, value: true, ...LIFETIME } satisfies OptionNames<Extract<MapStep<unknown>, { readonly type: 'set' }>>,
  delete: PLACE,
  add: { ...PLACE, amount: true } satisfies OptionNames<Extract<MapStep<unknown>, { readonly type: 'add' }>>,
};

const MOST_KEYS = 10_000;
const MOST_STEPS = 1_000;

function checkCondition({ key, expect }: MapCondition): void {
  checkName('key', key);
  if (expect !== 'present' && expect !== 'absent') checkVersion('expect', expect);
}

function checkStep(step: MapStep<unknown>): void {
  if (typeof step !== 'object' || step === null) throw new TypeError(`A step of a transaction is an object, as in { type: 'delete', key: 'a' }, not ${describe(step)}.`);
  const { type, key } = step;
  if (type !== 'get' && type !== 'set' && type !== 'delete' && type !== 'add') {
    throw new TypeError(`The \`type\` of a step is "get", "set", "delete" or "add", not ${describe(type)}.`);
  }
  checkOptions<object>(`the step "${type}"`, step, STEPS[type]);
  checkName('key', key);
  if (type === 'add') checkAmount(step.amount ?? 1);
  if (type === 'set') checkLifetime(step);
}

/** Not without limit, as 0 is elsewhere: who leaves it out has that. */
export function checkTtl(ttl: unknown): void {
  if (typeof ttl !== 'number') throw new TypeError(`\`ttl\` is a number of milliseconds, not ${describe(ttl)}.`);
  if (!(ttl > 0 && ttl < Infinity)) throw new RangeError(`\`ttl\` is a number of milliseconds above 0, not ${ttl}. Leave it out for an entry that stays.`);
}

/** The parts of the words about maps, on the wire: in front of each, as bits, which of those there are that may be absent. */
import { HubError } from '../errors.js';
import type { Condition, Ended, Lifetime, MapChange, MapEntry, MapTerms, Step, StepResult } from '../protocol.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';

const HAS = { expect: 1, lifetime: 2, terms: 4 } as const;

/** What is not the last of an `entries`, a `map.whole` or a `transacted` that goes in parts. */
export type Part = { readonly type: 'part.entries'; readonly entries: readonly MapEntry[] } | { readonly type: 'part.results'; readonly results: readonly StepResult[] };

/** What a command on an entry may hold beside the entry. */
interface Wishes {
  readonly expect?: number;
  readonly lifetime?: Lifetime;
  readonly terms?: MapTerms;
}

export function writeWishes(slab: Slab, { expect, lifetime, terms }: Wishes): void {
  slab.u8((expect === undefined ? 0 : HAS.expect) | (lifetime === undefined ? 0 : HAS.lifetime) | (terms === undefined ? 0 : HAS.terms));
  if (expect !== undefined) slab.f64(expect);
  if (lifetime !== undefined) writeLifetime(slab, lifetime);
  if (terms !== undefined) writeMapTerms(slab, terms);
}

export function readWishes(packet: Reader): Wishes {
  const has = packet.u8();
  if (has === 0) return NOTHING;
  return {
    ...((has & HAS.expect) === 0 ? {} : { expect: packet.f64() }),
    ...((has & HAS.lifetime) === 0 ? {} : { lifetime: readLifetime(packet) }),
    ...((has & HAS.terms) === 0 ? {} : { terms: readMapTerms(packet) }),
  };
}

export function writeMapTerms(slab: Slab, { ttl, maxEntries, maxBytes, durable }: MapTerms): void {
  slab.u8((ttl === undefined ? 0 : 1) | (maxEntries === undefined ? 0 : 2) | (maxBytes === undefined ? 0 : 4) | (durable === undefined ? 0 : durable ? 8 : 16));
  if (ttl !== undefined) slab.f64(ttl);
  if (maxEntries !== undefined) slab.f64(maxEntries);
  if (maxBytes !== undefined) slab.f64(maxBytes);
}

export function readMapTerms(packet: Reader): MapTerms {
  const has = packet.u8();
  return {
    ...((has & 1) === 0 ? {} : { ttl: packet.f64() }),
    ...((has & 2) === 0 ? {} : { maxEntries: packet.f64() }),
    ...((has & 4) === 0 ? {} : { maxBytes: packet.f64() }),
    ...((has & 24) === 0 ? {} : { durable: (has & 8) !== 0 }),
  };
}

export function writeKeys(slab: Slab, keys: readonly string[]): void {
  for (const key of keys) slab.string(key);
}

export function readKeys(packet: Reader): string[] {
  const keys: string[] = [];
  while (packet.hasMore) keys.push(packet.string());
  return keys;
}

export function writeEntries(slab: Slab, entries: readonly MapEntry[]): void {
  for (const entry of entries) {
    slab.string(entry.key);
    slab.f64(entry.version);
    slab.payload(entry.value);
  }
}

export function readEntries(packet: Reader): MapEntry[] {
  const entries: MapEntry[] = [];
  while (packet.hasMore) entries.push({ key: packet.string(), version: packet.f64(), value: packet.payload() });
  return entries;
}

export function writeConditions(slab: Slab, conditions: readonly Condition[]): void {
  slab.u32(conditions.length);
  for (const { key, expect } of conditions) {
    slab.string(key);
    slab.f64(expect === 'present' ? PRESENT : expect);
  }
}

export function readConditions(packet: Reader): Condition[] {
  return readMany(packet, () => {
    const key = packet.string();
    const expect = packet.f64();
    return { key, expect: expect === PRESENT ? 'present' : expect };
  });
}

export function writeSteps(slab: Slab, steps: readonly Step[]): void {
  slab.u32(steps.length);
  for (const step of steps) {
    slab.u8(STEPS.indexOf(step.type));
    slab.string(step.key);
    if (step.type === 'add') slab.f64(step.amount);
    if (step.type !== 'set') continue;
    writeWishes(slab, step.lifetime === undefined ? NOTHING : { lifetime: step.lifetime });
    slab.payload(step.value);
  }
}

export function readSteps(packet: Reader): Step[] {
  return readMany(packet, () => {
    const type = known(STEPS[packet.u8()]);
    const key = packet.string();
    if (type === 'add') return { type, key, amount: packet.f64() };
    if (type !== 'set') return { type, key };
    const { lifetime } = readWishes(packet);
    const value = packet.payload();
    return lifetime === undefined ? { type, key, value } : { type, key, value, lifetime };
  });
}

export function writeResults(slab: Slab, results: readonly StepResult[]): void {
  slab.u32(results.length);
  for (const result of results) {
    slab.u8(RESULTS.indexOf(result.type));
    switch (result.type) {
      case 'absent':
        break;
      case 'entry':
        slab.f64(result.version);
        slab.payload(result.value);
        break;
      case 'stored':
        slab.f64(result.version);
        break;
      case 'removed':
        slab.u8(result.removed ? 1 : 0);
        slab.f64(result.seq);
        break;
      case 'sum':
        slab.f64(result.version);
        slab.f64(result.sum);
    }
  }
}

export function readResults(packet: Reader): StepResult[] {
  return readMany(packet, () => {
    const type = known(RESULTS[packet.u8()]);
    switch (type) {
      case 'absent':
        return { type };
      case 'entry':
        return { type, version: packet.f64(), value: packet.payload() };
      case 'stored':
        return { type, version: packet.f64() };
      case 'removed':
        return { type, removed: packet.u8() === 1, seq: packet.f64() };
      case 'sum':
        return { type, version: packet.f64(), sum: packet.f64() };
    }
  });
}

export function writeChange(slab: Slab, change: MapChange): void {
  slab.f64(change.version);
  switch (change.type) {
    case 'set':
      slab.u8(CHANGE.set);
      slab.string(change.key);
      slab.payload(change.value);
      return;
    case 'delete':
      slab.u8(change.ended === undefined ? CHANGE.delete : CHANGE.end);
      slab.string(change.key);
      if (change.ended === undefined) return;
      slab.u8(REASONS.indexOf(change.ended.reason));
      slab.f64(change.ended.version);
      return;
    case 'clear':
      slab.u8(CHANGE.clear);
      return;
  }
}

export function readChange(packet: Reader): MapChange {
  const version = packet.f64();
  switch (packet.u8()) {
    case CHANGE.set:
      return { type: 'set', key: packet.string(), version, value: packet.payload() };
    case CHANGE.delete:
      return { type: 'delete', key: packet.string(), version };
    case CHANGE.clear:
      return { type: 'clear', version };
    case CHANGE.end:
      return { type: 'delete', key: packet.string(), version, ended: { reason: known(REASONS[packet.u8()]), version: packet.f64() } };
    default:
      return known<MapChange>(undefined);
  }
}

export function writeChanges(slab: Slab, changes: readonly MapChange[]): void {
  for (const change of changes) writeChange(slab, change);
}

export function readChanges(packet: Reader): MapChange[] {
  const changes: MapChange[] = [];
  while (packet.hasMore) changes.push(readChange(packet));
  return changes;
}

export function known<T>(word: T | undefined): T {
  if (word === undefined) throw new HubError('BAD_PACKET', 'A packet holds a word that this version does not know. Run one version of interhub in all processes of a group.');
  return word;
}

const NOTHING: Wishes = Object.freeze({});

/** In the place of a version. */
const PRESENT = -1;

const CHANGE = { set: 0, delete: 1, clear: 2, end: 3 } as const;

/** Their codes are their places. */
const STEPS: readonly Step['type'][] = ['get', 'set', 'delete', 'add'];
const RESULTS: readonly StepResult['type'][] = ['absent', 'entry', 'stored', 'removed', 'sum'];
const REASONS: readonly Ended['reason'][] = ['expired', 'evicted', 'left'];

function writeLifetime(slab: Slab, { ttl, ephemeral }: Lifetime): void {
  slab.u8((ttl === undefined ? 0 : 1) | (ephemeral === true ? 2 : 0));
  if (ttl !== undefined) slab.f64(ttl);
}

function readLifetime(packet: Reader): Lifetime {
  const has = packet.u8();
  return { ...((has & 1) === 0 ? {} : { ttl: packet.f64() }), ...((has & 2) === 0 ? {} : { ephemeral: true }) };
}

function readMany<T>(packet: Reader, read: () => T): T[] {
  const count = packet.u32();
  packet.expect(count, 1);
  return Array.from({ length: count }, read);
}

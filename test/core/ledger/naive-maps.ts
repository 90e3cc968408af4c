/** The rules of maps once more, written for plainness alone: one list of entries, and a search for everything. */
import type { Directed } from '../../../src/core/ledger/ledger.js';
import type { Ended, Lifetime, MapChange, MapCommand, MapTerms, Outcome, Payload, Step, StepResult } from '../../../src/core/protocol.js';

interface NaiveEntry {
  readonly map: string;
  readonly key: string;
  readonly version: number;
  readonly value: Payload;
  /** When it ends by itself. */
  readonly at: number;
  /** The member with which it goes; 0 is nobody. */
  readonly member: number;
  /** When it was set in this way: of two that end at the same time, the earlier goes first. */
  readonly order: number;
}

interface Refusal {
  readonly refusal: Outcome;
}

export class NaiveMaps {
  /** In the order in which they came; in a map with bounds, of their last use. */
  entries: NaiveEntry[] = [];
  readonly terms = new Map<string, MapTerms>();
  now = 0;
  #order = 0;

  find(map: string, key: string): NaiveEntry | undefined {
    return this.entries.find((entry) => entry.map === map && entry.key === key);
  }

  apply(seq: number, from: number, command: MapCommand, events: Directed[]): Outcome {
    const { map } = command;
    const changes: MapChange[] = [];
    const before = this.#copy();
    try {
      const outcome = this.#apply(seq, from, command, changes);
      if (command.type === 'map.transact') {
        if (changes.length > 0) events.push({ to: 'followers', event: { type: 'map.transacted', map, version: seq, changes } });
      } else {
        // What has to go, goes first.
        const told = [...changes.filter(isEviction), ...changes.filter((change) => !isEviction(change))];
        for (const change of told) tell(map, change, events);
      }
      return outcome;
    } catch (thrown) {
      this.entries = before.entries;
      restore(this.terms, before.terms);
      return (thrown as Refusal).refusal;
    }
  }

  /** All but what is durable. */
  forget(): void {
    for (const [map, { durable }] of [...this.terms]) if (durable !== true) this.terms.delete(map);
    this.entries = this.entries.filter(({ map }) => this.terms.has(map));
  }

  leave(seq: number, member: number, events: Directed[]): void {
    const gone = this.entries.filter((entry) => entry.member === member).sort((a, b) => a.order - b.order);
    for (const entry of gone) this.#end(seq, entry, 'left', events);
  }

  pass(seq: number, now: number, events: Directed[]): number {
    this.now = now;
    const gone = this.entries.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.order - b.order);
    for (const entry of gone) this.#end(seq, entry, 'expired', events);
    return gone.length;
  }

  #apply(seq: number, from: number, command: MapCommand, changes: MapChange[]): Outcome {
    const { map } = command;
    switch (command.type) {
      case 'map.get':
        this.#use(map, command.key);
        return this.#found(map, command.key);
      case 'map.pick': {
        for (const key of command.keys) this.#use(map, key);
        const found = [...new Set(command.keys)].flatMap((key) => this.find(map, key) ?? []);
        return { type: 'entries', version: seq, entries: found.map(plain) };
      }
      case 'map.set': {
        this.#agree(map, command.terms, command.lifetime);
        this.#expect(map, command.key, command.expect);
        const outcome = this.#set(seq, from, map, command.key, command.value, command.lifetime, changes);
        this.#settle(seq, map, changes);
        return outcome;
      }
      case 'map.delete':
        this.#expect(map, command.key, command.expect);
        return this.#delete(seq, map, command.key, changes);
      case 'map.add': {
        this.#agree(map, command.terms);
        const outcome = this.#add(seq, map, command.key, command.amount, changes);
        this.#settle(seq, map, changes);
        return outcome;
      }
      case 'map.transact': {
        this.#agree(map, command.terms);
        const succeeded = command.conditions.every(({ key, expect }) => {
          const version = this.find(map, key)?.version ?? 0;
          return expect === 'present' ? version > 0 : expect === version;
        });
        const results = (succeeded ? command.then : command.otherwise).map((step) => this.#take(seq, from, map, step, changes));
        this.#settle(seq, map, changes);
        return { type: 'transacted', succeeded, version: changes.length === 0 ? 0 : seq, results };
      }
      case 'map.entries':
        return { type: 'entries', version: seq, entries: this.#of(map).map(plain) };
      case 'map.size':
        return { type: 'count', count: this.#of(map).length };
      case 'map.clear': {
        const removed = this.#of(map).length > 0;
        this.entries = this.entries.filter((entry) => entry.map !== map);
        if (removed) changes.push({ type: 'clear', version: seq });
        return { type: 'removed', removed, seq };
      }
    }
  }

  #take(seq: number, from: number, map: string, step: Step, changes: MapChange[]): StepResult {
    switch (step.type) {
      case 'get':
        this.#use(map, step.key);
        return this.#found(map, step.key);
      case 'set':
        if (!isDuration(step.lifetime?.ttl ?? 1)) refuse({ type: 'invalid', reason: '' });
        return this.#set(seq, from, map, step.key, step.value, step.lifetime, changes);
      case 'delete':
        return this.#delete(seq, map, step.key, changes);
      case 'add':
        return this.#add(seq, map, step.key, step.amount, changes);
    }
  }

  #agree(map: string, terms: MapTerms | undefined, lifetime: Lifetime = {}): void {
    if (!isDuration(lifetime.ttl ?? 1)) refuse({ type: 'invalid', reason: '' });
    if (terms === undefined) return;
    if (!isDuration(terms.ttl ?? 1) || !((terms.maxEntries ?? 1) >= 1) || !((terms.maxBytes ?? 1) >= 1)) refuse({ type: 'invalid', reason: '' });
    const agreed = this.terms.get(map);
    if (agreed === undefined) this.terms.set(map, terms);
    else if (said(agreed) !== said(terms)) refuse({ type: 'other-terms', terms: agreed });
  }

  #expect(map: string, key: string, expect: number | undefined): void {
    const version = this.find(map, key)?.version ?? 0;
    if (expect !== undefined && expect !== version) refuse({ type: 'conflict', version });
  }

  #found(map: string, key: string): StepResult {
    const entry = this.find(map, key);
    return entry === undefined ? { type: 'absent' } : { type: 'entry', version: entry.version, value: entry.value };
  }

  #set(seq: number, from: number, map: string, key: string, value: Payload, lifetime: Lifetime | undefined, changes: MapChange[]): StepResult {
    if (value === '') {
      this.#delete(seq, map, key, changes);
      return { type: 'stored', version: 0 };
    }
    const ttl = lifetime?.ttl ?? this.terms.get(map)?.ttl;
    this.#put({ map, key, version: seq, value, at: ttl === undefined ? Infinity : this.now + ttl, member: lifetime?.ephemeral === true ? from : 0, order: ++this.#order }, changes);
    return { type: 'stored', version: seq };
  }

  #add(seq: number, map: string, key: string, amount: number, changes: MapChange[]): StepResult {
    const present = this.find(map, key);
    const number: unknown = typeof (present?.value ?? '0') === 'string' ? JSON.parse((present?.value ?? '0') as string) : undefined;
    if (typeof number !== 'number' || !Number.isFinite(number + amount)) return refuse({ type: 'not-a-number' });
    const value = JSON.stringify(number + amount);
    if (present === undefined) this.#set(seq, 0, map, key, value, undefined, changes);
    else this.#put({ ...present, version: seq, value }, changes);
    return { type: 'sum', version: seq, sum: number + amount };
  }

  #delete(seq: number, map: string, key: string, changes: MapChange[]): StepResult {
    const entry = this.find(map, key);
    if (entry === undefined) return { type: 'removed', removed: false, seq };
    this.#remove(entry);
    changes.push({ type: 'delete', key, version: seq });
    return { type: 'removed', removed: true, seq };
  }

  #put(entry: NaiveEntry, changes: MapChange[]): void {
    const { map, key, version, value } = entry;
    const limit = this.terms.get(map)?.maxBytes ?? Infinity;
    if (sizeOf(entry) > limit) refuse({ type: 'too-large', limit });
    const present = this.find(map, key);
    if (present === undefined) this.entries.push(entry);
    else this.entries[this.entries.indexOf(present)] = entry;
    this.#use(map, key);
    changes.push({ type: 'set', key, version, value });
  }

  #use(map: string, key: string): void {
    const entry = this.find(map, key);
    const { maxEntries, maxBytes } = this.terms.get(map) ?? {};
    if (entry === undefined || (maxEntries ?? maxBytes) === undefined) return;
    this.#remove(entry);
    this.entries.push(entry);
  }

  #settle(seq: number, map: string, changes: MapChange[]): void {
    const { maxEntries = Infinity, maxBytes = Infinity } = this.terms.get(map) ?? {};
    for (;;) {
      const own = this.#of(map);
      const [first] = own;
      if (first === undefined || (own.length <= maxEntries && own.reduce((sum, entry) => sum + sizeOf(entry), 0) <= maxBytes)) return;
      this.#remove(first);
      changes.push({ type: 'delete', key: first.key, version: seq, ended: { reason: 'evicted', version: first.version } });
    }
  }

  #end(seq: number, entry: NaiveEntry, reason: Ended['reason'], events: Directed[]): void {
    this.#remove(entry);
    tell(entry.map, { type: 'delete', key: entry.key, version: seq, ended: { reason, version: entry.version } }, events);
  }

  #remove(entry: NaiveEntry): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  #of(map: string): NaiveEntry[] {
    return this.entries.filter((entry) => entry.map === map);
  }

  #copy(): { readonly entries: NaiveEntry[]; readonly terms: ReadonlyMap<string, MapTerms> } {
    return { entries: [...this.entries], terms: new Map(this.terms) };
  }
}

/** That it is not durable goes without saying. */
function said({ durable, ...terms }: MapTerms): string {
  return JSON.stringify({ ...terms, durable: durable === true });
}

function restore(terms: Map<string, MapTerms>, from: ReadonlyMap<string, MapTerms>): void {
  terms.clear();
  for (const [map, each] of from) terms.set(map, each);
}

function refuse(refusal: Outcome): never {
  throw { refusal } satisfies Refusal;
}

function isDuration(value: number): boolean {
  return value > 0 && value < Infinity;
}

function isEviction(change: MapChange): boolean {
  return change.type === 'delete' && change.ended?.reason === 'evicted';
}

function sizeOf({ key, value }: NaiveEntry): number {
  return key.length + (typeof value === 'string' ? value.length : value.bytes.length);
}

function plain({ key, version, value }: NaiveEntry): { key: string; version: number; value: Payload } {
  return { key, version, value };
}

function tell(map: string, change: MapChange, events: Directed[]): void {
  events.push({ to: 'followers', event: { type: 'map.changed', map, change } });
}

/**
 * The ledger's rules once more, written for plainness alone: arrays, and a search for everything.
 * The property tests hold the two together.
 */
import type { Applied, Directed } from '../../../src/core/ledger/ledger.js';
import type { Command, MapChange, Member, Outcome, Payload } from '../../../src/core/protocol.js';
import { NaiveLocks } from './naive-locks.js';

interface NaiveEntry {
  readonly map: string;
  readonly key: string;
  version: number;
  value: Payload;
}

export class NaiveLedger {
  members: Member[] = [];
  joined = 0;
  /** The last that was used. */
  seq = 0;
  readonly locks = new NaiveLocks(() => (this.seq += 1));
  entries: NaiveEntry[] = [];

  versionOf(map: string, key: string): number {
    return this.#entry(map, key)?.version ?? 0;
  }

  /** `reason` is left out of what is `invalid`: it is for people. */
  apply(seq: number, from: number, command: Command): Applied {
    const events: Directed[] = [];
    this.seq = seq - 1;
    const outcome = this.#apply(seq, from, command, events);
    this.seq = Math.max(seq, this.seq);
    return { outcome, events };
  }

  #apply(seq: number, from: number, command: Command, events: Directed[]): Outcome {
    const ofAuthority = command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time';
    const isSeated = this.members.some((member) => member.number === from);
    if (ofAuthority ? from !== 0 : !isSeated) return { type: 'invalid', reason: '' };

    switch (command.type) {
      case 'member.join': {
        const seated = this.members.find((member) => member.id === command.member.id);
        if (seated !== undefined) return { type: 'joined', number: seated.number, members: [...this.members] };
        const member = { ...command.member, number: ++this.joined };
        this.members.push(member);
        events.push({ to: 'everyone', except: member.number, event: { type: 'member.joined', member } });
        return { type: 'joined', number: member.number, members: [...this.members] };
      }
      case 'member.leave': {
        const { number, reason } = command;
        if (!this.members.some((member) => member.number === number)) return { type: 'left' };
        this.members = this.members.filter((member) => member.number !== number);
        if (this.members.length === 0) this.entries = [];
        this.locks.leave(number, events);
        events.push({ to: 'everyone', event: { type: 'member.left', number, reason } });
        return { type: 'left' };
      }
      case 'lock.acquire':
      case 'lock.release':
      case 'lock.downgrade':
      case 'lock.lines':
        return this.locks.apply(seq, from, command, events);
      case 'time':
        return { type: 'count', count: command.now > this.locks.now ? this.locks.pass(command.now, events) : 0 };
      case 'map.get': {
        const entry = this.#entry(command.map, command.key);
        return entry === undefined ? { type: 'absent' } : { type: 'entry', version: entry.version, value: entry.value };
      }
      case 'map.set': {
        const { map, key, value, expect } = command;
        const version = this.versionOf(map, key);
        if (expect !== undefined && expect !== version) return { type: 'conflict', version };
        if (value === '') this.#delete(seq, map, key, events);
        else this.#store(seq, map, key, value, events);
        return { type: 'stored', version: value === '' ? 0 : seq };
      }
      case 'map.delete': {
        const { map, key, expect } = command;
        const version = this.versionOf(map, key);
        if (expect !== undefined && expect !== version) return { type: 'conflict', version };
        return { type: 'removed', removed: this.#delete(seq, map, key, events), seq };
      }
      case 'map.add': {
        const { map, key, amount } = command;
        const present = this.#entry(map, key)?.value ?? '0';
        const number: unknown = typeof present === 'string' ? JSON.parse(present) : undefined;
        if (typeof number !== 'number' || !Number.isFinite(number + amount)) return { type: 'not-a-number' };
        this.#store(seq, map, key, JSON.stringify(number + amount), events);
        return { type: 'sum', version: seq, sum: number + amount };
      }
      case 'map.entries':
        return { type: 'entries', version: seq, entries: this.#entriesOf(command.map) };
      case 'map.size':
        return { type: 'count', count: this.#entriesOf(command.map).length };
      case 'map.clear': {
        const removed = this.#entriesOf(command.map).length > 0;
        this.entries = this.entries.filter((entry) => entry.map !== command.map);
        if (removed) this.#tell(command.map, { type: 'clear', version: seq }, events);
        return { type: 'removed', removed, seq };
      }
    }
  }

  #entry(map: string, key: string): NaiveEntry | undefined {
    return this.entries.find((entry) => entry.map === map && entry.key === key);
  }

  #entriesOf(map: string): { key: string; version: number; value: Payload }[] {
    return this.entries.filter((entry) => entry.map === map).map(({ key, version, value }) => ({ key, version, value }));
  }

  #store(seq: number, map: string, key: string, value: Payload, events: Directed[]): void {
    const entry = this.#entry(map, key);
    if (entry === undefined) this.entries.push({ map, key, version: seq, value });
    else Object.assign(entry, { version: seq, value });
    this.#tell(map, { type: 'set', key, version: seq, value }, events);
  }

  #delete(seq: number, map: string, key: string, events: Directed[]): boolean {
    const entry = this.#entry(map, key);
    if (entry === undefined) return false;
    this.entries = this.entries.filter((other) => other !== entry);
    this.#tell(map, { type: 'delete', key, version: seq }, events);
    return true;
  }

  #tell(map: string, change: MapChange, events: Directed[]): void {
    events.push({ to: 'followers', event: { type: 'map.changed', map, change } });
  }
}

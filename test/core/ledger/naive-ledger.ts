/**
 * The ledger's rules once more, written for plainness alone: arrays, and a search for everything.
 * The property tests hold the two together.
 */
import type { Applied, Directed } from '../../../src/core/ledger/ledger.js';
import type { Command, MapChange, Member, Outcome, Payload } from '../../../src/core/protocol.js';

interface NaiveTicket {
  readonly member: number;
  readonly ticket: number;
  readonly key: string;
  token: number;
}

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
  /** In the order of asking. */
  tickets: NaiveTicket[] = [];
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
    const ofAuthority = command.type === 'member.join' || command.type === 'member.leave';
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
        const own = this.tickets.filter((ticket) => ticket.member === number);
        this.members = this.members.filter((member) => member.number !== number);
        this.tickets = this.tickets.filter((ticket) => ticket.member !== number);
        for (const { key } of own) this.#grantFirst(seq, key, events);
        events.push({ to: 'everyone', event: { type: 'member.left', number, reason } });
        return { type: 'left' };
      }
      case 'lock.acquire': {
        const { key, ticket, wait } = command;
        const alive = this.tickets.find((other) => other.member === from && other.ticket === ticket);
        if (alive !== undefined && alive.key !== key) return { type: 'invalid', reason: '' };
        if (alive !== undefined) return alive.token > 0 ? { type: 'granted', token: alive.token } : { type: 'waiting' };
        const isFree = !this.tickets.some((other) => other.key === key);
        if (!isFree && !wait) return { type: 'unavailable' };
        this.tickets.push({ member: from, ticket, key, token: isFree ? this.#nextToken(seq) : 0 });
        return isFree ? { type: 'granted', token: seq } : { type: 'waiting' };
      }
      case 'lock.release': {
        const own = this.tickets.find((other) => other.member === from && other.ticket === command.ticket);
        if (own === undefined) return { type: 'removed', removed: false, seq };
        this.tickets = this.tickets.filter((other) => other !== own);
        this.#grantFirst(seq, own.key, events);
        return { type: 'removed', removed: true, seq };
      }
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

  #grantFirst(seq: number, key: string, events: Directed[]): void {
    const first = this.tickets.find((ticket) => ticket.key === key);
    if (first === undefined || first.token > 0) return;
    first.token = this.#nextToken(seq);
    events.push({ to: first.member, event: { type: 'lock.granted', ticket: first.ticket, token: first.token } });
  }

  #nextToken(seq: number): number {
    this.seq = Math.max(seq, this.seq + 1);
    return this.seq;
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

/**
 * The rules of agreeing, as one deterministic state machine: whoever puts commands in an order can be the authority.
 * It has no clock, no chance and no I/O: ledgers that apply the same commands in the same order are equal, and so is
 * one that goes on from a snapshot. No command of a member makes it throw: what makes no sense is answered `invalid`.
 */
import type { Candidate, Command, Event, LeaveReason, MapEntry, Member, Outcome } from '../protocol.js';
import { type Applied, type Directed, answered } from './applied.js';
import { Locks } from './locks.js';
import type { EndSnapshot } from './map-ends.js';
import { type MapSnapshot, Maps } from './maps.js';
import { Members, type MembersSnapshot } from './members.js';
import type { TicketSnapshot } from './ticket-snapshot.js';

export type { Applied, Directed } from './applied.js';

/** Everything a ledger knows, as plain data. It shares nothing with the ledger that could still change. */
export interface Snapshot {
  /** The last that was used. */
  readonly seq: number;
  /** Of the authority's clock, when it was last told. Absent is 0. */
  readonly now?: number;
  readonly members: MembersSnapshot;
  readonly tickets: readonly TicketSnapshot[];
  readonly maps: readonly MapSnapshot[];
  /** Of the entries that end by themselves. Absent is none. */
  readonly ends?: readonly EndSnapshot[];
}

/** Commands that only ask, all of them or most. */
export type Question = Extract<Command, { readonly type: 'map.get' | 'map.pick' | 'map.entries' | 'map.size' | 'lock.lines' }>;

/** In place of a member's number: the sender of a command about who is in the group. */
export const AUTHORITY = 0;

export class Ledger {
  readonly #members: Members;
  readonly #locks: Locks;
  readonly #maps: Maps;
  #seq: number;
  #now: number;

  constructor(snapshot?: Snapshot) {
    this.#now = snapshot?.now ?? 0;
    this.#members = new Members(snapshot?.members);
    this.#locks = new Locks(snapshot?.tickets, this.#now);
    this.#maps = new Maps(snapshot?.maps, snapshot?.ends, this.#now);
    this.#seq = snapshot?.seq ?? 0;
  }

  /** The last that was used: by a command, or by one of the grants that it made. The next command's has to be above it. */
  get seq(): number {
    return this.#seq;
  }

  /** What time it is, as the authority last told. */
  get now(): number {
    return this.#now;
  }

  /** When something ends next, if it does not end before: the authority is to tell the time then. `Infinity` is never. */
  get due(): number {
    return Math.min(this.#locks.due, this.#maps.due);
  }

  get members(): ReadonlyMap<number, Member> {
    return this.#members.byNumber;
  }

  /**
   * `seq` has to be above `this.seq`: an authority that breaks the order gets a `RangeError`. A command that grants several
   * locks takes as many seqs, from its own on.
   */
  apply(seq: number, from: number, command: Command): Applied {
    if (!(seq > this.#seq)) {
      throw new RangeError(`The ledger has applied ${this.#seq} already: it cannot apply ${seq} after it.`);
    }
    this.#seq = seq;
    const applied = this.#apply(seq, from, command);
    this.#seq = Math.max(seq, this.#locks.lastToken);
    return applied;
  }

  /** Whether a command only asks, as things stand. What is read from a map with bounds is used, and that is a change. */
  isQuestion(command: Command): command is Question {
    switch (command.type) {
      case 'map.get':
      case 'map.pick':
        return !this.#maps.countsUse(command.map);
      case 'map.entries':
      case 'map.size':
      case 'lock.lines':
        return true;
      default:
        return false;
    }
  }

  /** Answers a question: it changes nothing, and takes no place in the order. */
  answer(from: number, question: Question): Applied {
    return this.#members.byNumber.has(from) ? this.#answer(question) : stranger(from);
  }

  /** What a member holds, told once more to one who may have missed it. */
  grants(member: number): readonly Event[] {
    const held = this.#locks.ticketsOf(member).filter(({ token }) => token !== 0);
    return held.map(({ number, token }) => ({ type: 'lock.granted', ticket: number, token }));
  }

  /** All tickets of a member, for one who may have missed that it has lost some. */
  standing(member: number): Event {
    return { type: 'lock.standing', tickets: this.#locks.ticketsOf(member).map(({ number }) => number) };
  }

  /** All of a map as it is now, for those who begin to follow it. */
  whole(map: string): Event & { readonly type: 'map.whole' } {
    return { type: 'map.whole', map, version: this.#seq, entries: this.#maps.entries(map) };
  }

  /** Those of the keys that are there. */
  pick(map: string, keys: readonly string[]): readonly MapEntry[] {
    return this.#maps.pick(map, keys);
  }

  /** Who leads by an election now, for those who begin to follow it. */
  leader(name: string): Event & { readonly type: 'leader' } {
    return this.#locks.leader(name);
  }

  snapshot(): Snapshot {
    return { ...this.capture(), maps: this.#maps.snapshot() };
  }

  /** The same, made in no time however many entries there are: they are as they are kept, and no data that a clone would keep. */
  capture(): Snapshot {
    return {
      seq: this.#seq,
      now: this.#now,
      members: this.#members.snapshot(),
      tickets: this.#locks.snapshot(),
      maps: this.#maps.capture(),
      ends: this.#maps.snapshotOfEnds(),
    };
  }

  #apply(seq: number, from: number, command: Command): Applied {
    if (from === AUTHORITY) return this.#applyOfAuthority(seq, command);
    if (this.#members.byNumber.has(from)) return this.#applyOfMember(seq, from, command);
    return stranger(from);
  }

  #applyOfAuthority(seq: number, command: Command): Applied {
    if (command.type === 'member.join') return this.#join(command.member);
    if (command.type === 'member.leave') return this.#leave(seq, command.number, command.reason);
    if (command.type === 'time') return this.#pass(seq, command.now);
    return invalid(`The authority itself holds no seat: "${command.type}" is for members.`);
  }

  #applyOfMember(seq: number, from: number, command: Command): Applied {
    switch (command.type) {
      case 'lock.acquire':
        return this.#locks.acquire(seq, from, command.key, command.ticket, command.wait, command.terms);
      case 'lock.release':
        return this.#locks.release(seq, from, command.ticket);
      case 'lock.downgrade':
        return this.#locks.downgrade(seq, from, command.ticket);
      case 'map.get':
        this.#maps.use(command.map, command.key);
        return this.#answer(command);
      case 'map.pick':
        for (const key of command.keys) this.#maps.use(command.map, key);
        return this.#answer(command);
      case 'map.entries':
      case 'map.size':
      case 'lock.lines':
        return this.#answer(command);
      case 'map.set':
        return this.#maps.set(seq, from, command);
      case 'map.delete':
        return this.#maps.delete(seq, command);
      case 'map.add':
        return this.#maps.add(seq, command);
      case 'map.transact':
        return this.#maps.transact(seq, from, command);
      case 'map.clear':
        return this.#maps.clear(seq, command.map);
      case 'member.join':
      case 'member.leave':
      case 'time':
        return invalid(`Only the authority lets members in and out, and tells the time: "${command.type}" is not for members.`);
    }
  }

  #answer(question: Question): Applied {
    switch (question.type) {
      case 'map.get':
        return this.#maps.get(question.map, question.key);
      case 'map.pick':
        return answered({ type: 'entries', version: this.#seq, entries: this.#maps.pick(question.map, question.keys) });
      case 'map.entries':
        return answered({ type: 'entries', version: this.#seq, entries: this.#maps.entries(question.map) });
      case 'map.size':
        return answered({ type: 'count', count: this.#maps.size(question.map) });
      case 'lock.lines':
        return this.#locks.describe(question.most);
    }
  }

  /** Asked again for an id that is in the group, it changes nothing and answers with the same number. */
  #join(candidate: Candidate): Applied {
    const seated = this.#members.find(candidate.id);
    const member = seated ?? this.#members.join(candidate);
    const outcome: Outcome = { type: 'joined', number: member.number, members: [...this.members.values()] };
    if (seated !== undefined) return answered(outcome);
    return { outcome, events: [{ to: 'everyone', except: member.number, event: { type: 'member.joined', member } }] };
  }

  /**
   * One act, and `left` is its last word: what the member held or awaited has been passed on before, and what was bound
   * to it is gone. With the last member the group ends, and what it shared, but for the maps that are durable.
   */
  #leave(seq: number, number: number, reason: LeaveReason): Applied {
    if (!this.#members.leave(number)) return answered({ type: 'left' });
    const left: Directed = { to: 'everyone', event: { type: 'member.left', number, reason } };
    const events = [...this.#locks.leave(seq, number), ...this.#maps.leave(seq, number), left];
    if (this.members.size === 0) this.#maps.end();
    return { outcome: { type: 'left' }, events };
  }

  /** It never goes back: an earlier time changes nothing. Counts what is to be told because of it. */
  #pass(seq: number, now: number): Applied {
    if (!(now > this.#now && now < Infinity)) return answered({ type: 'count', count: 0 });
    this.#now = now;
    const events = [...this.#locks.pass(seq, now), ...this.#maps.pass(seq, now)];
    return { outcome: { type: 'count', count: events.length }, events };
  }
}

function stranger(from: number): Applied {
  return invalid(`Member ${from} is not in the group, or no longer: join first.`);
}

function invalid(reason: string): Applied {
  return answered({ type: 'invalid', reason });
}

/**
 * How commands, outcomes, events and interests are written into packets and read out of them: one entry a word.
 * Codes are part of the protocol: a word that is dropped takes its code with it, a new one gets a new code.
 */
import type { Command, Deadlocked, Event, Interest, LeaveReason, LineState, LossReason, Member, Outcome } from '../protocol.js';
import { known, readChange, readChanges, readConditions, readEntries, readKeys, readMapTerms, readResults, readSteps, readWishes } from './map-words.js';
import { writeChange, writeChanges, writeConditions, writeEntries, writeKeys, writeMapTerms, writeResults, writeSteps, writeWishes } from './map-words.js';
import type { Part } from './map-words.js';
import { FLAG, KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';
import { readTerms, writeTerms } from './terms.js';

/** One word on the wire. The header of its packet is written before `write` is called, and read before `read`. */
interface Word<T> {
  readonly code: number;
  /** The text that goes in front, as the packet's name. */
  readonly name?: (word: T) => string;
  readonly write: (slab: Slab, word: T) => void;
  readonly read: (packet: Reader) => T;
}

type Vocabulary<Union extends { readonly type: string }> = {
  readonly [Type in Union['type']]: Word<Extract<Union, { readonly type: Type }>>;
};

/** What a member may submit. Joining, leaving and the time are the broker's to submit. */
export type Submitted = Exclude<Command, { readonly type: 'member.join' | 'member.leave' | 'time' }>;

const nothing = (): void => {};

/** Of a ticket that is asked for. */
const WAITS = 1;
const HAS_TERMS = 2;

const COMMANDS: Vocabulary<Submitted> = {
  'lock.acquire': {
    code: 1,
    name: (command) => command.key,
    write: (slab, command) => {
      slab.u32(command.ticket);
      slab.u8((command.wait ? WAITS : 0) | (command.terms === undefined ? 0 : HAS_TERMS));
      if (command.terms !== undefined) writeTerms(slab, command.terms);
    },
    read: readAcquire,
  },
  'lock.release': {
    code: 2,
    write: (slab, command) => slab.u32(command.ticket),
    read: (packet) => ({ type: 'lock.release', ticket: packet.u32() }),
  },
  'lock.downgrade': {
    code: 3,
    write: (slab, command) => slab.u32(command.ticket),
    read: (packet) => ({ type: 'lock.downgrade', ticket: packet.u32() }),
  },
  'lock.lines': {
    code: 4,
    write: (slab, command) => slab.u32(command.most),
    read: (packet) => ({ type: 'lock.lines', most: packet.u32() }),
  },
  'map.get': {
    code: 16,
    name: (command) => command.map,
    write: (slab, command) => slab.text(command.key),
    read: (packet) => ({ type: 'map.get', map: packet.name, key: packet.text() }),
  },
  'map.set': {
    code: 17,
    name: (command) => command.map,
    write: (slab, command) => {
      writeWishes(slab, command);
      slab.string(command.key);
      slab.payload(command.value);
    },
    read: (packet) => ({ type: 'map.set', map: packet.name, ...readWishes(packet), key: packet.string(), value: packet.payload() }),
  },
  'map.delete': {
    code: 18,
    name: (command) => command.map,
    write: (slab, command) => {
      writeWishes(slab, command);
      slab.text(command.key);
    },
    read: (packet) => ({ type: 'map.delete', map: packet.name, ...readWishes(packet), key: packet.text() }),
  },
  'map.add': {
    code: 19,
    name: (command) => command.map,
    write: (slab, command) => {
      writeWishes(slab, command);
      slab.f64(command.amount);
      slab.text(command.key);
    },
    read: (packet) => ({ type: 'map.add', map: packet.name, ...readWishes(packet), amount: packet.f64(), key: packet.text() }),
  },
  'map.entries': {
    code: 20,
    name: (command) => command.map,
    write: nothing,
    read: (packet) => ({ type: 'map.entries', map: packet.name }),
  },
  'map.size': {
    code: 21,
    name: (command) => command.map,
    write: nothing,
    read: (packet) => ({ type: 'map.size', map: packet.name }),
  },
  'map.clear': {
    code: 22,
    name: (command) => command.map,
    write: nothing,
    read: (packet) => ({ type: 'map.clear', map: packet.name }),
  },
  'map.pick': {
    code: 23,
    name: (command) => command.map,
    write: (slab, command) => writeKeys(slab, command.keys),
    read: (packet) => ({ type: 'map.pick', map: packet.name, keys: readKeys(packet) }),
  },
  'map.transact': {
    code: 24,
    name: (command) => command.map,
    write: (slab, command) => {
      writeWishes(slab, command);
      writeConditions(slab, command.conditions);
      writeSteps(slab, command.then);
      writeSteps(slab, command.otherwise);
    },
    read: (packet) => ({
      type: 'map.transact',
      map: packet.name,
      ...readWishes(packet),
      conditions: readConditions(packet),
      then: readSteps(packet),
      otherwise: readSteps(packet),
    }),
  },
};

/** The outcome of joining travels in the welcome. `unwritten`: the command was not applied, for it could not be written down. */
export type Told = Exclude<Outcome, { readonly type: 'joined' | 'left' }> | { readonly type: 'unwritten'; readonly reason: string };

const OUTCOMES: Vocabulary<Told> = {
  granted: { code: 1, write: (slab, { token }) => slab.f64(token), read: (packet) => ({ type: 'granted', token: packet.f64() }) },
  waiting: { code: 2, write: nothing, read: () => ({ type: 'waiting' }) },
  unavailable: { code: 3, write: nothing, read: () => ({ type: 'unavailable' }) },
  removed: {
    code: 4,
    write: (slab, { removed, seq }) => {
      slab.u8(removed ? 1 : 0);
      slab.f64(seq);
    },
    read: (packet) => ({ type: 'removed', removed: packet.u8() === 1, seq: packet.f64() }),
  },
  full: { code: 5, write: nothing, read: () => ({ type: 'full' }) },
  'other-limit': { code: 6, write: (slab, { limit }) => slab.u32(limit), read: (packet) => ({ type: 'other-limit', limit: packet.u32() }) },
  deadlock: {
    code: 7,
    write: (slab, { circle }) => slab.text(JSON.stringify(circle)),
    read: (packet) => ({ type: 'deadlock', circle: JSON.parse(packet.text()) as Deadlocked[] }),
  },
  lines: {
    code: 8,
    write: (slab, { now, isWhole, lines }) => {
      slab.f64(now);
      slab.u8(isWhole ? 1 : 0);
      slab.text(JSON.stringify(lines));
    },
    read: (packet) => ({ type: 'lines', now: packet.f64(), isWhole: packet.u8() === 1, lines: JSON.parse(packet.text()) as LineState[] }),
  },
  stored: { code: 16, write: (slab, { version }) => slab.f64(version), read: (packet) => ({ type: 'stored', version: packet.f64() }) },
  sum: {
    code: 17,
    write: (slab, { version, sum }) => {
      slab.f64(version);
      slab.f64(sum);
    },
    read: (packet) => ({ type: 'sum', version: packet.f64(), sum: packet.f64() }),
  },
  entry: {
    code: 18,
    write: (slab, { version, value }) => {
      slab.f64(version);
      slab.payload(value);
    },
    read: (packet) => ({ type: 'entry', version: packet.f64(), value: packet.payload() }),
  },
  absent: { code: 19, write: nothing, read: () => ({ type: 'absent' }) },
  conflict: { code: 20, write: (slab, { version }) => slab.f64(version), read: (packet) => ({ type: 'conflict', version: packet.f64() }) },
  entries: {
    code: 21,
    write: (slab, { version, entries }) => {
      slab.f64(version);
      writeEntries(slab, entries);
    },
    read: (packet) => ({ type: 'entries', version: packet.f64(), entries: readEntries(packet) }),
  },
  count: { code: 22, write: (slab, { count }) => slab.f64(count), read: (packet) => ({ type: 'count', count: packet.f64() }) },
  'not-a-number': { code: 23, write: nothing, read: () => ({ type: 'not-a-number' }) },
  'other-terms': { code: 24, write: (slab, { terms }) => writeMapTerms(slab, terms), read: (packet) => ({ type: 'other-terms', terms: readMapTerms(packet) }) },
  'too-large': { code: 25, write: (slab, { limit }) => slab.f64(limit), read: (packet) => ({ type: 'too-large', limit: packet.f64() }) },
  transacted: {
    code: 26,
    write: (slab, { succeeded, version, results }) => {
      slab.u8(succeeded ? 1 : 0);
      slab.f64(version);
      writeResults(slab, results);
    },
    read: (packet) => ({ type: 'transacted', succeeded: packet.u8() === 1, version: packet.f64(), results: readResults(packet) }),
  },
  unwritten: { code: 30, write: (slab, { reason }) => slab.text(reason), read: (packet) => ({ type: 'unwritten', reason: packet.text() }) },
  invalid: { code: 31, write: (slab, { reason }) => slab.text(reason), read: (packet) => ({ type: 'invalid', reason: packet.text() }) },
};

const EVENTS: Vocabulary<Event> = {
  'member.joined': {
    code: 1,
    write: (slab, { member }) => slab.text(JSON.stringify(member)),
    read: (packet) => ({ type: 'member.joined', member: readMember(packet.text()) }),
  },
  'member.left': {
    code: 2,
    write: (slab, { number, reason }) => {
      slab.u32(number);
      slab.u8(LEAVE_REASONS.indexOf(reason));
    },
    read: (packet) => ({ type: 'member.left', number: packet.u32(), reason: known(LEAVE_REASONS[packet.u8()]) }),
  },
  'lock.granted': {
    code: 3,
    write: (slab, { ticket, token }) => {
      slab.u32(ticket);
      slab.f64(token);
    },
    read: (packet) => ({ type: 'lock.granted', ticket: packet.u32(), token: packet.f64() }),
  },
  'lock.lost': {
    code: 4,
    write: (slab, { ticket, reason }) => {
      slab.u32(ticket);
      slab.u8(LOSS_REASONS.indexOf(reason));
    },
    read: (packet) => ({ type: 'lock.lost', ticket: packet.u32(), reason: known(LOSS_REASONS[packet.u8()]) }),
  },
  'lock.standing': {
    code: 6,
    write: (slab, { tickets }) => {
      for (const ticket of tickets) slab.u32(ticket);
    },
    read: (packet) => ({ type: 'lock.standing', tickets: readNumbers(packet) }),
  },
  leader: {
    code: 5,
    name: (event) => event.name,
    write: (slab, { member, token }) => {
      slab.u32(member);
      slab.f64(token);
    },
    read: (packet) => ({ type: 'leader', name: packet.name, member: packet.u32(), token: packet.f64() }),
  },
  'map.changed': {
    code: 16,
    name: (event) => event.map,
    write: (slab, { change }) => writeChange(slab, change),
    read: (packet) => ({ type: 'map.changed', map: packet.name, change: readChange(packet) }),
  },
  'map.whole': {
    code: 17,
    name: (event) => event.map,
    write: (slab, { version, entries }) => {
      slab.f64(version);
      writeEntries(slab, entries);
    },
    read: (packet) => ({ type: 'map.whole', map: packet.name, version: packet.f64(), entries: readEntries(packet) }),
  },
  'map.transacted': {
    code: 18,
    name: (event) => event.map,
    write: (slab, { version, changes }) => {
      slab.f64(version);
      writeChanges(slab, changes);
    },
    read: (packet) => ({ type: 'map.transacted', map: packet.name, version: packet.f64(), changes: readChanges(packet) }),
  },
  listeners: {
    code: 24,
    name: (event) => event.name,
    write: (slab, { of, members }) => {
      slab.u8(of === 'topic' ? 0 : 1);
      for (const number of members) slab.u32(number);
    },
    read: (packet) => ({ type: 'listeners', of: packet.u8() === 0 ? 'topic' : 'method', name: packet.name, members: readNumbers(packet) }),
  },
};

const PARTS: Vocabulary<Part> = {
  'part.entries': { code: 32, write: (slab, { entries }) => writeEntries(slab, entries), read: (packet) => ({ type: 'part.entries', entries: readEntries(packet) }) },
  'part.results': { code: 33, write: (slab, { results }) => writeResults(slab, results), read: (packet) => ({ type: 'part.results', results: readResults(packet) }) },
};

const LEAVE_REASONS: readonly LeaveReason[] = ['closed', 'lost'];
const LOSS_REASONS: readonly LossReason[] = ['stolen', 'expired'];

/** The codes of interests: their place in this list. */
const INTERESTS: readonly Interest['type'][] = ['topic', 'method', 'map', 'topic.listeners', 'method.listeners', 'leader'];

const COMMAND_OF = byCode<Submitted>(COMMANDS);
const OUTCOME_OF = byCode<Told>(OUTCOMES);
const EVENT_OF = byCode<Event | Part>({ ...EVENTS, ...PARTS });

/** `oldest`: the number of the oldest command of which its sender has no outcome. `isQuiet`: nobody waits for this one's. */
export function writeCommand(slab: Slab, number: number, oldest: number, command: Submitted, isQuiet: boolean): void {
  writeWord(slab, KIND.command, isQuiet ? FLAG.quiet : 0, oldest, number, COMMANDS[command.type] as Word<Submitted>, command);
}

export function readCommand(packet: Reader): Submitted {
  return known(COMMAND_OF[packet.extra]).read(packet);
}

/** `decided`: the last command of whoever hears it that is decided, and with it all before it. */
export function writeOutcome(slab: Slab, number: number, decided: number, outcome: Told): void {
  writeWord(slab, KIND.outcome, 0, decided, number, OUTCOMES[outcome.type] as Word<Told>, outcome);
}

export function readOutcome(packet: Reader): Told {
  return known(OUTCOME_OF[packet.extra]).read(packet);
}

export function writeEvent(slab: Slab, decided: number, event: Event): void {
  writeWord(slab, KIND.event, 0, decided, 0, EVENTS[event.type] as Word<Event>, event);
}

/** It comes before what it belongs to is decided, and tells of nothing that is. */
export function writePart(slab: Slab, part: Part): void {
  writeWord(slab, KIND.event, 0, 0, 0, PARTS[part.type] as Word<Part>, part);
}

export function readEvent(packet: Reader): Event | Part {
  return known(EVENT_OF[packet.extra]).read(packet);
}

export function writeInterest(slab: Slab, kind: typeof KIND.follow | typeof KIND.unfollow, interest: Interest): void {
  slab.begin(kind, 0, 0, 0, INTERESTS.indexOf(interest.type), interest.name);
  slab.end();
}

export function readInterest(packet: Reader): Interest {
  return { type: known(INTERESTS[packet.extra]), name: packet.name };
}

function writeWord<T>(slab: Slab, kind: number, flags: number, member: number, id: number, word: Word<T>, value: T): void {
  slab.begin(kind, flags, member, id, word.code, word.name === undefined ? '' : word.name(value));
  word.write(slab, value);
  slab.end();
}

function byCode<Union extends { readonly type: string }>(vocabulary: Vocabulary<Union>): readonly (Word<Union> | undefined)[] {
  const words: (Word<Union> | undefined)[] = [];
  for (const word of Object.values(vocabulary) as Word<Union>[]) words[word.code] = word;
  return Array.from(words);
}

/** Two forms, so that the plain one has its own. */
function readAcquire(packet: Reader): Submitted & { readonly type: 'lock.acquire' } {
  const ticket = packet.u32();
  const flags = packet.u8();
  const wait = (flags & WAITS) !== 0;
  if ((flags & HAS_TERMS) === 0) return { type: 'lock.acquire', key: packet.name, ticket, wait };
  return { type: 'lock.acquire', key: packet.name, ticket, wait, terms: readTerms(packet) };
}

function readNumbers(packet: Reader): number[] {
  const numbers: number[] = [];
  while (packet.hasMore) numbers.push(packet.u32());
  return numbers;
}

/** A broker is trusted with the members that it tells of; their form was checked when they said hello. */
function readMember(text: string): Member {
  return JSON.parse(text) as Member;
}

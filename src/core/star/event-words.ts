/** What members hear of the authority, as words of a packet; and the parts of what is too long for one. */
import type { Event, LeaveReason, LossReason, Member } from '../protocol.js';
import { known, readChange, readChanges, readEntries, readResults, writeChange, writeChanges, writeEntries, writeResults } from './map-words.js';
import type { Part } from './map-words.js';
import { KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';
import { byCode, writeWord } from './word.js';
import type { Vocabulary, Word } from './word.js';

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

const LEAVE_REASONS: readonly LeaveReason[] = ['closed', 'lost'];
const LOSS_REASONS: readonly LossReason[] = ['stolen', 'expired'];

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

const EVENT_OF = byCode<Event | Part>({ ...EVENTS, ...PARTS });

function readNumbers(packet: Reader): number[] {
  const numbers: number[] = [];
  while (packet.hasMore) numbers.push(packet.u32());
  return numbers;
}

/** A broker is trusted with the members that it tells of; their form was checked when they said hello. */
function readMember(text: string): Member {
  return JSON.parse(text) as Member;
}

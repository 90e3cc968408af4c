/** What members submit, as words of a packet. */
import type { Command } from '../protocol.js';
import { known, readConditions, readKeys, readSteps, readWishes, writeConditions, writeKeys, writeSteps, writeWishes } from './map-words.js';
import { FLAG, KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';
import { readTerms, writeTerms } from './terms.js';
import { byCode, nothing, writeWord } from './word.js';
import type { Vocabulary, Word } from './word.js';

/** What a member may submit. Joining, leaving and the time are the broker's to submit. */
export type Submitted = Exclude<Command, { readonly type: 'member.join' | 'member.leave' | 'time' }>;

/** `oldest`: the number of the oldest command of which its sender has no outcome. `isQuiet`: nobody waits for this one's. */
export function writeCommand(slab: Slab, number: number, oldest: number, command: Submitted, isQuiet: boolean): void {
  writeWord(slab, KIND.command, isQuiet ? FLAG.quiet : 0, oldest, number, COMMANDS[command.type] as Word<Submitted>, command);
}

export function readCommand(packet: Reader): Submitted {
  return known(COMMAND_OF[packet.extra]).read(packet);
}

/** Whether so short a question may have an answer without bound, which has to be worked out. */
export function asksMuch(packet: Reader): boolean {
  return packet.extra === ENTRIES || packet.extra === LINES;
}

/** It is taken however many commands wait, so that what is held does not stay held. */
export function isRelease(packet: Reader): boolean {
  return packet.extra === RELEASE;
}

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

const COMMAND_OF = byCode<Submitted>(COMMANDS);
const ENTRIES = COMMANDS['map.entries'].code;
const LINES = COMMANDS['lock.lines'].code;
const RELEASE = COMMANDS['lock.release'].code;

/** Two forms, so that the plain one has its own. */
function readAcquire(packet: Reader): Submitted & { readonly type: 'lock.acquire' } {
  const ticket = packet.u32();
  const flags = packet.u8();
  const wait = (flags & WAITS) !== 0;
  if ((flags & HAS_TERMS) === 0) return { type: 'lock.acquire', key: packet.name, ticket, wait };
  return { type: 'lock.acquire', key: packet.name, ticket, wait, terms: readTerms(packet) };
}

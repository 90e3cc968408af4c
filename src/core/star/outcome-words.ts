/** What becomes of commands, as words of a packet. */
import type { Deadlocked, LineState, Outcome } from '../protocol.js';
import { known, readEntries, readMapTerms, readResults, writeEntries, writeMapTerms, writeResults } from './map-words.js';
import { KIND } from './packet.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';
import { byCode, nothing, writeWord } from './word.js';
import type { Vocabulary, Word } from './word.js';

/** The outcome of joining travels in the welcome. `unwritten`: the command was not applied, for it could not be written down. */
export type Told = Exclude<Outcome, { readonly type: 'joined' | 'left' }> | { readonly type: 'unwritten'; readonly reason: string };

/** `decided`: the last command of whoever hears it that is decided, and with it all before it. */
export function writeOutcome(slab: Slab, number: number, decided: number, outcome: Told): void {
  writeWord(slab, KIND.outcome, 0, decided, number, OUTCOMES[outcome.type] as Word<Told>, outcome);
}

export function readOutcome(packet: Reader): Told {
  return known(OUTCOME_OF[packet.extra]).read(packet);
}

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

const OUTCOME_OF = byCode<Told>(OUTCOMES);

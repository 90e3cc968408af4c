/**
 * Maps, and what was read of them, may be longer than a packet may be. Then they go in parts: each is said right before the
 * next, and the outcome or event that they belong to holds the last. Whoever hears it has it whole.
 */
import type { Event, MapEntry, Payload, StepResult } from '../protocol.js';
import type { Part } from './map-words.js';
import { sizeOf } from './sizes.js';
import type { Told } from './vocabulary.js';

/** So many bytes are in one part at most, unless it is one entry: any link takes a packet of that length. */
const LONGEST = 32_768;
const TINY = 1_024;
/** What an entry takes beside its key and its value, at most. */
const BESIDE = 32;

/** Whether it goes in one packet, as most do, and all but three types always. */
export function isShort(word: Told | Event): boolean {
  if (word.type === 'entries' || word.type === 'map.whole') return word.entries.length < 2 || fits(word.entries, sizeOfEntry);
  return word.type !== 'transacted' || word.results.length < 2 || fits(word.results, sizeOfResult);
}

/** Whether it is no more than a few numbers, or little more. */
export function isTiny(word: Told): boolean {
  if (word.type === 'entry') return sizeOfValue(word.value) <= TINY;
  if (word.type === 'entries') return fits(word.entries, sizeOfEntry, TINY);
  return word.type !== 'transacted' || fits(word.results, sizeOfResult, TINY);
}

export function isPart(event: Event | Part): event is Part {
  return event.type === 'part.entries' || event.type === 'part.results';
}

/** The parts, one at a time; returns what comes behind them. */
export function* inParts<W extends Told | Event>(word: W): Generator<Part, W> {
  if (word.type === 'entries' || word.type === 'map.whole') {
    return { ...word, entries: yield* cut(word.entries, sizeOfEntry, (entries) => ({ type: 'part.entries', entries })) };
  }
  if (word.type === 'transacted') return { ...word, results: yield* cut(word.results, sizeOfResult, (results) => ({ type: 'part.results', results })) };
  return word;
}

/** Entries as they go in parts. */
export function inSlices(entries: readonly MapEntry[]): Iterable<readonly MapEntry[]> {
  return sliced(entries, sizeOfEntry);
}

/** Puts together what comes in parts. */
export class Parts {
  #entries: MapEntry[] = [];
  #results: StepResult[] = [];

  add(part: Part): void {
    if (part.type === 'part.entries') for (const entry of part.entries) this.#entries.push(entry);
    else for (const result of part.results) this.#results.push(result);
  }

  /** With all that came before it. */
  complete<W extends Told | Event>(word: W): W {
    if (this.#entries.length > 0 && (word.type === 'entries' || word.type === 'map.whole')) {
      const entries = this.#entries;
      for (const entry of word.entries) entries.push(entry);
      this.#entries = [];
      return { ...word, entries };
    }
    if (this.#results.length > 0 && word.type === 'transacted') {
      const results = [...this.#results, ...word.results];
      this.#results = [];
      return { ...word, results };
    }
    return word;
  }

  /** What came is of no use: the rest will not come. */
  clear(): void {
    this.#entries = [];
    this.#results = [];
  }
}

function fits<T>(items: readonly T[], size: (item: T) => number, longest = LONGEST): boolean {
  let sum = 0;
  for (const item of items) {
    sum += size(item);
    if (sum > longest) return false;
  }
  return true;
}

/** Returns the last part. */
function* cut<T>(items: readonly T[], size: (item: T) => number, partOf: (items: readonly T[]) => Part): Generator<Part, readonly T[]> {
  let last: readonly T[] | undefined;
  for (const some of sliced(items, size)) {
    if (last !== undefined) yield partOf(last);
    last = some;
  }
  return last ?? items;
}

function* sliced<T>(items: readonly T[], size: (item: T) => number): Generator<readonly T[]> {
  let begin = 0;
  let sum = 0;
  for (const [index, item] of items.entries()) {
    const own = size(item);
    if (sum + own > LONGEST && index > begin) {
      yield items.slice(begin, index);
      begin = index;
      sum = 0;
    }
    sum += own;
  }
  if (begin < items.length) yield items.slice(begin);
}

function sizeOfEntry({ key, value }: MapEntry): number {
  return key.length * 3 + sizeOfValue(value) + BESIDE;
}

function sizeOfResult(result: StepResult): number {
  return result.type === 'entry' ? sizeOfValue(result.value) + BESIDE : BESIDE;
}

/** What is too long for a part in any case is not measured: for a text of 1 MB that takes 60 µs. */
function sizeOfValue(value: Payload): number {
  return typeof value === 'string' && value.length > LONGEST ? value.length : sizeOf(value);
}

/**
 * What stands in a journal: records, one behind the other. All numbers are little-endian.
 *
 *      0  u32  length of what follows the first eight bytes
 *      4  u32  CRC-32C of it
 *      8  f64  seq: where the ledger stood when the record was written
 *     16  u32  member: who submitted the command; 0 is the authority
 *     20  u32  kind
 *     24       an authority's command (JSON), commands of one member (their packets as they came, one behind the other),
 *              a snapshot, or nothing: a mark, a stamp
 *
 * A snapshot is many records, the last of which closes it (`inventory.ts`). Commands between them came while it was written,
 * and after the moment of which it is.
 *
 * A writer that dies leaves a last record that is cut: nobody was told of it, and it is left out. A record that is
 * damaged with others behind it is a fault of the disk, and is never passed over in silence.
 *
 * When the machine goes down, what was written and not flushed may be missing in any way, the first of it too. So who waits
 * for flushes writes marks: a mark, whose seq is its own place in the file, says that all before it was flushed.
 * After that what is damaged before a mark is a fault of the disk, and what is damaged behind the last one is the end.
 *
 * A stamp, whose seq is a time, says when what is before it was written. Neither is of the group: no broker begins with them.
 */
import { HubError } from '../errors.js';
import { allocate, readUtf8, utf8Length, writeUtf8 } from '../text.js';
import { crc32c } from './crc32c.js';
import { HEADER } from './packet.js';
import type { Reader } from './reader.js';

export const RECORD = {
  /** The end of a snapshot. */
  snapshot: 1,
  decree: 2,
  commands: 3,
  /** Parts of a snapshot: entries of a map, and all else. */
  entries: 4,
  part: 5,
  mark: 6,
  stamp: 7,
} as const;

const LAST_KIND = RECORD.stamp;

const PRELUDE = 24;
const COVERED = 8;
const AT = { length: 0, crc: 4, seq: 8, member: 16, kind: 20 } as const;

export interface Record {
  readonly kind: number;
  readonly seq: number;
  readonly member: number;
  /** The body is `bytes` from `start` to `end`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Gathers records until they are written. */
export class Records {
  #bytes = allocate(4_096);
  #view = viewOf(this.#bytes);
  #at = 0;
  /** The record of a member's commands that is the last, and can take more of them; whose they are, and of which seq. */
  #open: { readonly at: number; readonly seq: number; readonly member: number } | undefined;

  get size(): number {
    return this.#at;
  }

  /** All that was gathered; the memory is written over once they are cleared. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
    this.#open = undefined;
    if (this.#bytes.length > KEPT_MEMORY) this.#renew(4_096);
  }

  /** Hands over all that was gathered, and begins anew. */
  take(): Uint8Array {
    const taken = this.bytes;
    this.#at = 0;
    this.#open = undefined;
    this.#renew(4_096);
    return taken;
  }

  /** Whole records, as they are. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    this.#open = undefined;
    this.#room(to - from);
    this.#bytes.set(bytes.subarray(from, to), this.#at);
    this.#at += to - from;
  }

  /** A member's, in its packet. Returns where that lies. */
  command(seq: number, member: number, packet: Reader): number {
    const { bytes, start, end } = packet;
    const length = end - start;
    const isMore = this.#open?.member === member && this.#open.seq === seq;
    if (isMore) this.#room(length);
    const to = isMore ? this.#at : this.#begin(length) + PRELUDE;
    if (length > SHORT) this.#bytes.set(bytes.subarray(start, end), to);
    else packet.copyTo(this.#view, to);
    if (isMore) this.#lengthen(this.#open?.at ?? 0, length);
    else {
      const at = this.#at;
      this.#end(RECORD.commands, seq, member, length);
      this.#open = { at, seq, member };
    }
    return to;
  }

  decree(seq: number, text: string): void {
    const length = utf8Length(text);
    const at = this.#begin(length);
    writeUtf8(this.#bytes, at + PRELUDE, text);
    this.#end(RECORD.decree, seq, 0, length);
  }

  /** Of a snapshot. */
  rest(kind: typeof RECORD.snapshot | typeof RECORD.entries | typeof RECORD.part, seq: number, bytes: Uint8Array): void {
    const to = this.#begin(bytes.length) + PRELUDE;
    this.#bytes.set(bytes, to);
    this.#end(kind, seq, 0, bytes.length);
  }

  /** All that is before it, so many bytes, is on the disk when this is. */
  mark(at: number): void {
    this.#begin(0);
    this.#end(RECORD.mark, at, 0, 0);
  }

  /** When that was written, on a clock that all who read it have. */
  stamp(time: number): void {
    this.#begin(0);
    this.#end(RECORD.stamp, time, 0, 0);
  }

  #begin(length: number): number {
    this.#open = undefined;
    this.#room(PRELUDE + length);
    return this.#at;
  }

  #end(kind: number, seq: number, member: number, length: number): void {
    const at = this.#at;
    const view = this.#view;
    const end = at + PRELUDE + length;
    view.setUint32(at + AT.length, PRELUDE - COVERED + length, true);
    view.setFloat64(at + AT.seq, seq, true);
    view.setUint32(at + AT.member, member, true);
    view.setUint32(at + AT.kind, kind, true);
    view.setUint32(at + AT.crc, crc32c(view, at + COVERED, end), true);
    this.#at = end;
  }

  /** What was written behind the last record becomes its end. */
  #lengthen(at: number, by: number): void {
    const view = this.#view;
    const from = this.#at;
    view.setUint32(at + AT.length, view.getUint32(at + AT.length, true) + by, true);
    view.setUint32(at + AT.crc, crc32c(view, from, from + by, view.getUint32(at + AT.crc, true)), true);
    this.#at = from + by;
  }

  #room(length: number): void {
    const needs = this.#at + length;
    if (needs <= this.#bytes.length) return;
    const old = this.bytes;
    this.#renew(Math.max(needs, this.#bytes.length * 2));
    this.#bytes.set(old, 0);
  }

  #renew(size: number): void {
    this.#bytes = allocate(size);
    this.#view = viewOf(this.#bytes);
  }
}

/** One after the other, up to the first that is not whole and sound. Returns where that one begins. */
export function eachRecord(bytes: Uint8Array, visit: (record: Record) => void = () => {}): number {
  const view = viewOf(bytes);
  let at = 0;
  for (let end = endOf(bytes, view, at); end !== undefined; end = endOf(bytes, view, at)) {
    visit({
      kind: view.getUint32(at + AT.kind, true),
      seq: view.getFloat64(at + AT.seq, true),
      member: view.getUint32(at + AT.member, true),
      bytes,
      start: at + PRELUDE,
      end,
    });
    at = end;
  }
  return at;
}

/**
 * What a journal says, without marks and stamps: all but a cut end, and nothing where that is within a snapshot. `afterCrash`:
 * the machine has gone down since it was written. `stamped` is told of each stamp.
 * Throws `JOURNAL` when it is damaged before something that shows that it was whole. The bytes are given: they are closed up in place.
 */
export function soundPart(bytes: Uint8Array, name: string, afterCrash: boolean, stamped: (time: number) => void = () => {}): Uint8Array {
  let kept = 0;
  let isOpen = false;
  const sound = eachRecord(bytes, ({ kind, seq, start, end }) => {
    if (kind === RECORD.stamp) stamped(seq);
    if (kind >= RECORD.mark) return;
    isOpen = kind === RECORD.entries || kind === RECORD.part || (isOpen && kind !== RECORD.snapshot);
    if (kept !== start - PRELUDE) bytes.copyWithin(kept, start - PRELUDE, end);
    kept += end - start + PRELUDE;
  });
  const behind = findSound(bytes, sound + 1, afterCrash);
  if (behind === undefined) return bytes.subarray(0, isOpen ? 0 : kept);
  throw new HubError(
    'JOURNAL',
    `The journal ${name} is damaged: what lies from byte ${sound} to ${behind} cannot be read, and there is more behind it. Run \`interhub doctor PATH --salvage\` to go on without that part, or remove the folder to begin anew.`,
  );
}

/** What can be read of a damaged journal, and what cannot: from where to where. */
export function salvage(bytes: Uint8Array): { readonly sound: Uint8Array; readonly dropped: readonly (readonly [number, number])[] } {
  const parts: Uint8Array[] = [];
  const dropped: [number, number][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + eachRecord(bytes.subarray(at));
    parts.push(bytes.subarray(at, end));
    const next = findSound(bytes, end + 1, false) ?? bytes.length;
    if (end < bytes.length) dropped.push([end, next]);
    at = next;
  }
  const sound = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    sound.set(part, at);
    at += part.length;
  }
  return { sound, dropped };
}

/** A mark for this place. */
export function markAt(at: number): Uint8Array {
  const records = new Records();
  records.mark(at);
  return records.bytes;
}

export function stampOf(time: number): Uint8Array {
  const records = new Records();
  records.stamp(time);
  return records.bytes;
}

/** The packets of a record of commands, each in the same reader. */
export function eachCommand({ bytes, start, end }: Record, reader: Reader, visit: (packet: Reader) => void): void {
  const view = viewOf(bytes);
  for (let at = start; at < end; ) {
    const next = at + HEADER + view.getUint32(at, true);
    visit(reader.open(bytes, at, next, false));
    at = next;
  }
}

export function bodyText({ bytes, start, end }: Pick<Record, 'bytes' | 'start' | 'end'>): string {
  return readUtf8(bytes, start, end);
}

/** Where the next sound record begins, or the next sound mark. */
function findSound(bytes: Uint8Array, from: number, isForMarks: boolean): number | undefined {
  const view = viewOf(bytes);
  for (let at = from; at + PRELUDE <= bytes.length; at++) {
    // A cheap look before the dear one: almost no place looks like a beginning.
    const kind = view.getUint32(at + AT.kind, true);
    const isLikely = kind === RECORD.mark ? view.getFloat64(at + AT.seq, true) === at : kind <= LAST_KIND && !isForMarks;
    if (isLikely && endOf(bytes, view, at) !== undefined) return at;
  }
  return undefined;
}

/** The end of the record that begins here, if there is a whole and sound one. */
function endOf(bytes: Uint8Array, view: DataView, at: number): number | undefined {
  if (at + PRELUDE > bytes.length) return undefined;
  const length = view.getUint32(at + AT.length, true);
  const end = at + COVERED + length;
  if (length < PRELUDE - COVERED || end > bytes.length) return undefined;
  const kind = view.getUint32(at + AT.kind, true);
  if (kind < RECORD.snapshot || kind > LAST_KIND) return undefined;
  if ((kind === RECORD.commands || kind === RECORD.entries) && length < PRELUDE - COVERED + HEADER) return undefined;
  return crc32c(view, at + COVERED, end) === view.getUint32(at + AT.crc, true) ? end : undefined;
}

const SHORT = 128;

/** More than this is given back after a great batch. */
const KEPT_MEMORY = 1 << 20;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

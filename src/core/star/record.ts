/**
 * What stands in a journal: records, one behind the other, and how one is read. All numbers are little-endian.
 *
 *      0  u32  length of what follows the first eight bytes
 *      4  u32  CRC-32C of it
 *      8  f64  seq: where the ledger stood when the record was written
 *     16  u32  member: who submitted the command; 0 is the authority
 *     20  u32  kind
 *     24       an authority's command (JSON), commands of one member, a snapshot, or nothing: a mark, a stamp
 *
 * A command has of its packet what does not follow from what is before it:
 *
 *     u8        its type (the packet's `extra`), and two flags
 *     u32, u32  with the first flag: its number, and the oldest that its sender has no outcome of. Without: one more, and
 *               the same, as the command before it in the record
 *     u8, u8    length of the name, and of name and body; with the second flag u32, u32
 *               name and body
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
import { readUtf8, viewOf } from '../bytes.js';
import { crc32c } from './crc32c.js';
import { HEADER } from './packet.js';
import { Reader } from './reader.js';

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

export const LAST_KIND = RECORD.stamp;

/** In the first byte of a command, beside its type: what else is said of it. */
export const HEAD = { type: 0x3f, numbered: 0x40, long: 0x80 } as const;
export const LONGEST_HEAD = 17;

/** What stands in front of a record's body. */
export const PRELUDE = 24;
/** Where that begins which the CRC covers. */
export const COVERED = 8;
export const RECORD_AT = { length: 0, crc: 4, seq: 8, member: 16, kind: 20 } as const;

export interface Record {
  readonly kind: number;
  readonly seq: number;
  readonly member: number;
  /** The body is `bytes` from `start` to `end`. */
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** One after the other, up to the first that is not whole and sound. Returns where that one begins. */
export function eachRecord(bytes: Uint8Array, visit: (record: Record) => void = () => {}): number {
  const view = viewOf(bytes);
  let at = 0;
  for (let end = endOf(bytes, view, at); end !== undefined; end = endOf(bytes, view, at)) {
    visit({
      kind: view.getUint32(at + RECORD_AT.kind, true),
      seq: view.getFloat64(at + RECORD_AT.seq, true),
      member: view.getUint32(at + RECORD_AT.member, true),
      bytes,
      start: at + PRELUDE,
      end,
    });
    at = end;
  }
  return at;
}

/** The commands of a record, each in the same reader; or one alone, whose number may not be told then. */
export function eachCommand({ bytes, start, end }: Pick<Record, 'bytes' | 'start' | 'end'>, reader: Reader, visit: (packet: Reader) => void): void {
  const record = new Reader().goOn(bytes, start, end, false);
  let number = 0;
  let oldest = 0;
  while (record.hasMore) {
    const head = record.u8();
    const isNumbered = (head & HEAD.numbered) !== 0;
    number = isNumbered ? record.u32() : (number + 1) >>> 0;
    if (isNumbered) oldest = record.u32();
    const isLong = (head & HEAD.long) !== 0;
    const nameLength = isLong ? record.u32() : record.u8();
    const length = isLong ? record.u32() : record.u8();
    const from = record.skip(length);
    visit(reader.openCommand(bytes, from, from + length, nameLength, head & HEAD.type, number, oldest));
  }
}

export function bodyText({ bytes, start, end }: Pick<Record, 'bytes' | 'start' | 'end'>): string {
  return readUtf8(bytes, start, end);
}

/** The end of the record that begins here, if there is a whole and sound one. */
export function endOf(bytes: Uint8Array, view: DataView, at: number): number | undefined {
  if (at + PRELUDE > bytes.length) return undefined;
  const length = view.getUint32(at + RECORD_AT.length, true);
  const end = at + COVERED + length;
  if (length < PRELUDE - COVERED || end > bytes.length) return undefined;
  const kind = view.getUint32(at + RECORD_AT.kind, true);
  if (kind < RECORD.snapshot || kind > LAST_KIND) return undefined;
  if (kind === RECORD.entries && length < PRELUDE - COVERED + HEADER) return undefined;
  return crc32c(view, at + COVERED, end) === view.getUint32(at + RECORD_AT.crc, true) ? end : undefined;
}

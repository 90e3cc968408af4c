/**
 * An estate at rest, as records: parts that are short, whatever there is, so that they can be written one at a time, and one
 * record that closes them. Whoever has read that one has the estate as it was at one moment.
 */
import { decode, encode } from '../codec/codec.js';
import type { EndSnapshot } from '../ledger/map-ends.js';
import type { MapSnapshot } from '../ledger/maps.js';
import type { Snapshot } from '../ledger/ledger.js';
import type { TicketSnapshot } from '../ledger/ticket-snapshot.js';
import type { MapEntry, Member, Payload } from '../protocol.js';
import { copyOf, utf8Length, writeUtf8 } from '../bytes.js';
import type { KeptSnapshot } from './kept-outcomes.js';
import { readEntries, writeEntries } from './map-words.js';
import { inSlices } from './parts.js';
import type { Reader } from './reader.js';
import { bodyText, RECORD } from './record.js';
import type { Record } from './record.js';
import type { Records } from './records.js';
import { Slab } from './slab.js';

export interface Inventory {
  readonly ledger: Snapshot;
  readonly kept: readonly KeptSnapshot[];
  /** What would prove the death of each member. */
  readonly proofs: readonly (readonly [number, string])[];
}

/** Adds one record at each step, and at the last the one that closes them. */
export function* inRecords({ ledger, kept, proofs }: Inventory, records: Records): Generator<void, void, void> {
  const { seq, now = 0, members, tickets, maps, ends = [] } = ledger;
  const slab = new Slab((bytes) => {
    records.rest(RECORD.entries, seq, bytes);
    return true;
  });
  for (const part of inParts({ members: members.members, tickets, ends, proofs })) yield records.rest(RECORD.part, seq, part);
  for (const { member, oldest, outcomes } of kept) {
    for (const some of runs(outcomes)) yield records.rest(RECORD.part, seq, bytesOf({ kept: [{ member, oldest, outcomes: some }] } satisfies Part));
  }
  for (const part of inParts({ maps: maps.map(withoutEntries) })) yield records.rest(RECORD.part, seq, part);
  for (const { name, entries } of maps) {
    for (const some of inSlices(entries)) {
      slab.begin(0, 0, 0, 0, 0, name);
      writeEntries(slab, some);
      slab.end();
      yield slab.flush();
    }
  }
  records.rest(RECORD.snapshot, seq, bytesOf({ seq, now, last: members.last } satisfies Closing));
}

/** Puts together what comes in records. */
export class Unpacking {
  readonly #lists: Lists = { members: [], tickets: [], maps: [], ends: [], kept: [], proofs: [] };
  readonly #entries = new Map<string, MapEntry[]>();

  part(record: Record): void {
    const part = valueOf(record) as Part;
    for (const [name, items] of Object.entries(part) as [keyof Lists, never[]][]) for (const item of items) this.#lists[name].push(item);
  }

  entries({ bytes, start, end }: Record, reader: Reader): void {
    const packet = reader.open(bytes, start, end, false);
    const { name } = packet;
    const entries = this.#entries.get(name) ?? [];
    for (const entry of readEntries(packet)) entries.push(entry);
    this.#entries.set(name, entries);
  }

  /** By the record that closes it. */
  close(record: Record): Inventory {
    const { seq, now, last } = valueOf(record) as Closing;
    const { members, tickets, maps, ends, kept, proofs } = this.#lists;
    const whole = maps.map((map) => ({ ...map, entries: this.#entries.get(map.name) ?? map.entries }));
    return { ledger: { seq, now, members: { last, members }, tickets, maps: whole, ends }, kept, proofs };
  }
}

/** What there is many of. */
interface Lists {
  readonly members: Member[];
  readonly tickets: TicketSnapshot[];
  /** Without their entries. */
  readonly maps: MapSnapshot[];
  readonly ends: EndSnapshot[];
  readonly kept: KeptSnapshot[];
  readonly proofs: (readonly [number, string])[];
}

type Part = { readonly [Name in keyof Lists]?: Readonly<Lists[Name]> };

interface Closing {
  readonly seq: number;
  readonly now: number;
  readonly last: number;
}

/** So many of one kind are in one part. */
const RUN = 256;

function* inParts(lists: Part): Generator<Uint8Array> {
  for (const [name, items] of Object.entries(lists)) for (const some of runs<unknown>(items)) yield bytesOf({ [name]: some });
}

function* runs<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += RUN) yield items.slice(at, at + RUN);
}

function withoutEntries(map: MapSnapshot): MapSnapshot {
  return { ...map, entries: [] };
}

/** The first byte says which of the two forms of a payload it is. */
const TEXT = 0;
const TAGGED = 1;

function bytesOf(value: unknown): Uint8Array {
  const payload: Payload = encode(value);
  if (typeof payload !== 'string') {
    const bytes = new Uint8Array(payload.bytes.length + 1);
    bytes[0] = TAGGED;
    bytes.set(payload.bytes, 1);
    return bytes;
  }
  const bytes = new Uint8Array(utf8Length(payload) + 1);
  bytes[0] = TEXT;
  writeUtf8(bytes, 1, payload);
  return bytes;
}

function valueOf({ bytes, start, end }: Record): unknown {
  if (bytes[start] === TEXT) return decode(bodyText({ bytes, start: start + 1, end }));
  return decode({ form: 'tagged', bytes: copyOf(bytes, start + 1, end) });
}

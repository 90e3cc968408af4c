/**
 * All that a broker leaves to the next one: what is agreed, the outcomes that members may not have heard of, and what
 * would prove that a member is dead. It is a function of the journal: who reads the same records has the same estate.
 */
import { decode, encode } from '../codec/codec.js';
import { AUTHORITY, Ledger } from '../ledger/ledger.js';
import type { Applied, Snapshot } from '../ledger/ledger.js';
import type { Command, Payload } from '../protocol.js';
import { copyOf, utf8Length, writeUtf8 } from '../text.js';
import { KeptOutcomes } from './kept-outcomes.js';
import type { KeptSnapshot } from './kept-outcomes.js';
import { Reader } from './reader.js';
import { bodyText, eachRecord, RECORD, Records } from './records.js';
import type { Record } from './records.js';
import { readCommand } from './vocabulary.js';
import type { Told } from './vocabulary.js';

/** A command of the authority as it stands in the journal. */
export interface Decree {
  readonly command: Command;
  /** Of one who joins: what would prove its death. */
  readonly proof?: string;
}

interface Inventory {
  readonly ledger: Snapshot;
  readonly kept: readonly KeptSnapshot[];
  readonly proofs: readonly (readonly [number, string])[];
}

export class Estate {
  #ledger = new Ledger();
  #kept = new KeptOutcomes();
  #proofs = new Map<number, string>();

  /** Whole and sound records; without any, an estate with nothing in it. */
  static read(records: Uint8Array): Estate {
    const estate = new this();
    const reader = new Reader();
    eachRecord(records, (record) => estate.#redo(record, reader));
    return estate;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** What would prove the death of each member, as far as it has said. */
  get proofs(): ReadonlyMap<number, string> {
    return this.#proofs;
  }

  /** What became of a member's command, if it was applied and that may not be known to it. */
  outcome(member: number, number: number): Told | undefined {
    return this.#kept.find(member, number);
  }

  /** `seq`: no lower one is given from here on. */
  decree(seq: number, { command, proof }: Decree): Applied {
    const applied = this.#ledger.apply(Math.max(seq, this.#ledger.seq) + 1, AUTHORITY, command);
    if (applied.outcome.type === 'joined' && proof !== undefined) this.#proofs.set(applied.outcome.number, proof);
    if (command.type === 'member.leave') {
      this.#proofs.delete(command.number);
      this.#kept.drop(command.number);
    }
    return applied;
  }

  /** `oldest`: the oldest command of the member of which it has no outcome. */
  command(seq: number, member: number, oldest: number, number: number, command: Command): Applied {
    const applied = this.#ledger.apply(Math.max(seq, this.#ledger.seq) + 1, member, command);
    const { outcome } = applied;
    if (outcome.type !== 'joined' && outcome.type !== 'left') this.#kept.keep(member, oldest, number, outcome);
    return applied;
  }

  /** One record that stands for all that have led here. */
  snapshot(): Uint8Array {
    const inventory: Inventory = { ledger: this.#ledger.snapshot(), kept: this.#kept.snapshot(), proofs: [...this.#proofs] };
    const bytes = bytesOf(encode(inventory));
    const records = new Records();
    records.snapshot(this.#ledger.seq, bytes);
    return records.bytes;
  }

  #redo(record: Record, reader: Reader): void {
    switch (record.kind) {
      case RECORD.snapshot:
        return this.#begin(decode(payloadOf(record)) as Inventory);
      case RECORD.decree:
        this.decree(record.seq, JSON.parse(bodyText(record)) as Decree);
        return;
      case RECORD.command: {
        const packet = reader.open(record.bytes, record.start, record.end, false);
        const { id, member: oldest } = packet;
        this.command(record.seq, record.member, oldest, id, readCommand(packet));
        return;
      }
    }
  }

  #begin({ ledger, kept, proofs }: Inventory): void {
    this.#ledger = new Ledger(ledger);
    this.#kept = new KeptOutcomes(kept);
    this.#proofs = new Map(proofs);
  }
}

/** The first byte says which of the two forms of a payload it is. */
const TEXT = 0;
const TAGGED = 1;

function bytesOf(payload: Payload): Uint8Array {
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

function payloadOf({ bytes, start, end }: Record): Payload {
  if (bytes[start] === TEXT) return bodyText({ bytes, start: start + 1, end });
  return { form: 'tagged', bytes: copyOf(bytes, start + 1, end) };
}

/**
 * All that a broker leaves to the next one: what is agreed, the outcomes that members may not have heard of, and what
 * would prove that a member is dead. It is a function of the journal: who reads the same records has the same estate.
 */
import { AUTHORITY, Ledger } from '../ledger/ledger.js';
import type { Applied } from '../ledger/ledger.js';
import type { Command } from '../protocol.js';
import { Unpacking, inRecords } from './inventory.js';
import type { Inventory } from './inventory.js';
import { KeptOutcomes } from './kept-outcomes.js';
import { Reader } from './reader.js';
import { bodyText, eachCommand, eachRecord, RECORD } from './record.js';
import type { Record } from './record.js';
import type { Records } from './records.js';
import { readCommand } from './vocabulary.js';
import type { Told } from './vocabulary.js';

/** A command of the authority as it stands in the journal. */
export interface Decree {
  readonly command: Command;
  /** Of one who joins: what would prove its death. */
  readonly proof?: string;
}

export class Estate {
  #ledger = new Ledger();
  #kept = new KeptOutcomes();
  #proofs = new Map<number, string>();

  /** Whole and sound records; without any, an estate with nothing in it. */
  static read(records: Uint8Array): Estate {
    const estate = new this();
    const reader = new Reader();
    let snapshot: Unpacking | undefined;
    const later: Record[] = [];
    eachRecord(records, (record) => {
      switch (record.kind) {
        case RECORD.part:
          return (snapshot ??= new Unpacking()).part(record);
        case RECORD.entries:
          return (snapshot ??= new Unpacking()).entries(record, reader);
        case RECORD.snapshot:
          estate.#begin((snapshot ?? new Unpacking()).close(record));
          snapshot = undefined;
          for (const each of later.splice(0)) estate.#redo(each, reader);
          return;
        default:
          // What came while the snapshot was written is not in it.
          if (snapshot === undefined) estate.#redo(record, reader);
          else later.push(record);
      }
    });
    return estate;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** What would prove the death of each member, as far as it has said. */
  get proofs(): ReadonlyMap<number, string> {
    return this.#proofs;
  }

  /** The maps with something in them that are to outlive the group. */
  get durableMaps(): readonly string[] {
    return this.#ledger.capture().maps.flatMap(({ name, entries, terms }) => (entries.length > 0 && terms?.durable === true ? [name] : []));
  }

  /** What became of a member's command, if it was applied and that may not be known to it. */
  outcome(member: number, number: number): Told | undefined {
    return this.#kept.find(member, number);
  }

  /** Whether it was decided on a later command of the member than this one, which it asks again. */
  isPassed(member: number, number: number): boolean {
    return this.#kept.isPassed(member, number);
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

  /**
   * What stands for all that has led here, as records: each step adds some to what was gathered. It is of this moment,
   * whatever is decided before the last step.
   */
  snapshot(records: Records): Iterator<void> {
    return inRecords({ ledger: this.#ledger.capture(), kept: this.#kept.snapshot(), proofs: [...this.#proofs] }, records);
  }

  #redo(record: Record, reader: Reader): void {
    if (record.kind === RECORD.decree) {
      this.decree(record.seq, JSON.parse(bodyText(record)) as Decree);
      return;
    }
    eachCommand(record, reader, (packet) => {
      const { id, member: oldest } = packet;
      this.command(record.seq, record.member, oldest, id, readCommand(packet));
    });
  }

  #begin({ ledger, kept, proofs }: Inventory): void {
    this.#ledger = new Ledger(ledger);
    this.#kept = new KeptOutcomes(kept);
    this.#proofs = new Map(proofs);
  }
}

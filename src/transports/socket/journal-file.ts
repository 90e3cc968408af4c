/**
 * A journal in a file of the broker's generation. What `append` has written outlives the process, and after `sync` the
 * machine. A write that fails leaves nothing behind: the file is cut to what it was, before anything else is written.
 */
import { dirname, join } from 'node:path';
import type { Draft, Journal } from '../../core/star/journal.js';
import { markAt, stampOf } from '../../core/star/records.js';
import { soundPart } from '../../core/star/sound-part.js';
import { systemDisk, writeAll } from './disk.js';
import type { Disk } from './disk.js';
import { JournalDraft } from './journal-draft.js';

/**
 * What survives: `process` the death of any process, kill -9 too; `disk` also that of the machine, at the price of a
 * flush before each answer; `none` nothing: with the broker all is lost.
 */
export type Durability = 'none' | 'process' | 'disk';

export interface JournalPlan {
  /** The dead predecessor's generation, if there was one. */
  readonly from: string | undefined;
  /** Whether the machine has gone down since: then what was not flushed may be missing in any way. */
  readonly afterCrash: boolean;
  /** Where the generation is being built, and where it will be. */
  readonly draft: string;
  readonly folder: string;
  readonly durability: 'process' | 'disk';
}

export class JournalFile implements Journal {
  readonly age: number;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #durability: 'process' | 'disk';
  /** None before the first writing: Windows gives no new name to a folder in which something is open. */
  #file: number | undefined = undefined;
  #size = 0;
  /** How much of it the disk has for sure. */
  #synced = 0;
  /** When a stamp was written: what was appended since is not older than that, and no younger than the next would be. */
  #lastStamp = -Infinity;
  /** Something may lie behind `#size` that does not belong there. */
  #isTorn = false;
  #isClosed = false;
  /** The disk knows for sure under which name it is. */
  #isNamed = false;
  #past: Uint8Array;
  /** What will be in its place. */
  #draft: JournalDraft | undefined;

  /** Throws `JOURNAL` when the predecessor's is damaged, and the system's error when the new one cannot be written. */
  static begin({ from, afterCrash, draft, folder, durability }: JournalPlan, disk: Disk = systemDisk): JournalFile {
    // A predecessor that kept no journal left nothing.
    const left = from === undefined ? undefined : disk.read(join(from, NAME));
    let stamp: number | undefined;
    const past = left === undefined ? NOTHING : soundPart(left.bytes, join(from ?? '', NAME), afterCrash, (time) => (stamp = time));
    const age = left === undefined ? 0 : ageOf(left.written, afterCrash || stamp === undefined ? undefined : disk.uptime() - stamp);
    const journal = new this(disk, folder, durability, past, age);
    const file = disk.create(join(draft, NAME));
    try {
      journal.#size = journal.#synced = journal.#fill(file, past);
    } finally {
      disk.close(file);
    }
    return journal;
  }

  private constructor(disk: Disk, folder: string, durability: 'process' | 'disk', past: Uint8Array, age: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#durability = durability;
    this.#past = past;
    this.age = age;
  }

  past(): Uint8Array {
    const past = this.#past;
    this.#past = NOTHING;
    return past;
  }

  /** Its generation has got its name: whatever leads to it outlives what it is to outlive. */
  published(): void {
    if (this.#durability === 'disk') this.#flushNames();
  }

  append(records: Uint8Array): void {
    if (this.#isTorn) this.#cut();
    const stamped = this.#stamped(records);
    try {
      // Nothing is appended before what was appended earlier has been flushed.
      const size = this.#marked(this.#opened, this.#size);
      this.#size = writeAll(this.#disk, this.#opened, stamped, size);
    } catch (error) {
      this.#takeBack();
      throw error;
    }
    this.#draft?.append(stamped);
  }

  get sync(): (() => Promise<void>) | undefined {
    return this.#durability === 'disk' ? this.#sync : undefined;
  }

  /** One that was begun before, and is not published, is of no use any more. */
  draft(): Draft {
    this.#draft?.drop();
    this.#draft = new JournalDraft(this.#disk, join(this.#folder, `${NAME}.new`), (draft) => this.#replace(draft));
    // What is appended next has one for both.
    this.#lastStamp = -Infinity;
    this.#draft.append(stampOf(this.#disk.uptime()));
    return this.#draft;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#draft?.drop();
    if (this.#file !== undefined) this.#disk.close(this.#file);
  }

  /** What could not be flushed is taken back: whether the disk has it cannot be known. */
  readonly #sync = async (): Promise<void> => {
    try {
      await Promise.all([this.#disk.flush(this.#opened), this.#draft?.flush()]);
      if (!this.#isNamed) this.#flushNames();
      this.#synced = this.#size;
    } catch (error) {
      // It has what is taken back.
      this.#draft?.fail(error);
      this.#size = this.#synced;
      this.#takeBack();
      throw error;
    }
  };

  #replace(draft: JournalDraft): void {
    const file = draft.rename(join(this.#folder, NAME), this.#durability === 'disk');
    if (this.#file !== undefined) this.#disk.abandon(this.#file);
    this.#draft = undefined;
    this.#file = file;
    this.#size = draft.size;
    this.#synced = draft.size;
    this.#isNamed = false;
    this.#isTorn = false;
  }

  /** A file that is on the disk is lost all the same when its name is not, or what leads to it. */
  #flushNames(): void {
    const group = dirname(this.#folder);
    for (const path of [join(this.#folder, 'owner'), this.#folder, join(group, 'current'), group]) this.#disk.flushPath(path);
    this.#isNamed = true;
  }

  /** A file that is whole on the disk before it gets its name. Returns how long it is. */
  #fill(file: number, bytes: Uint8Array): number {
    this.#lastStamp = this.#disk.uptime() - this.age;
    const end = writeAll(this.#disk, file, bytes, 0);
    const size = this.#marked(file, writeAll(this.#disk, file, stampOf(this.#lastStamp), end));
    if (this.#durability === 'disk') this.#disk.flushNow(file);
    return size;
  }

  /** Where flushes are waited for, a mark that vouches for all before it. Returns where it ends. */
  #marked(file: number, at: number): number {
    if (this.#durability !== 'disk') return at;
    return writeAll(this.#disk, file, markAt(at), at);
  }

  /** Now and then with a stamp behind them. */
  #stamped(records: Uint8Array): Uint8Array {
    const now = this.#disk.uptime();
    if (now - this.#lastStamp < STAMPS) return records;
    const stamp = stampOf(now);
    this.#lastStamp = now;
    const both = new Uint8Array(records.length + stamp.length);
    both.set(records);
    both.set(stamp, records.length);
    return both;
  }

  get #opened(): number {
    this.#file ??= this.#disk.open(join(this.#folder, NAME));
    return this.#file;
  }

  /** What lies behind `#size` was not written, a stamp neither. */
  #takeBack(): void {
    this.#lastStamp = -Infinity;
    this.#isTorn = true;
    this.#cut();
  }

  #cut(): void {
    this.#disk.truncate(this.#opened, this.#size);
    this.#isTorn = false;
  }
}

export const NAME = 'journal';

const NOTHING = new Uint8Array(0);

/** How often a stamp is written, at most. */
const STAMPS = 1_000;

/** A file system's clock is coarse: what is counted by it may not end too early. */
const GRAIN = 20;

/**
 * How long ago a journal was written. The system's clock says it to the millisecond, but may have been set since; `sinceStamp` is by a clock
 * that nobody sets, and too long by the time between two stamps at most. So that clock is believed only within this time.
 */
function ageOf(written: number, sinceStamp: number | undefined): number {
  const bySystem = Math.max(0, Date.now() - written - GRAIN);
  if (sinceStamp === undefined || sinceStamp < 0) return bySystem;
  const least = Math.max(0, sinceStamp - STAMPS);
  return bySystem >= least && bySystem <= sinceStamp ? bySystem : least;
}

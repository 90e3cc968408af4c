/**
 * A journal in a file of the broker's generation. What `append` has written outlives the process, and after `sync` the
 * machine. A write that fails leaves nothing behind: the file is cut to what it was, before anything else is written.
 */
import { close, closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Journal } from '../../core/star/journal.js';
import { eachRecord, soundLength } from '../../core/star/records.js';
import { codeOf } from './system-error.js';

/**
 * What survives: `process` the death of any process, kill -9 too; `disk` also that of the machine, at the price of a
 * flush before each answer; `none` nothing: with the broker all is lost.
 */
export type Durability = 'none' | 'process' | 'disk';

export interface JournalPlan {
  /** The dead predecessor's generation, if there was one. */
  readonly from: string | undefined;
  /** Whether the machine has gone down since: then the end of what was not flushed may be missing in any way. */
  readonly afterCrash: boolean;
  /** Where the generation is being built, and where it will be. */
  readonly draft: string;
  readonly folder: string;
  readonly durability: 'process' | 'disk';
}

/** PORT. What a journal does to the disk; tests let it fail. */
export interface Disk {
  /** A whole file, and when it was last written, by the system's clock; `undefined` when nothing is there. */
  read(path: string): { readonly bytes: Uint8Array; readonly written: number } | undefined;
  /** A new file that only this user can read. */
  create(path: string): number;
  /** One that is there, to be written to. */
  open(path: string): number;
  /** Returns how many bytes it has written. */
  write(file: number, bytes: Uint8Array, from: number, position: number): number;
  truncate(file: number, size: number): void;
  flush(file: number): Promise<void>;
  flushNow(file: number): void;
  /** A file, or a folder with the names that are in it; nothing, where nothing is. */
  flushPath(path: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  close(file: number): void;
  /** Lets a file go that nobody needs any more, and waits for nothing: to free what it held takes time. */
  abandon(file: number): void;
}

const flush = promisify(fdatasync);

export const systemDisk: Disk = {
  read,
  create: (path) => openSync(path, 'w', 0o600),
  open: (path) => openSync(path, 'r+'),
  write: (file, bytes, from, position) => writeSync(file, bytes, from, bytes.length - from, position),
  truncate: ftruncateSync,
  flush,
  flushNow: fsyncSync,
  flushPath,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  close: closeSync,
  abandon: (file) => close(file, () => undefined),
};

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
  /** Something may lie behind `#size` that does not belong there. */
  #isTorn = false;
  #isClosed = false;
  /** The disk knows for sure under which name it is. */
  #isNamed = false;
  #past: Uint8Array;

  /** Throws `JOURNAL` when the predecessor's is damaged, and the system's error when the new one cannot be written. */
  static begin({ from, afterCrash, draft, folder, durability }: JournalPlan, disk: Disk = systemDisk): JournalFile {
    // A predecessor that kept no journal left nothing.
    const left = from === undefined ? undefined : disk.read(join(from, NAME));
    const past = left === undefined ? NOTHING : soundPart(left.bytes, join(from ?? '', NAME), afterCrash && durability !== 'disk');
    const file = disk.create(join(draft, NAME));
    try {
      writeAll(disk, file, past, 0);
      if (durability === 'disk') disk.flushNow(file);
    } finally {
      disk.close(file);
    }
    return new this(disk, folder, durability, past, left === undefined ? 0 : ageOf(left.written));
  }

  private constructor(disk: Disk, folder: string, durability: 'process' | 'disk', past: Uint8Array, age: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#durability = durability;
    this.#past = past;
    this.#size = past.length;
    this.#synced = past.length;
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
    try {
      writeAll(this.#disk, this.#opened, records, this.#size);
      this.#size += records.length;
    } catch (error) {
      this.#isTorn = true;
      this.#cut();
      throw error;
    }
  }

  get sync(): (() => Promise<void>) | undefined {
    return this.#durability === 'disk' ? this.#sync : undefined;
  }

  replace(snapshot: Uint8Array): void {
    const disk = this.#disk;
    const path = join(this.#folder, NAME);
    const file = disk.create(`${path}.new`);
    try {
      writeAll(disk, file, snapshot, 0);
      if (this.#durability === 'disk') disk.flushNow(file);
      disk.rename(`${path}.new`, path);
    } catch (error) {
      disk.close(file);
      disk.remove(`${path}.new`);
      throw error;
    }
    this.#isNamed = false;
    if (this.#file !== undefined) disk.abandon(this.#file);
    this.#file = file;
    this.#size = snapshot.length;
    this.#synced = snapshot.length;
    this.#isTorn = false;
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#file !== undefined) this.#disk.close(this.#file);
  }

  /** What could not be flushed is taken back: whether the disk has it cannot be known. */
  readonly #sync = async (): Promise<void> => {
    try {
      await this.#disk.flush(this.#opened);
      if (!this.#isNamed) this.#flushNames();
      this.#synced = this.#size;
    } catch (error) {
      this.#size = this.#synced;
      this.#isTorn = true;
      this.#cut();
      throw error;
    }
  };

  /** A file that is on the disk is lost all the same when its name is not, or what leads to it. */
  #flushNames(): void {
    const group = dirname(this.#folder);
    for (const path of [join(this.#folder, 'owner'), this.#folder, join(group, 'current'), group]) this.#disk.flushPath(path);
    this.#isNamed = true;
  }

  get #opened(): number {
    this.#file ??= this.#disk.open(join(this.#folder, NAME));
    return this.#file;
  }

  #cut(): void {
    this.#disk.truncate(this.#opened, this.#size);
    this.#isTorn = false;
  }
}

export const NAME = 'journal';

const NOTHING = new Uint8Array(0);

function flushPath(path: string): void {
  // Windows flushes no folders, and nothing that is open for reading.
  if (process.platform === 'win32' || !existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(disk: Disk, file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += disk.write(file, bytes, at, position + at);
}

function soundPart(bytes: Uint8Array, path: string, mayEndAnywhere: boolean): Uint8Array {
  return bytes.subarray(0, mayEndAnywhere ? eachRecord(bytes) : soundLength(bytes, path));
}

function read(path: string): { readonly bytes: Uint8Array; readonly written: number } | undefined {
  try {
    return { bytes: readFileSync(path), written: statSync(path).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file system's clock is coarse: what is counted by it may not end too early. */
const GRAIN = 20;

/** By the system's clock, which somebody may have set back. */
function ageOf(written: number): number {
  return Math.max(0, Date.now() - written - GRAIN);
}

/**
 * A disk under the journals of simulated brokers: each write may be short, fail, or be the last that its process does; and
 * when the power goes, any part of what was not flushed is gone.
 */
import type { Disk } from '../../src/transports/socket/disk.js';
import type { SimProcess, World } from './world.js';

interface File {
  bytes: Buffer;
  /** When, by the clock on the wall. */
  written: number;
  /** So much of it survives the power. */
  flushed: Uint8Array;
}

export class SimDisk {
  readonly #world: World;
  #names = new Map<string, File>();
  /** What survives the power: the names in folders, and the names of folders. */
  #flushedNames = new Map<string, File>();
  #flushedFolders = new Set<string>();
  readonly #open = new Map<number, File>();
  #handles = 0;
  isFull = false;
  /** How often it has failed. */
  failures = 0;
  /** Told of every write, with its folder. */
  written: (folder: string) => void = () => {};

  constructor(world: World) {
    this.#world = world;
  }

  /** As one process sees it. */
  of(process: SimProcess): Disk {
    return {
      read: (path) => this.read(path),
      create: (path) => this.#create(process, path),
      open: (path) => this.#reopen(path),
      write: (file, bytes, from) => this.#write(process, file, bytes.subarray(from)),
      truncate: (file, size) => this.#truncate(process, file, size),
      flush: (file) => this.#later(process, () => this.#flush(file)),
      flushNow: (file) => void (process.call() && this.#flush(file)),
      flushPath: (path) => void (process.call() && this.#flushNames(path)),
      rename: (from, to) => this.#rename(process, from, to),
      remove: (path) => void (process.call() && this.#names.delete(path)),
      close: (file) => void this.#open.delete(file),
      uptime: () => this.#world.now,
      abandon: (file) => void this.#open.delete(file),
    };
  }

  read(path: string): { readonly bytes: Uint8Array; readonly written: number } | undefined {
    const file = this.#names.get(path);
    return file === undefined ? undefined : { bytes: Uint8Array.from(file.bytes), written: file.written };
  }

  /** Of the generations that are here. */
  get epochs(): readonly number[] {
    return [...this.#names.keys()].flatMap((path) => (path.startsWith('/g') ? [Number.parseInt(path.slice(2), 10)] : []));
  }

  renameFolder(from: string, to: string): void {
    for (const [path, file] of [...this.#names]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.#names.delete(path);
      this.#names.set(to + path.slice(from.length), file);
    }
  }

  removeFolder(folder: string): void {
    for (const names of [this.#names, this.#flushedNames]) for (const path of [...names.keys()]) if (path.startsWith(`${folder}/`)) names.delete(path);
  }

  cutPower(): void {
    const { random } = this.#world;
    // Names reach the disk in their order, as journalling file systems see to; those not flushed may have come there, or not.
    if (random.chance(0.5)) this.#names = new Map([...this.#flushedNames].filter(([path]) => this.#flushedFolders.has(folderOf(path))));
    for (const file of new Set(this.#names.values())) {
      const kept = this.#torn(file);
      file.bytes = Buffer.from(kept);
      file.flushed = kept;
    }
    this.#flushedNames = new Map(this.#names);
    this.#flushedFolders = new Set([...this.#names.keys()].map(folderOf));
  }

  /** Pages get to the disk in any order; of those that did not, it has what was flushed, and else nothing. */
  #torn({ bytes, flushed }: File): Uint8Array {
    const { random } = this.#world;
    const isAppended = bytes.length > flushed.length && bytes.subarray(0, flushed.length).equals(flushed);
    if (!isAppended || random.chance(0.5)) return flushed;
    const torn = Buffer.from(bytes.subarray(0, flushed.length + random.below(bytes.length - flushed.length)));
    for (let at = flushed.length; at < torn.length; ) {
      const end = at + PAGE - (at % PAGE);
      if (random.chance(0.3)) torn.fill(0, at, Math.min(end, torn.length));
      at = end;
    }
    return torn;
  }

  #create(process: SimProcess, path: string): number {
    if (!process.call()) return 0;
    this.#fail(process);
    this.#handles += 1;
    const file = { bytes: Buffer.alloc(0), written: this.#world.wall, flushed: new Uint8Array(0) };
    this.#names.set(path, file);
    this.#open.set(this.#handles, file);
    return this.#handles;
  }

  #reopen(path: string): number {
    const file = this.#names.get(path);
    if (file === undefined) return 0;
    this.#handles += 1;
    this.#open.set(this.#handles, file);
    return this.#handles;
  }

  #write(process: SimProcess, handle: number, bytes: Uint8Array): number {
    const { random, hasFaults } = this.#world;
    const file = this.#open.get(handle);
    if (!process.isAlive || file === undefined) return bytes.length;
    let length = bytes.length;
    if (hasFaults && random.chance(SHORT)) length = random.below(bytes.length + 1);
    const dies = hasFaults && !process.isSafe && random.chance(DEATH);
    if (this.isFull) length = Math.min(length, random.below(64));
    file.bytes = Buffer.concat([file.bytes, bytes.subarray(0, length)]);
    file.written = this.#world.wall;
    this.written([...this.#names].find(([, named]) => named === file)?.[0] ?? '');
    if (dies) process.kill();
    if (!process.isAlive) return bytes.length;
    if (length === 0) this.#fail(process);
    return length;
  }

  #truncate(process: SimProcess, handle: number, size: number): void {
    const file = this.#open.get(handle);
    if (process.call() && file !== undefined) file.bytes = file.bytes.subarray(0, size);
  }

  #rename(process: SimProcess, from: string, to: string): void {
    const file = this.#names.get(from);
    if (!process.call() || file === undefined) return;
    this.#names.delete(from);
    this.#names.set(to, file);
  }

  #flush(handle: number): void {
    const file = this.#open.get(handle);
    if (file !== undefined) file.flushed = Uint8Array.from(file.bytes);
  }

  #flushNames(folder: string): void {
    if (folder === '/') this.#flushedFolders = new Set([...this.#names.keys()].map(folderOf));
    for (const path of [...this.#flushedNames.keys()]) if (path.startsWith(`${folder}/`) && !this.#names.has(path)) this.#flushedNames.delete(path);
    for (const [path, file] of this.#names) if (path.startsWith(`${folder}/`)) this.#flushedNames.set(path, file);
  }

  #later(process: SimProcess, run: () => void): Promise<void> {
    const { random, hasFaults } = this.#world;
    return new Promise((resolve, reject) => {
      this.#world.schedule(process, random.next() * 3, () => {
        if (hasFaults && random.chance(FAULT)) {
          this.failures += 1;
          return reject(new Error('EIO: i/o error, fdatasync'));
        }
        run();
        resolve();
      });
    });
  }

  #fail(process: SimProcess): void {
    const { random, hasFaults } = this.#world;
    const isFaulty = hasFaults && !process.isSafe && random.chance(FAULT);
    if (!this.isFull && !isFaulty) return;
    this.failures += 1;
    const [code, what] = this.isFull ? ['ENOSPC', 'no space left on device'] : ['EIO', 'i/o error'];
    throw Object.assign(new Error(`${code}: ${what}, write`), { code });
  }
}

/** Small, for what is written at a time is. */
const PAGE = 64;
const SHORT = 0.02;
const DEATH = 0.002;
const FAULT = 0.01;

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

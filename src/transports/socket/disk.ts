/** What a journal does to the disk. */
import { close, closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { codeOf } from './system-error.js';

/** PORT. Tests let it fail. */
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
  /** How long ago the machine was started, in ms: a clock that nobody sets, and that all processes have in common. */
  uptime(): number;
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
  uptime: () => Number(process.hrtime.bigint()) / 1e6,
  abandon: (file) => close(file, () => undefined),
};

/** Returns where it ends. */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array, position: number): number {
  for (let at = 0; at < bytes.length; ) at += disk.write(file, bytes, at, position + at);
  return position + bytes.length;
}

function read(path: string): { readonly bytes: Uint8Array; readonly written: number } | undefined {
  try {
    return { bytes: readFileSync(path), written: statSync(path).mtimeMs };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

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

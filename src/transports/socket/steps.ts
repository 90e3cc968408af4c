/**
 * PORT. Every step that meeting in a folder takes outside of this process, and nothing between two of them.
 * Tests delay, fail or stop a process between any two steps.
 */
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { chmod, link, lstat, mkdir, readFile, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connectLink, duplexLink } from '../../adapters/duplex.js';
import type { Link } from '../../core/star/link.js';
import { inherit, proofs } from './heritage.js';
import type { Heritage } from './heritage.js';
import type { JournalFile } from './journal-file.js';
import { codeOf } from './system-error.js';

/** Each rejects with the system's error. Paths are absolute. */
export interface Steps {
  /** What lies at the path itself, be it a symbolic link; `undefined` when nothing does. */
  look(path: string): Promise<Stats | undefined>;
  list(path: string): Promise<readonly string[]>;
  /** A whole small file; `undefined` when nothing is there. */
  read(path: string): Promise<string | undefined>;
  /** A new folder that only this user can enter; its parent must be there. */
  makeFolder(path: string): Promise<void>;
  /** A new file that only this user can read. */
  write(path: string, text: string): Promise<void>;
  /** As `write`, and it outlives the machine: no name that is given to it later stands for an empty file. */
  writeThrough(path: string, text: string): Promise<void>;
  /** Says that a file is in use, to programs that remove what nobody uses; when it was written stays as it is. */
  touch(path: string): Promise<void>;
  /** A second name for a file; fails when the name is taken. */
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** With all that is in it; it may be gone already. */
  remove(path: string): Promise<void>;
  /** Locks a file for this process alone, a new one or one that is there. Rejects when another process has it. */
  lock(path: string, make: boolean): Promise<Lock>;
  /** A new generation's journal, with all that the predecessor's holds; none for one that keeps nothing. */
  inherit(heritage: Heritage): Promise<JournalFile | undefined>;
  /** What would prove the death of each member that a dead broker's journal tells of; `undefined`: its generation has none. */
  proofs(generation: string, afterCrash: boolean): Promise<readonly (string | undefined)[] | undefined>;
  listen(path: string, onLink: (link: Link) => void): Promise<Listener>;
  connect(path: string): Promise<Link>;
  /** Keeps no process alive. Rejects with the signal's reason. */
  pause(time: number, signal: AbortSignal): Promise<void>;
}

export interface Listener {
  /** Whoever connects from now on is refused. Links that were handed over go on. */
  close(): void;
}

export interface Lock {
  /** Another process may have it. Idempotent. */
  close(): void;
}

export const system: Steps = {
  look: (path) => orAbsent(lstat(path)),
  list: (path) => readdir(path),
  read: (path) => orAbsent(readFile(path, 'utf8')),
  makeFolder,
  write: (path, text) => writeFile(path, text, { flag: 'wx', mode: 0o600 }),
  writeThrough: (path, text) => writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true }),
  async touch(path) {
    await utimes(path, new Date(), (await lstat(path)).mtime);
  },
  link,
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  lock,
  inherit: async (heritage) => inherit(heritage),
  proofs: async (generation, afterCrash) => proofs(generation, afterCrash),
  listen,
  connect: connectLink,
  async pause(time, signal) {
    try {
      await delay(time, undefined, { ref: false, signal });
    } catch {
      throw signal.reason;
    }
  },
};

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  // A umask may have taken away what is this user's own, too.
  await chmod(path, 0o700);
}

async function orAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Of macOS: an exclusive lock that is taken with the opening. Node passes it on, and has no name for it. */
const O_EXLOCK = 0x20;

async function lock(path: string, make: boolean): Promise<Lock> {
  const { O_RDWR, O_NONBLOCK, O_CREAT, O_EXCL } = constants;
  let file: number | undefined = openSync(path, O_RDWR | O_NONBLOCK | O_EXLOCK | (make ? O_CREAT | O_EXCL : 0), 0o600);
  return {
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

async function listen(path: string, onLink: (link: Link) => void): Promise<Listener> {
  const server = createServer((socket) => onLink(duplexLink(socket)));
  server.unref();
  // Exclusive, or a cluster worker would make its primary listen.
  server.listen({ path, exclusive: true });
  await once(server, 'listening');
  // What fails from now on is a connection: whoever came sees it, and comes again.
  server.on('error', () => undefined);
  if (process.platform === 'win32') return { close: () => void server.close() };
  try {
    await chmod(path, 0o600);
  } catch (error) {
    server.close();
    throw error;
  }
  return { close: () => void server.close() };
}

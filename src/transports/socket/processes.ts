/** PORT. What a system tells of its processes, as far as it tells: by it a process is known again, and its end is seen. */
import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { access, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { codeOf } from './system-error.js';

/** '' is "not known". */
export interface Processes {
  /** Which boot of the machine this is. */
  boot(): Promise<string>;
  /** Where a pid means the same process. */
  namespace(): Promise<string>;
  look(pid: number): Promise<Look>;
  /** What this thread of this process is known by, if it is a worker's. */
  thread(): string;
  /** Whether a process still has that thread. */
  hasThread(pid: number, thread: string): Promise<boolean>;
}

export interface Look {
  /** `Z`, `X`: it has ended. `T`, `t`: it stands still. */
  readonly state: string;
  readonly threads: number;
  /** When it began: no two processes of one pid began at the same time. */
  readonly start: string;
}

export type Run = (program: string, ...args: readonly string[]) => Promise<string>;

/** Fields 3, 20 and 22 of `stat`, counted from behind the command, which may hold anything. */
export const linux: Processes = {
  boot: async () => (await text('/proc/sys/kernel/random/boot_id')).trim(),
  namespace: () => readlink('/proc/self/ns/pid').catch(() => ''),
  async look(pid) {
    // Of others `/proc` may tell by the pids of another namespace; of this one it cannot be mistaken.
    const stat = await text(`/proc/${pid === process.pid ? 'self' : pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', threads: Number(fields[17] ?? 0), start: fields[19] ?? '' };
  },
  // Of the thread that asks, so no other may do it for this one.
  thread: () => (isMainThread ? '' : basename(readlinkSync('/proc/thread-self'))),
  hasThread: (pid, thread) => access(`/proc/${pid}/task/${thread}`).then(() => true, (error) => codeOf(error) !== 'ENOENT'),
};

/** Where threads are not told apart, one lives as long as its process. */
const oneThread = { thread: () => '', hasThread: async () => true };

/** macOS: by its own programs, which takes some milliseconds. */
export function darwin(run: Run = runProgram): Processes {
  return {
    boot: async () => (await run('/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid')).trim(),
    namespace: async () => 'darwin',
    async look(pid) {
      const [, state = '', start = ''] = /^(\S)\S*\s+(.+?)\s*$/.exec(await run('/bin/ps', '-o', 'state=,lstart=', '-p', String(pid))) ?? [];
      return { state, threads: 1, start };
    },
    ...oneThread,
  };
}

/** Where no more can be learned than whether there is a process of that number. */
export const others: Processes = {
  boot: async () => '',
  namespace: async () => `${process.platform} ${hostname()}`,
  look: async () => ({ state: '', threads: 0, start: '' }),
  ...oneThread,
};

export const ofThisSystem: Processes = process.platform === 'linux' ? linux : process.platform === 'darwin' ? darwin() : others;

const execute = promisify(execFile);

/** What it cannot tell is not known. */
async function runProgram(program: string, ...args: readonly string[]): Promise<string> {
  return execute(program, args, { env: { LC_ALL: 'C' } }).then(({ stdout }) => stdout, () => '');
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

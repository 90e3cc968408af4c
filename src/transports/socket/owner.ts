/**
 * Who made a generation, as its file `owner` says: for errors, and to prove a death where the socket itself is gone.
 * A process is its pid and its start, of one boot and one pid namespace; a pid alone is given again.
 */
import { readFile, readlink } from 'node:fs/promises';
import { codeOf } from './system-error.js';

export interface Owner {
  /** The version of the layout of generation directories. */
  readonly version: number;
  readonly pid: number;
  /** In clock ticks since the boot; '' where the system does not tell, as are the others. */
  readonly start: string;
  readonly boot: string;
  readonly namespace: string;
}

export const LAYOUT_VERSION = 1;

export async function thisProcess(): Promise<Owner> {
  const [{ start }, boot, namespace] = await Promise.all([look('self'), bootId(), pidNamespace()]);
  return { version: LAYOUT_VERSION, pid: process.pid, start, boot, namespace };
}

/** `undefined` for anything that is not an owner's record. */
export function parseOwner(text: string | undefined): Owner | undefined {
  if (text === undefined) return undefined;
  try {
    const { version, pid, start, boot, namespace }: Partial<Record<keyof Owner, unknown>> = JSON.parse(text) ?? {};
    if (typeof version !== 'number' || typeof pid !== 'number') return undefined;
    return { version, pid, start: String(start), boot: String(boot), namespace: String(namespace) };
  } catch {
    return undefined;
  }
}

/** Whether it is proved that the process has ended. On doubt it is not. `observer`: this process. */
export async function isGone(owner: Owner, observer?: Owner): Promise<boolean> {
  const self = observer ?? (await thisProcess());
  if (owner.start === '' || owner.boot === '' || owner.namespace === '') return false;
  if (self.start === '' || self.boot === '' || self.namespace === '') return false;
  if (owner.boot !== self.boot) return true;
  if (owner.namespace !== self.namespace) return false;
  const { state, start, threads } = await look(owner.pid);
  if (start === '') return !exists(owner.pid);
  // A zombie has ended, and waits for its parent to look; its last thread has to be through too.
  return start !== owner.start || ('ZX'.includes(state) && threads <= 1);
}

/** Whether its process stands still: by SIGSTOP, or in a debugger. */
export async function isStopped({ pid, start }: Owner): Promise<boolean> {
  const found = await look(pid);
  return found.start === start && 'Tt'.includes(found.state) && found.state !== '';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

interface Look {
  readonly state: string;
  readonly threads: number;
  readonly start: string;
}

/** Fields 3, 20 and 22 of `stat`, counted from behind the command, which may hold anything. */
async function look(pid: number | 'self'): Promise<Look> {
  const stat = await text(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', threads: Number(fields[17] ?? 0), start: fields[19] ?? '' };
}

async function bootId(): Promise<string> {
  return (await text('/proc/sys/kernel/random/boot_id')).trim();
}

async function pidNamespace(): Promise<string> {
  return readlink('/proc/self/ns/pid').catch(() => '');
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/**
 * Who made a generation, as its file `owner` says: for errors, and to prove a death where the socket itself is gone.
 * A process is its pid and its start, of one boot and one pid namespace; a pid alone is given again. A worker thread ends
 * before its process does, so it is known by its own number besides.
 */
import { ofThisSystem } from './processes.js';
import type { Processes } from './processes.js';
import { codeOf } from './system-error.js';

export interface Owner {
  /** The version of the layout of generation directories. */
  readonly version: number;
  readonly pid: number;
  /** In clock ticks since the boot, or as the system says it; '' where it does not tell, as are the others. */
  readonly start: string;
  readonly boot: string;
  readonly namespace: string;
  /** In a worker thread. */
  readonly thread?: string;
}

const LAYOUT_VERSION = 1;

export async function thisProcess(processes: Processes = ofThisSystem): Promise<Owner> {
  const { pid } = process;
  const [{ start }, boot, namespace] = await Promise.all([processes.look(pid), processes.boot(), processes.namespace()]);
  const thread = processes.thread();
  return { version: LAYOUT_VERSION, pid, start, boot, namespace, ...(thread === '' ? {} : { thread }) };
}

/** `undefined` for anything that is not an owner's record. */
export function parseOwner(text: string | undefined): Owner | undefined {
  if (text === undefined) return undefined;
  try {
    const { version, pid, start, boot, namespace, thread }: Partial<Record<keyof Owner, unknown>> = JSON.parse(text) ?? {};
    if (typeof version !== 'number' || typeof pid !== 'number') return undefined;
    return { version, pid, start: String(start), boot: String(boot), namespace: String(namespace), ...(typeof thread === 'string' && THREAD.test(thread) ? { thread } : {}) };
  } catch {
    return undefined;
  }
}

/** Whether it is proved that the process, or its thread, has ended. On doubt it is not. `observer`: this process. */
export async function isGone(owner: Owner, observer?: Owner, processes: Processes = ofThisSystem): Promise<boolean> {
  const self = observer ?? (await thisProcess(processes));
  if (owner.namespace === '' || self.namespace === '') return false;
  if ((owner.boot === '') !== (self.boot === '')) return false;
  if (owner.boot !== self.boot) return true;
  if (owner.namespace !== self.namespace) return false;
  const { state, start, threads } = await processes.look(owner.pid);
  if (start === '') return !exists(owner.pid);
  if (owner.start === '') return false;
  // A zombie has ended, and waits for its parent to look; its last thread has to be through too.
  if (start !== owner.start || ('ZX'.includes(state) && threads <= 1)) return true;
  return owner.thread !== undefined && !(await processes.hasThread(owner.pid, owner.thread));
}

/** Whether its process stands still: by SIGSTOP, or in a debugger. */
export async function isStopped({ pid, start }: Owner, processes: Processes = ofThisSystem): Promise<boolean> {
  const found = await processes.look(pid);
  return found.start === start && 'Tt'.includes(found.state) && found.state !== '';
}

/** As a system numbers them: nothing that leads elsewhere. */
const THREAD = /^\d{1,10}$/;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

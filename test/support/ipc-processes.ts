/** The parent's part of a test with real children: links as they come, and bytes through them. */
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Link } from '../../src/core/star/link.js';
import type { Rendezvous } from '../../src/core/star/rendezvous.js';
import { RecordingSink } from './recording-sink.js';

export const IPC_CHILD = fileURLToPath(new URL('../processes/children/ipc-child.js', import.meta.url));

export interface Joined {
  readonly link: Link;
  readonly sink: RecordingSink;
}

/** Founds the group, and opens each link that comes. */
export class Entrance {
  readonly joined: Joined[] = [];
  readonly #emitter = new EventEmitter();
  readonly #close: () => Promise<void>;

  constructor(accept: (onLink: (link: Link) => void) => void, close: () => Promise<void>) {
    this.#close = close;
    accept((link) => {
      const sink = new RecordingSink();
      link.open(sink);
      this.joined.push({ link, sink });
      this.#emitter.emit('joined');
    });
  }

  /** The link that came as number `index`. */
  async joins(index: number): Promise<Joined> {
    for (;;) {
      const joined = this.joined[index];
      if (joined !== undefined) return joined;
      await once(this.#emitter, 'joined');
    }
  }

  async close(): Promise<void> {
    await this.#close();
    for (const { link } of this.joined) link.close();
  }
}

export async function acceptEverybody(rendezvous: Rendezvous): Promise<Entrance> {
  const meeting = await rendezvous.meet(new AbortController().signal);
  if (meeting.role !== 'authority') throw new Error('It is no parent.');
  return new Entrance((onLink) => meeting.accept(onLink), () => meeting.close());
}

/** Sends the bytes in portions, waits where the link says so, and resolves when as many have come back. */
export async function sendAround({ link, sink }: Joined, bytes: Buffer, portion: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += portion) {
    if (link.send(bytes.subarray(at, at + portion))) continue;
    sink.told.length = 0;
    await sink.hears('drained');
  }
  await sink.has(bytes.length);
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Lines that a process prints. */
export async function printed(child: ChildProcess, lines: number): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.split('\n').length > lines) break;
  }
  return text.split('\n').slice(0, lines);
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/**
 * The fork transport: a parent and its children, over the IPC channel that `fork` (or `spawn` with `'ipc'` in `stdio`)
 * puts between them. The parent is the authority for as long as it lives; a child finds its parent by itself.
 */
import type { ChildProcess } from 'node:child_process';
import { privateSocket } from '../adapters/duplex/private-socket.js';
import { askForLink } from '../adapters/ipc/asking.js';
import type { IpcChannel } from '../adapters/ipc/channel.js';
import { IpcDoors } from '../adapters/ipc/doors.js';
import type { Roads } from '../adapters/ipc/roads.js';
import type { Limits } from '../core/limits.js';
import type { Meeting, Rendezvous } from '../core/star/rendezvous.js';
import { star } from '../core/star/star.js';
import type { Transport } from '../core/transport.js';

export interface ForkOptions extends ForkMeetingOptions {
  readonly limits?: Partial<Limits>;
}

export interface ForkMeetingOptions {
  /** The children to begin with; `adopt` adds others at any time. */
  readonly children?: Iterable<ChildProcess>;
  /** Hubs of one group find each other, and share the channel with hubs of other groups undisturbed. Default `default`. */
  readonly group?: string;
  /** Default: a parent if it brings `children` or has no parent to talk to, else a child. A process in the middle says which. */
  readonly role?: 'parent' | 'child';
  /** `auto`, the default: by a private socket, or where there can be none over the IPC channel. `ipc`: over the channel in any case. */
  readonly via?: 'auto' | 'ipc';
}

export interface Adopter {
  /** Lets a child in. It may have been started long ago, or have asked already. Idempotent. Throws in a child. */
  adopt(child: ChildProcess): void;
}

export function fork({ limits = {}, ...options }: ForkOptions = {}): Transport & Adopter {
  const rendezvous = forkRendezvous(options);
  return Object.assign(star(rendezvous, { limits }), { adopt: (child: ChildProcess) => rendezvous.adopt(child) });
}

export function forkRendezvous({ children, group = 'default', role, via = 'auto' }: ForkMeetingOptions = {}): Rendezvous & Adopter {
  const isChild = role === undefined ? children === undefined && process.send !== undefined : role === 'child';
  const roads = via === 'auto' ? privateSocket : undefined;
  if (!isChild) return new Parent(children ?? [], group, roads);
  if (children !== undefined) throw new TypeError('A child of the fork transport takes no children. Make a second hub, with role \'parent\', for them.');
  if (!hasParent(process)) throw new TypeError('This process has no IPC channel to a parent: it was not started by fork(), nor with \'ipc\' in stdio.');
  return new Child(process, group, roads);
}

class Parent implements Rendezvous, Adopter {
  readonly name = 'fork';
  readonly suggestedName = 'parent';
  readonly #group: string;
  readonly #roads: Roads | undefined;
  readonly #children = new Set<ChildProcess>();
  #doors: IpcDoors | undefined;

  constructor(children: Iterable<ChildProcess>, group: string, roads: Roads | undefined) {
    this.#group = group;
    this.#roads = roads;
    for (const child of children) this.adopt(child);
  }

  adopt(child: ChildProcess): void {
    if (typeof child.send !== 'function') throw new TypeError(`Process ${child.pid} has no IPC channel. Start it by fork(), or with 'ipc' in stdio.`);
    if (!child.connected || this.#children.has(child)) return;
    // The dead are forgotten now and not when they die: a listener for that would stay on a child that outlives this hub.
    for (const known of this.#children) if (!known.connected) this.#children.delete(known);
    this.#children.add(child);
    this.#doors?.add(child);
  }

  async meet(): Promise<Meeting> {
    return {
      role: 'authority',
      epoch: 1,
      accept: (onLink) => {
        this.#doors = new IpcDoors({ group: this.#group, roads: this.#roads, onLink });
        for (const child of this.#children) this.#doors.add(child);
      },
      close: async () => {
        this.#doors?.close();
        this.#doors = undefined;
      },
    };
  }
}

class Child implements Rendezvous, Adopter {
  readonly name = 'fork';
  readonly #parent: IpcChannel;
  readonly #group: string;
  readonly #roads: Roads | undefined;

  constructor(parent: IpcChannel, group: string, roads: Roads | undefined) {
    this.#parent = parent;
    this.#group = group;
    this.#roads = roads;
  }

  adopt(): void {
    throw new TypeError('This hub is a child of the fork transport. Make a second one, with role \'parent\', for children of its own.');
  }

  async meet(signal: AbortSignal): Promise<Meeting> {
    const advice = 'Call createHub({ transport: \'fork\', children }) in the parent, in the same group; if this process is itself to be the parent, pass role: \'parent\'.';
    return { role: 'member', link: await askForLink(this.#parent, { group: this.#group, peer: 'the parent', advice, roads: this.#roads }, signal) };
  }
}

function hasParent(process: NodeJS.Process): process is NodeJS.Process & IpcChannel {
  return process.send !== undefined;
}

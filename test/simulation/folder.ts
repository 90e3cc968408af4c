/**
 * The folder in which a group meets, as the socket transport makes it: one broker at a time, succeeded when it is dead by
 * one who has its journal. That this holds is the affair of the model of the take-over; here it is taken for given.
 */
import { HubError } from '../../src/core/errors.js';
import type { Journal } from '../../src/core/star/journal.js';
import type { Link } from '../../src/core/star/link.js';
import { soundLength } from '../../src/core/star/records.js';
import type { Meeting, Rendezvous } from '../../src/core/star/rendezvous.js';
import { wire } from './wire.js';
import type { SimProcess, World } from './world.js';

export interface Plan {
  /** Whether answers wait for a flush. */
  readonly durability: 'process' | 'disk';
  /** What is broken on purpose. */
  readonly isDead?: (process: SimProcess) => boolean;
  readonly appendsLate?: boolean;
  readonly forgetsJournal?: boolean;
}

interface Reign {
  readonly process: SimProcess;
  readonly waiting: Link[];
  accept: ((link: Link) => void) | undefined;
}

export class Folder {
  readonly #world: World;
  readonly #plan: Plan;
  #epoch = 0;
  #reign: Reign | undefined;
  #journal: SimJournal | undefined;
  /** Whether the disk is full. */
  isFull = false;
  brokers = 0;
  #sessions = 0;
  readonly #resigned = new Set<string>();

  constructor(world: World, plan: Plan) {
    this.#world = world;
    this.#plan = plan;
  }

  get broker(): SimProcess | undefined {
    return this.#reign?.process;
  }

  rendezvous(process: SimProcess): Rendezvous {
    return {
      name: 'simulation',
      meet: (signal) => this.#meet(process, signal),
      proof: async () => `${process.name} ${++this.#sessions}`,
      resign: async (proof) => void (process.isAlive && this.#resigned.add(proof)),
    };
  }

  async #meet(process: SimProcess, signal: AbortSignal): Promise<Meeting> {
    await new Promise<void>((resolve) => this.#world.schedule(process, this.#world.random.next() * 5, resolve));
    signal.throwIfAborted();
    const reign = this.#reign;
    if (reign !== undefined && reign.process.isAlive) return { role: 'member', link: this.#link(process, reign) };
    return this.#succeed(process);
  }

  #link(process: SimProcess, reign: Reign): Link {
    const [near, far] = wire(process, reign.process);
    if (reign.accept === undefined) reign.waiting.push(far);
    else this.#world.schedule(reign.process, this.#world.random.next(), () => reign.accept?.(far));
    return near;
  }

  #succeed(process: SimProcess): Meeting {
    const reign: Reign = { process, waiting: [], accept: undefined };
    const journal = new SimJournal(this, process, this.#plan, this.#plan.forgetsJournal === true ? new Uint8Array(0) : (this.#journal?.bytes ?? new Uint8Array(0)));
    this.#epoch += 1;
    this.brokers += 1;
    this.#reign = reign;
    this.#journal = journal;
    this.#world.mark(`${process.name} is broker ${this.#epoch}`);
    return {
      role: 'authority',
      epoch: this.#epoch,
      journal,
      isDead: async (proof) => {
        const member = this.#world.processes.find(({ name }) => name === proof.split(' ')[0]);
        return this.#resigned.has(proof) || (member !== undefined && (this.#plan.isDead ?? isDead)(member));
      },
      accept: (onLink) => {
        reign.accept = onLink;
        for (const link of reign.waiting.splice(0)) onLink(link);
      },
      close: async () => {
        for (const link of reign.waiting.splice(0)) link.destroy(new HubError('UNAVAILABLE', 'Not the broker any more.'));
        if (this.#reign === reign) this.#reign = undefined;
      },
    };
  }
}

class SimJournal implements Journal {
  readonly #folder: Folder;
  readonly #process: SimProcess;
  readonly #plan: Plan;
  bytes: Uint8Array;
  #late: Uint8Array[] = [];

  constructor(folder: Folder, process: SimProcess, plan: Plan, past: Uint8Array) {
    this.#folder = folder;
    this.#process = process;
    this.#plan = plan;
    this.bytes = past.slice(0, soundLength(past, 'journal'));
    if (plan.durability === 'disk') this.sync = () => this.#sync();
  }

  sync: (() => Promise<void>) | undefined;

  past(): Uint8Array {
    return this.bytes;
  }

  append(records: Uint8Array): void {
    const { world } = this.#process;
    if (!this.#process.isAlive) return;
    if (this.#plan.appendsLate === true) {
      this.#late.push(Uint8Array.from(records));
      world.schedule(this.#process, 1, () => this.#write(this.#late.shift() ?? new Uint8Array(0)));
      return;
    }
    if (world.hasFaults && !this.#process.isSafe && world.random.chance(0.002)) {
      // Killed in the middle of the write: what it had written is there.
      this.#write(records.subarray(0, world.random.below(records.length + 1)));
      return this.#process.kill();
    }
    if (this.#folder.isFull) throw new Error('ENOSPC: no space left on device, write');
    this.#write(records);
  }

  replace(snapshot: Uint8Array): void {
    if (!this.#process.isAlive) return;
    if (this.#folder.isFull) throw new Error('ENOSPC: no space left on device, write');
    if (this.#process.call()) this.bytes = Uint8Array.from(snapshot);
  }

  #write(bytes: Uint8Array): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
  }

  #sync(): Promise<void> {
    const { world } = this.#process;
    return new Promise((resolve) => world.schedule(this.#process, world.random.next() * 3, resolve));
  }
}

function isDead(process: SimProcess): boolean {
  return !process.isAlive;
}

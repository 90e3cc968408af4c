/**
 * The folder in which a group meets, as the socket transport makes it: one broker at a time, succeeded when it is dead by
 * one who has its journal. That this holds is the affair of the model of the take-over; here it is taken for given.
 */
import { HubError } from '../../src/core/errors.js';
import { Estate } from '../../src/core/star/estate.js';
import type { Journal } from '../../src/core/star/journal.js';
import type { Link } from '../../src/core/star/link.js';
import { soundPart } from '../../src/core/star/sound-part.js';
import type { Meeting, Rendezvous } from '../../src/core/star/rendezvous.js';
import { JournalFile } from '../../src/transports/socket/journal-file.js';
import type { Disk } from '../../src/transports/socket/disk.js';
import { SimDisk } from './disk.js';
import type { Witness } from './witness.js';
import { wire } from './wire.js';
import type { SimProcess, World } from './world.js';

/** How the place works. Each can be had otherwise, to see that it is missed. */
export interface Seams {
  /** Whether answers wait for a flush. */
  readonly durability: 'process' | 'disk';
  /** What lies between a broker and its journal. */
  readonly journal: (journal: Journal, process: SimProcess) => Journal;
  /** What a process says of itself, once a session. */
  readonly proof: (process: SimProcess, session: number) => string;
  readonly isDead: (process: SimProcess) => boolean;
  /** Whether a broker may be succeeded. */
  readonly isOver: (broker: SimProcess) => boolean;
  /** Whether a note is left of those who could not say good-bye. */
  readonly notes: boolean;
  /** Whether a broker begins with what the last one has left. */
  readonly inherits: boolean;
  /** By how much an epoch is above the last. */
  readonly rise: number;
  /** What lies between a journal and the disk. */
  readonly disk: (disk: Disk) => Disk;
}

export const SOUND: Seams = {
  durability: 'process',
  journal: (journal) => journal,
  proof: ({ name }, session) => `${name} ${session}`,
  isDead: (process) => !process.isAlive,
  isOver: (broker) => !broker.isAlive,
  notes: true,
  inherits: true,
  rise: 1,
  disk: (disk) => disk,
};

interface Reign {
  readonly process: SimProcess;
  readonly since: number;
  readonly waiting: Link[];
  accept: ((link: Link) => void) | undefined;
}

export class Folder {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #seams: Seams;
  readonly disk: SimDisk;
  #epoch = 0;
  #boot = 0;
  /** In which the last broker began. */
  #begunIn = 0;
  #reign: Reign | undefined;
  brokers = 0;
  #sessions = 0;
  readonly #resigned = new Set<string>();

  constructor(world: World, witness: Witness, seams: Seams) {
    this.#world = world;
    this.#witness = witness;
    this.#seams = seams;
    this.disk = new SimDisk(world);
    this.disk.written = (path) => {
      const epoch = epochOf(path);
      if (epoch !== undefined && epoch < this.#epoch) witness.find('I1', `the broker of epoch ${epoch} writes in epoch ${this.#epoch}`);
    };
  }

  get broker(): SimProcess | undefined {
    return this.#reign?.process;
  }

  rendezvous(process: SimProcess): Rendezvous {
    return {
      name: 'simulation',
      meet: (signal) => this.#meet(process, signal),
      proof: async () => this.#seams.proof(process, ++this.#sessions),
      resign: async (proof) => void (process.isAlive && this.#seams.notes && this.#resigned.add(proof)),
    };
  }

  /** A broker has just begun that waits for flushes, and it may not have waited for one yet. */
  get isFresh(): boolean {
    return this.#seams.durability === 'disk' && this.#reign !== undefined && this.#world.now - this.#reign.since < FRESH;
  }

  /** What may have kept the group's time from being told. */
  get disturbances(): number {
    return this.brokers + this.disk.failures;
  }

  /** The machine goes down, with all that lives, and what its disk does not have is lost. */
  cutPower(): void {
    for (const process of this.#world.processes) process.end();
    this.disk.cutPower();
    this.#boot += 1;
    this.#epoch = this.disk.epochs.reduce((one, other) => Math.max(one, other), 0);
    if (this.#seams.durability === 'disk') this.#survives();
    this.#witness.forget();
  }

  #survives(): void {
    try {
      this.#witness.survives(this.#estate());
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.#witness.find('I9', error.message);
    }
  }

  /** What the next broker would begin with. */
  #estate(): Estate {
    const bytes = this.disk.read(`/g${this.#epoch}/journal`)?.bytes ?? new Uint8Array(0);
    return Estate.read(soundPart(bytes, 'journal', this.#afterCrash));
  }

  async #meet(process: SimProcess, signal: AbortSignal): Promise<Meeting> {
    for (;;) {
      await new Promise<void>((resolve) => this.#world.schedule(process, this.#world.random.next() * 5, resolve));
      signal.throwIfAborted();
      const reign = this.#reign;
      if (reign !== undefined && !this.#seams.isOver(reign.process)) return { role: 'member', link: this.#link(process, reign) };
      const meeting = this.#succeed(process);
      if (meeting !== undefined) return meeting;
    }
  }

  #link(process: SimProcess, reign: Reign): Link {
    const [near, far] = wire(process, reign.process);
    if (reign.accept === undefined) reign.waiting.push(far);
    else this.#world.schedule(reign.process, this.#world.random.next(), () => reign.accept?.(far));
    return near;
  }

  /** `undefined`: it cannot be done now. */
  #succeed(process: SimProcess): Meeting | undefined {
    const epoch = this.#epoch + this.#seams.rise;
    const [draft, folder] = [`/t-${process.name}`, `/g${epoch}`];
    const journal = this.#begin(process, draft, folder);
    if (journal === undefined || !process.call()) {
      this.disk.removeFolder(draft);
      return undefined;
    }
    this.#witness.reigns(epoch, this.#seams.inherits ? this.#estate() : undefined);
    this.disk.renameFolder(draft, folder);
    if (epoch > 2) this.disk.removeFolder(`/g${epoch - 2}`);
    const reign: Reign = { process, since: this.#world.now, waiting: [], accept: undefined };
    this.#epoch = epoch;
    this.#reign = reign;
    this.#begunIn = this.#boot;
    try {
      journal.published();
    } catch {
      this.#leave(reign);
      return undefined;
    }
    this.brokers += 1;
    this.#world.mark(`${process.name} is broker ${epoch}`);
    return {
      role: 'authority',
      epoch,
      journal: this.#seams.journal(journal, process),
      isDead: async (proof) => {
        const member = this.#world.processes.find(({ name }) => name === proof.split(' ')[0]);
        return this.#resigned.has(proof) || (member !== undefined && this.#seams.isDead(member));
      },
      accept: (onLink) => {
        reign.accept = onLink;
        for (const link of reign.waiting.splice(0)) onLink(link);
      },
      close: async () => this.#leave(reign),
    };
  }

  #leave(reign: Reign): void {
    for (const link of reign.waiting.splice(0)) link.destroy(new HubError('UNAVAILABLE', 'Not the broker any more.'));
    if (this.#reign === reign) this.#reign = undefined;
  }

  /** The machine has gone down since the last broker began. */
  get #afterCrash(): boolean {
    return this.#begunIn !== this.#boot;
  }

  #begin(process: SimProcess, draft: string, folder: string): JournalFile | undefined {
    const from = this.#seams.inherits && this.#epoch > 0 ? `/g${this.#epoch}` : undefined;
    try {
      return JournalFile.begin({ from, afterCrash: this.#afterCrash, draft, folder, durability: this.#seams.durability }, this.#seams.disk(this.disk.of(process)));
    } catch (error) {
      if (error instanceof HubError) this.#witness.find('I9', error.message);
      return undefined;
    }
  }
}

const FRESH = 6;

function epochOf(path: string): number | undefined {
  const [, epoch] = /^\/g(\d+)\//.exec(path) ?? [];
  return epoch === undefined ? undefined : Number(epoch);
}

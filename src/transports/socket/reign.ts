/** A broker's life in its generation: from the open door to the end, by its own will or because its place has gone. */
import { HubError } from '../../core/errors.js';
import type { Journal } from '../../core/star/journal.js';
import type { Link } from '../../core/star/link.js';
import type { Meeting } from '../../core/star/rendezvous.js';
import type { IsDead } from '../../core/star/return.js';
import type { Generations } from './generations.js';
import { thisProcess } from './owner.js';
import type { Owner } from './owner.js';
import type { Generation } from './take-over.js';
import type { Steps } from './steps.js';

/** How often a broker looks whether its generation is still there. */
const LOOK = 1000;
/** How often it says that it is in use. What cleans temporary folders takes ten days without that for its end, as a rule. */
const USE = 6 * 3_600_000;

export class Reign implements Authority {
  readonly role = 'authority';
  readonly epoch: number;
  readonly deposed: Promise<Error>;
  readonly journal?: Journal;
  #self: Promise<Owner> | undefined;
  readonly #generations: Generations;
  readonly #generation: Generation;
  readonly #watch = new AbortController();
  readonly #collected: Promise<void>;

  /** `place`: which folder on the disk the generation is. */
  constructor(generations: Generations, steps: Steps, epoch: number, generation: Generation, place: Place) {
    this.epoch = epoch;
    if (generation.journal !== undefined) this.journal = generation.journal;
    this.#generations = generations;
    this.#generation = generation;
    const using = setInterval(() => void generations.refresh(epoch).catch(() => undefined), USE);
    using.unref();
    this.#watch.signal.addEventListener('abort', () => clearInterval(using), { once: true });
    this.deposed = watch(steps, generations.folder(epoch), place, this.#watch.signal);
    // Rubbish harms nobody, and the next broker collects it.
    this.#collected = generations.collect(epoch).catch(() => undefined);
  }

  readonly isDead: IsDead = async (proof) => {
    this.#self ??= thisProcess();
    return this.#generations.isOver(proof, await this.#self);
  };

  accept(onLink: (link: Link) => void): void {
    this.#generation.door.accept(onLink);
  }

  /** The generation stays as it is: a socket that refuses is the proof of its end. */
  async close(): Promise<void> {
    this.#watch.abort();
    this.#generation.door.close();
    this.#generation.journal?.close();
    this.#generation.beacon.close();
    await this.#collected;
  }
}

type Authority = Extract<Meeting, { role: 'authority' }>;
export type Place = { readonly dev: number; readonly ino: number };

/** Resolves when another folder, or none, is where ours was. */
function watch(steps: Steps, folder: string, place: Place, signal: AbortSignal): Promise<Error> {
  return new Promise((resolve) => {
    const timer = setInterval(async () => {
      // What cannot be seen now is not proved gone.
      const found = await steps.look(folder).catch(() => place);
      if (found?.ino === place.ino && found.dev === place.dev) return;
      clearInterval(timer);
      resolve(new HubError('LOST', `The folder ${folder} of this process, the broker, has been removed. The group meets anew.`));
    }, LOOK);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  });
}

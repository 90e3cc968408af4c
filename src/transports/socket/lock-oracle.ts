/**
 * macOS: a broker holds a lock on a file of its generation, and whoever gets that lock knows that it is dead: the kernel
 * takes it from a process that ends, and nobody else locks a file for longer than it takes to ask. A refused connection
 * proves nothing here, for a full backlog refuses too.
 */
import { join } from 'node:path';
import type { Generations } from './generations.js';
import { UNKNOWN } from './oracle.js';
import type { Beacon, DeathOracle, Verdict } from './oracle.js';
import type { Steps } from './steps.js';

export class LockOracle implements DeathOracle {
  readonly isOpen = false;
  readonly #generations: Generations;
  readonly #steps: Steps;

  constructor(generations: Generations, steps: Steps) {
    this.#generations = generations;
    this.#steps = steps;
  }

  async light(draft: string): Promise<Beacon> {
    const lock = await this.#steps.lock(join(draft, FILE), true);
    return { address: join(draft, 's'), close: () => lock.close() };
  }

  async ask(generation: number): Promise<Verdict> {
    try {
      return { life: 'alive', link: await this.#steps.connect(this.#generations.socket(generation)) };
    } catch {
      return this.#isLetGo(generation);
    }
  }

  /** A lock that is held by its broker, or by another process that asks right now; or that is not there. */
  async #isLetGo(generation: number): Promise<Verdict> {
    try {
      (await this.#steps.lock(join(this.#generations.folder(generation), FILE), false)).close();
      return { life: 'dead' };
    } catch {
      return UNKNOWN;
    }
  }
}

const FILE = 'lock';

/**
 * Windows: a broker listens on a named pipe, under a name that it has made up and written down in its generation. The
 * kernel takes the name away with the last handle, and nobody ever makes up the same again: where there is no such pipe,
 * its broker is dead. A pipe is not in the folder, and other users can reach it.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Generations } from './generations.js';
import { UNKNOWN } from './oracle.js';
import type { Beacon, DeathOracle, Verdict } from './oracle.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

export class PipeOracle implements DeathOracle {
  readonly isOpen = true;
  readonly #generations: Generations;
  readonly #steps: Steps;

  constructor(generations: Generations, steps: Steps) {
    this.#generations = generations;
    this.#steps = steps;
  }

  async light(draft: string): Promise<Beacon> {
    const address = `${PIPES}interhub-${randomUUID()}`;
    await this.#steps.write(join(draft, FILE), address);
    return { address, close: () => undefined };
  }

  async ask(generation: number): Promise<Verdict> {
    const address = await this.#steps.read(join(this.#generations.folder(generation), FILE));
    if (address?.startsWith(PIPES) !== true) return UNKNOWN;
    try {
      return { life: 'alive', link: await this.#steps.connect(address) };
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? { life: 'dead' } : UNKNOWN;
    }
  }
}

const FILE = 'pipe';
const PIPES = '\\\\.\\pipe\\';

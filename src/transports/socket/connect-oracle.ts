/**
 * Linux: a socket that refuses has lost its listener, and no other ever gets that inode. A full backlog is told apart
 * (`EAGAIN`), which BSD and macOS do not do.
 */
import { join } from 'node:path';
import type { Generations } from './generations.js';
import { UNKNOWN, readOwner } from './oracle.js';
import type { Beacon, DeathOracle, Verdict } from './oracle.js';
import { isGone } from './owner.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

export class ConnectOracle implements DeathOracle {
  readonly isOpen = false;
  readonly #generations: Generations;
  readonly #steps: Steps;

  constructor(generations: Generations, steps: Steps) {
    this.#generations = generations;
    this.#steps = steps;
  }

  /** The socket itself is the beacon. */
  async light(draft: string): Promise<Beacon> {
    return { address: join(draft, 's'), close: () => undefined };
  }

  async ask(generation: number): Promise<Verdict> {
    const path = this.#generations.socket(generation);
    try {
      return { life: 'alive', link: await this.#steps.connect(path) };
    } catch (error) {
      switch (codeOf(error)) {
        case 'ECONNREFUSED':
          // So do a file and a folder.
          return { life: (await this.#steps.look(path))?.isSocket() ? 'dead' : 'unknown' };
        case 'ENOENT':
          return { life: (await this.#isOwnerGone(generation)) ? 'dead' : 'unknown' };
        default:
          return UNKNOWN;
      }
    }
  }

  /** Somebody has removed the socket, of a dead broker or of one that lives. */
  async #isOwnerGone(generation: number): Promise<boolean> {
    const owner = await readOwner(this.#generations, this.#steps, generation);
    return owner !== undefined && isGone(owner);
  }
}

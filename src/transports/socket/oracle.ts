/**
 * PORT. The one question on which the take-over rests: is the broker of a generation dead? Only a proof counts, and it
 * holds for ever. How the kernel can be asked differs from system to system.
 */
import type { Link } from '../../core/star/link.js';
import type { Generations } from './generations.js';
import { isGone, parseOwner } from './owner.js';
import type { Owner } from './owner.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

export interface DeathOracle {
  ask(generation: number): Promise<Verdict>;
}

export type Verdict =
  /** It listens, and this is the way to it. */
  | { readonly life: 'alive'; readonly link: Link }
  /** It will never serve again. */
  | { readonly life: 'dead' }
  /** It may be alive, but stopped or too busy: neither to be joined now nor to be succeeded. */
  | { readonly life: 'unknown' };

/**
 * Linux: a socket that refuses has lost its listener, and no other ever gets that inode. A full backlog is told apart
 * (`EAGAIN`), which BSD and macOS do not do.
 */
export class ConnectOracle implements DeathOracle {
  readonly #generations: Generations;
  readonly #steps: Steps;

  constructor(generations: Generations, steps: Steps) {
    this.#generations = generations;
    this.#steps = steps;
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
          return { life: 'unknown' };
      }
    }
  }

  /** Somebody has removed the socket, of a dead broker or of one that lives. */
  async #isOwnerGone(generation: number): Promise<boolean> {
    const owner = await readOwner(this.#generations, this.#steps, generation);
    return owner !== undefined && isGone(owner);
  }
}

export async function readOwner(generations: Generations, steps: Steps, generation: number): Promise<Owner | undefined> {
  return parseOwner(await steps.read(`${generations.folder(generation)}/owner`));
}

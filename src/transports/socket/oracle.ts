/**
 * PORT. The one question on which the take-over rests: is the broker of a generation dead? Only a proof counts, and it
 * holds for ever. What a broker holds as long as it lives, and how others see that it has let go, differs from system to system.
 */
import type { Link } from '../../core/star/link.js';
import type { Generations } from './generations.js';
import { parseOwner } from './owner.js';
import type { Owner } from './owner.js';
import type { Steps } from './steps.js';

export interface DeathOracle {
  /** Other users can reach a broker here, whatever the folder's mode is. */
  readonly isOpen: boolean;
  ask(generation: number): Promise<Verdict>;
  /** For a generation that is being built in this folder. It is lit before the generation has its name. */
  light(draft: string): Promise<Beacon>;
}

export type Verdict =
  /** It listens, and this is the way to it. */
  | { readonly life: 'alive'; readonly link: Link }
  /** It will never serve again. */
  | { readonly life: 'dead' }
  /** It may be alive, but stopped or too busy: neither to be joined now nor to be succeeded. */
  | { readonly life: 'unknown' };

/** By what others see that a broker lives: the kernel puts it out when the process dies, however it does. */
export interface Beacon {
  /** Where the broker listens. */
  readonly address: string;
  /** The broker is done. Idempotent. */
  close(): void;
}

export const UNKNOWN: Verdict = { life: 'unknown' };

export async function readOwner(generations: Generations, steps: Steps, generation: number): Promise<Owner | undefined> {
  return parseOwner(await steps.read(`${generations.folder(generation)}/owner`));
}

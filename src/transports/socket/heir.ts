/**
 * Who may succeed a dead broker: one under whom its group can go on. Who was given another secret would lock out all its
 * members, and who keeps nothing would drop what they hold; so it has to wait until none of them is left.
 */
import { join } from 'node:path';
import { HubError } from '../../core/errors.js';
import type { Secret } from '../../core/star/secret.js';
import type { Generations } from './generations.js';
import type { Durability } from './journal-file.js';
import { readOwner } from './oracle.js';
import { thisProcess } from './owner.js';
import type { Steps } from './steps.js';

export interface Heir {
  readonly durability: Durability;
  readonly secret: Secret | undefined;
}

/** A file of a generation whose broker has a secret: who knows that sees that it is the same. */
export const SEAL = 'seal';

export function sealOf(secret: Secret, generation: number): string {
  return secret.sign(sealed(generation));
}

/** Throws `REFUSED` or `UNSUPPORTED` while somebody may live who would lose by it. `last`: the dead broker's generation. */
export async function checkHeir({ durability, secret }: Heir, generations: Generations, steps: Steps, last: number): Promise<void> {
  const seal = await steps.read(join(generations.folder(last), SEAL));
  const strangeness = strangenessOf(secret, seal, last);
  if (strangeness === undefined && durability !== 'none') return;
  const self = await thisProcess();
  const owner = await readOwner(generations, steps, last);
  const proofs = await steps.proofs(generations.folder(last), owner?.boot !== self.boot);
  if (proofs === undefined && strangeness === undefined) return;
  const fates = (proofs ?? [undefined]).map((proof) => proof !== undefined && generations.isOver(proof, self));
  if ((await Promise.all(fates)).every((isOver) => isOver)) return;
  const end = proofs === undefined ? `, and remove the folder ${generations.path}, which keeps nothing` : '';
  if (strangeness !== undefined) {
    throw new HubError('REFUSED', `The group in ${generations.path} ${strangeness}, so it cannot go on under this one. Pass the same \`secret\` in all processes of the group; or end them all first${end}.`);
  }
  throw new HubError(
    'UNSUPPORTED',
    `The group in ${generations.path} has members that live, and keeps what they hold. This process, with the durability "none", would drop that. Pass "process" or "disk", the same in all processes of the group; or end them all first.`,
  );
}

function sealed(generation: number): string {
  return JSON.stringify(['interhub', 'seal', generation]);
}

function strangenessOf(secret: Secret | undefined, seal: string | undefined, generation: number): string | undefined {
  if (secret === undefined) return seal === undefined ? undefined : 'has a secret, and this process was given none';
  if (seal === undefined) return 'has no secret, and this process was given one';
  return secret.verify(sealed(generation), seal) ? undefined : 'has another secret than this process was given';
}

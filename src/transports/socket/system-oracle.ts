/** The oracle of the system that we are on. Those of macOS and Windows were written by the manual, and have not been run. */
import { ConnectOracle } from './connect-oracle.js';
import type { Generations } from './generations.js';
import { LockOracle } from './lock-oracle.js';
import type { DeathOracle } from './oracle.js';
import { PipeOracle } from './pipe-oracle.js';
import type { Steps } from './steps.js';

/** `undefined`: the system lets us know nothing that is a proof. */
export function systemOracle(generations: Generations, steps: Steps, platform: string = process.platform): DeathOracle | undefined {
  switch (platform) {
    case 'linux':
      return new ConnectOracle(generations, steps);
    case 'darwin':
      return new LockOracle(generations, steps);
    case 'win32':
      return new PipeOracle(generations, steps);
    default:
      return undefined;
  }
}

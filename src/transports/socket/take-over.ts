/**
 * Succeeding a dead broker, or being the first. The new generation is built aside and is complete, listening, before it
 * gets its name; one of all that try gets the name; and the name counts only when the past has not gone by it.
 * `test/models/takeover.test.ts` searches every interleaving of these steps.
 */
import { join } from 'node:path';
import { Door } from './door.js';
import type { Generations, Last } from './generations.js';
import { checkHeir, SEAL, sealOf } from './heir.js';
import type { Heir } from './heir.js';
import type { Durability, JournalFile } from './journal-file.js';
import { readOwner } from './oracle.js';
import type { Beacon, DeathOracle } from './oracle.js';
import { thisProcess } from './owner.js';
import type { Steps } from './steps.js';
import { codeOf } from './system-error.js';

/** Proved dead, or the beginning, which no broker bore. */
export type Predecessor = Extract<Last, { at: 'generation' | 'beginning' }>;

/** What a new generation has. */
export interface Generation {
  readonly door: Door;
  readonly journal: JournalFile | undefined;
  readonly beacon: Beacon;
}

/**
 * The next generation, its door not yet open; `undefined` when another process was faster, or the folder has gone.
 * Throws when the group cannot go on under this process, and the system's error.
 * Whatever happens, nothing of ours is left but a generation that is dead.
 */
export async function takeOver(
  generations: Generations,
  steps: Steps,
  oracle: DeathOracle,
  last: Predecessor,
  heir: Heir,
  signal: AbortSignal,
): Promise<Generation | undefined> {
  const draft = generations.draft();
  let beacon: Beacon | undefined;
  let door: Door | undefined;
  let journal: JournalFile | undefined;
  try {
    if (last.at === 'generation') await checkHeir(heir, generations, steps, last.number);
    signal.throwIfAborted();
    await steps.makeFolder(draft);
    signal.throwIfAborted();
    beacon = await oracle.light(draft);
    door = await Door.at(beacon.address, steps);
    signal.throwIfAborted();
    const self = await thisProcess();
    await steps.write(join(draft, 'owner'), JSON.stringify(self) + '\n');
    signal.throwIfAborted();
    if (heir.secret !== undefined) await steps.write(join(draft, SEAL), sealOf(heir.secret, last.number + 1));
    signal.throwIfAborted();
    journal = await inherit(generations, steps, last, { draft, durability: heir.durability, boot: self.boot });
    signal.throwIfAborted();
    if ((await generations.publish(draft, last.number + 1)) && (await isStillNext(generations, last))) {
      signal.throwIfAborted();
      await generations.setCurrent(last.number + 1);
      journal?.published();
      return { door, journal, beacon };
    }
    door.close();
    journal?.close();
    beacon.close();
    await steps.remove(draft);
    return undefined;
  } catch (error) {
    door?.close();
    journal?.close();
    beacon?.close();
    await steps.remove(draft);
    // Of a folder that has gone `listen` says EACCES.
    if (codeOf(error) === 'ENOENT' || (await steps.look(generations.path)) === undefined) return undefined;
    throw error;
  }
}

/**
 * Generations are collected only below `current`. So while it has not passed our predecessor, nobody has borne our number
 * before; else we have published under an old, collected name. Lower than it was, it is of another group in a new folder.
 */
async function isStillNext(generations: Generations, last: Predecessor): Promise<boolean> {
  const current = await generations.current();
  return current !== undefined && current.number >= last.current.number && current.number <= last.number;
}

interface Builder {
  readonly draft: string;
  readonly durability: Durability;
  readonly boot: string;
}

/** The predecessor is dead: nobody writes to its journal any more. */
async function inherit(generations: Generations, steps: Steps, last: Predecessor, { draft, durability, boot }: Builder): Promise<JournalFile | undefined> {
  const folder = generations.folder(last.number + 1);
  if (last.at === 'beginning') return steps.inherit({ from: undefined, afterCrash: false, draft, folder, durability });
  const owner = await readOwner(generations, steps, last.number);
  return steps.inherit({ from: generations.folder(last.number), afterCrash: owner?.boot !== boot, draft, folder, durability });
}

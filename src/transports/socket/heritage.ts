/**
 * What a broker begins with: its predecessor's journal. A broker that keeps none begins with nothing, and only where nothing
 * was to be kept: a durable map is not dropped because one process was given another option than the others.
 */
import { dirname, join } from 'node:path';
import { HubError } from '../../core/errors.js';
import { Estate } from '../../core/star/estate.js';
import { soundPart } from '../../core/star/sound-part.js';
import { systemDisk } from './disk.js';
import type { Disk } from './disk.js';
import { JournalFile, NAME } from './journal-file.js';
import type { Durability, JournalPlan } from './journal-file.js';

/** A journal to be, or none. */
export type Heritage = Omit<JournalPlan, 'durability'> & { readonly durability: Durability };

/** Throws `JOURNAL` when the predecessor's is damaged, `UNSUPPORTED` when it may not be dropped, and the system's error. */
export function inherit(heritage: Heritage, disk: Disk = systemDisk): JournalFile | undefined {
  const { durability } = heritage;
  if (durability !== 'none') return JournalFile.begin({ ...heritage, durability }, disk);
  checkNothingKept(heritage, disk);
  return undefined;
}

/** What would prove the death of each member of a dead broker's time; `undefined`: it kept no journal. Throws as `inherit` does. */
export function proofs(generation: string, afterCrash: boolean, disk: Disk = systemDisk): readonly (string | undefined)[] | undefined {
  const estate = left(generation, afterCrash, disk);
  return estate && [...estate.ledger.members.keys()].map((number) => estate.proofs.get(number));
}

function checkNothingKept({ from, afterCrash }: Heritage, disk: Disk): void {
  const maps = from === undefined ? [] : (left(from, afterCrash, disk)?.durableMaps ?? []);
  if (from === undefined || maps.length === 0) return;
  const names = maps.slice(0, SHOWN).map((map) => JSON.stringify(map)).join(', ') + (maps.length > SHOWN ? ' ...' : '');
  throw new HubError(
    'UNSUPPORTED',
    `The journal ${join(from, NAME)} holds what is to outlive its group: ${maps.length === 1 ? 'the durable map' : `${maps.length} durable maps,`} ${names}. This process, with the durability "none", would drop it. Pass "process" or "disk", the same in all processes of the group; or remove the folder ${dirname(from)} to begin with nothing.`,
  );
}

function left(generation: string, afterCrash: boolean, disk: Disk): Estate | undefined {
  const path = join(generation, NAME);
  const found = disk.read(path);
  return found && Estate.read(soundPart(found.bytes, path, afterCrash));
}

/** So many maps are named. */
const SHOWN = 3;

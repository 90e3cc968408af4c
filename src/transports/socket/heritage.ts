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

function checkNothingKept({ from, afterCrash }: Heritage, disk: Disk): void {
  const path = from === undefined ? undefined : join(from, NAME);
  const left = path === undefined ? undefined : disk.read(path);
  if (path === undefined || left === undefined) return;
  const maps = Estate.read(soundPart(left.bytes, path, afterCrash)).durableMaps;
  if (maps.length === 0) return;
  const names = maps.slice(0, SHOWN).map((map) => JSON.stringify(map)).join(', ') + (maps.length > SHOWN ? ' ...' : '');
  throw new HubError(
    'UNSUPPORTED',
    `The journal ${path} holds what is to outlive its group: ${maps.length === 1 ? 'the durable map' : `${maps.length} durable maps,`} ${names}. This process, with the durability "none", would drop it. Pass "process" or "disk", the same in all processes of the group; or remove the folder ${dirname(dirname(path))} to begin with nothing.`,
  );
}

/** So many maps are named. */
const SHOWN = 3;

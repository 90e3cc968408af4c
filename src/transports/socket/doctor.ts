/** What is in the folder of a group, and why it is as it is: for people who want to know. It changes nothing but what it is told to. */
import { copyFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Estate } from '../../core/star/estate.js';
import { eachRecord } from '../../core/star/record.js';
import { salvage, soundPart } from '../../core/star/sound-part.js';
import { openFolder } from './folder.js';
import { GENERATION, Generations } from './generations.js';
import { NAME } from './journal-file.js';
import { readOwner } from './oracle.js';
import type { Verdict } from './oracle.js';
import { isGone, isStopped, thisProcess } from './owner.js';
import type { Owner } from './owner.js';
import { system } from './steps.js';
import { systemOracle } from './system-oracle.js';

export interface Finding {
  readonly generation: number;
  readonly owner: Owner | undefined;
  /** What the system lets us know, in a sentence. */
  readonly life: string;
  readonly journal: JournalFinding | undefined;
  /** What somebody has removed, so that nobody finds the way to it. */
  readonly missing: string | undefined;
}

export type JournalFinding =
  | { readonly state: 'sound'; readonly size: number; readonly records: number; readonly members: readonly string[] }
  | { readonly state: 'damaged'; readonly size: number; readonly why: string };

/** The generations that are there, the oldest first; none where no group has met. */
export async function examine(path: string): Promise<readonly Finding[]> {
  if (!(await openFolder(system, path, false))) return [];
  const generations = new Generations(path, system);
  const last = await generations.last();
  const names = await system.list(path);
  const numbers = names.flatMap((name) => GENERATION.exec(name)?.[1] ?? []).map(Number).sort((a, b) => a - b);
  const { boot } = await thisProcess();
  const findings: Finding[] = [];
  for (const number of numbers) {
    const owner = await readOwner(generations, system, number);
    // The last one, even where `current` does not lead to it any more.
    const isLast = number === numbers.at(-1);
    const life = isLast ? await lifeOf(generations, number, owner) : 'dead: another has come after it';
    const missing = isLast && last.at === 'damage' ? last.missing : undefined;
    findings.push({ generation: number, owner, life, journal: await journalOf(generations.folder(number), owner?.boot !== boot), missing });
  }
  return findings;
}

/**
 * Takes what can be read of the last journal, and leaves out the rest: from where to where, in bytes. The damaged one is
 * kept beside it, as `journal.damaged`. Only for a group whose broker is dead.
 */
export async function salvageJournal(path: string): Promise<readonly (readonly [number, number])[]> {
  if (!(await openFolder(system, path, false))) return [];
  const generations = new Generations(path, system);
  const last = await generations.last();
  if (last.at !== 'generation') return [];
  const verdict = await ask(generations, last.number);
  if (verdict.life === 'alive') verdict.link.close();
  if (verdict.life !== 'dead') throw new Error(`The broker of generation ${last.number} is not proved dead: its journal is its own.`);
  const file = join(generations.folder(last.number), NAME);
  const { sound, dropped } = salvage(await readFile(file));
  if (dropped.length === 0) return [];
  await writeFile(`${file}.salvaged`, sound, { mode: 0o600 });
  // At no moment there is none: who comes just then would begin with nothing.
  await copyFile(file, `${file}.damaged`);
  await rename(`${file}.salvaged`, file);
  return dropped;
}

async function ask(generations: Generations, number: number): Promise<Verdict> {
  return systemOracle(generations, system)?.ask(number) ?? { life: 'unknown' };
}

async function lifeOf(generations: Generations, number: number, owner: Owner | undefined): Promise<string> {
  const verdict = await ask(generations, number);
  switch (verdict.life) {
    case 'alive':
      verdict.link.close();
      if (owner !== undefined && (await isStopped(owner))) return 'stopped: it listens, but its process does not run. It is waited for; continue it, or kill it';
      return 'alive: its socket listens';
    case 'dead':
      return 'dead: its socket refuses. The next process to come will succeed it';
    case 'unknown':
      if (owner !== undefined && (await isGone(owner))) return 'dead: its process is gone';
      return 'not known to be dead: its socket neither answers nor refuses. It is waited for';
  }
}

async function journalOf(folder: string, afterCrash: boolean): Promise<JournalFinding | undefined> {
  const bytes = await readFile(join(folder, NAME)).catch(() => undefined);
  if (bytes === undefined) return undefined;
  try {
    const sound = soundPart(bytes, join(folder, NAME), afterCrash);
    let records = 0;
    eachRecord(sound, () => {
      records += 1;
    });
    const members = [...Estate.read(sound).ledger.members.values()].map(({ name, number, pid }) => `${name} (number ${number}, process ${pid})`);
    return { state: 'sound', size: bytes.length, records, members };
  } catch (error) {
    return { state: 'damaged', size: bytes.length, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Prints what is in the folder of a group. */
import { examine, salvageJournal } from '../transports/socket/doctor.js';
import type { Finding, JournalFinding } from '../transports/socket/doctor.js';

/** The exit code is 1 when the group cannot go on without help. */
export async function diagnose(path: string, mayChange: boolean): Promise<void> {
  if (mayChange) {
    const dropped = await salvageJournal(path);
    if (dropped.length === 0) print('Nothing had to be salvaged.');
    for (const [from, to] of dropped) print(`Dropped from the last journal: bytes ${from} to ${to}. The damaged one is kept as journal.damaged.`);
  }
  const findings = await examine(path);
  if (findings.length === 0) return print(`No group has met in ${path} yet.`);
  for (const finding of findings) describe(finding);
  const last = findings.at(-1);
  if (last?.missing !== undefined) print(`In ${path} "${last.missing}" is missing: somebody has removed it, and nobody can come in. End all processes of the group, and remove the folder.`);
  if (last?.missing !== undefined || last?.journal?.state === 'damaged') process.exitCode = 1;
}

function describe({ generation, owner, life, journal }: Finding): void {
  print(`generation ${generation}`);
  print(`  owner    ${owner === undefined ? 'not recorded' : `process ${owner.pid}`}`);
  print(`  broker   ${life}`);
  print(`  journal  ${describeJournal(journal)}`);
}

function describeJournal(journal: JournalFinding | undefined): string {
  if (journal === undefined) return 'none: it keeps nothing (durability none)';
  if (journal.state === 'damaged') return `${journal.size} bytes, damaged: ${journal.why}`;
  const { size, records, members } = journal;
  return `${size} bytes, ${records} records; members: ${members.length === 0 ? 'none' : members.join(', ')}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

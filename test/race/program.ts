/**
 * `npm run race -- --kills N [--processes N]`: the broker of a group is killed so often, in each of three modes: as it is, with a pause
 * between any two steps of a take-over, and with processes that kill themselves in the middle of one. Says how often there were two, or none.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Race } from './race.js';
import type { Succession } from './race.js';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, processes: { type: 'string', default: '16' } } });
const [kills, processes] = [Number(values.kills), Number(values.processes)];
/** How long nobody may serve, in ms. */
const PATIENCE = 30_000;

for (const mode of ['plain', 'jitter', 'crash'] as const) {
  const folder = await mkdtemp(join(tmpdir(), 'ih-'));
  const race = new Race(join(folder, 'hub'), mode, processes);
  const begun = performance.now();
  await race.settled();
  const successions: Succession[] = [];
  let nones = 0;
  for (let kill = 0; kill < kills; kill++) {
    const succession = await race.succession(PATIENCE);
    if (succession === undefined) nones += 1;
    else successions.push(succession);
    race.fill();
    await race.settled();
  }
  const doubles = race.overlaps().length;
  await race.end();
  await rm(folder, { recursive: true });
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const broker = spread(successions.map((each) => each.broker));
  const all = spread(successions.map((each) => each.all));
  console.log(`${mode}: ${kills} kills among ${processes} processes in ${seconds} s: ${doubles} doubles, ${nones} nones; a new broker after ${broker}, all back after ${all}`);
  if (doubles + nones > 0) process.exitCode = 1;
}

function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0);
  return `${at(0.5)} ms (p50), ${at(0.99)} ms (p99)`;
}

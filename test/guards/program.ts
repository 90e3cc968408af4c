/**
 * `npm run costs`: what each operation costs. With `-- --write` that becomes what the guard holds it to, in costs.json.
 * Anything else names the operations. It runs itself again, for Node has to be started with flags of its own.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { measure, NODE_FLAGS } from './measure.js';
import type { Costs } from './measure.js';
import { OPERATIONS } from './operations.js';
import { PLANTS } from './plants.js';

/** In the sources, where it is kept. */
export const KEPT = fileURLToPath(new URL('../../../test/guards/costs.json', import.meta.url));

export interface Kept {
  /** Other versions of Node take other memory for the same. */
  readonly node: string;
  readonly operations: Readonly<Record<string, Costs>>;
}

/** In a process of its own. `plant` names what is done wrong on purpose. */
export function measureApart(operations: readonly string[], plant?: string): Kept {
  const { stdout, status, stderr } = spawnSync(process.execPath, [...NODE_FLAGS, fileURLToPath(import.meta.url), '--apart', plant ?? '', ...operations], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The costs could not be measured: ${stderr}`);
  return JSON.parse(stdout) as Kept;
}

const [mode, ...rest] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) await (mode === '--apart' ? tell(rest) : show());

async function tell([plant = '', ...names]: readonly string[]): Promise<void> {
  const operations: Record<string, Costs> = {};
  for (const name of names) operations[name] = await measure(name, PLANTS[plant]);
  console.log(JSON.stringify({ node: majorOf(process.version), operations } satisfies Kept));
}

async function show(): Promise<void> {
  const isWriting = process.argv.includes('--write');
  const asked = process.argv.slice(2).filter((argument) => argument !== '--write');
  const costs = measureApart(isWriting || asked.length === 0 ? Object.keys(OPERATIONS) : asked);
  console.table(costs.operations);
  if (isWriting) await writeFile(KEPT, `${JSON.stringify(costs, null, 2)}\n`);
}

export function majorOf(version: string): string {
  return version.split('.', 1)[0] ?? '';
}

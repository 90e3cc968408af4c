/** `npm run chaos -- --minutes N [--seed S]`: one group of real processes after the other, and what happens to them. */
import { parseArgs } from 'node:util';
import { wreak } from './chaos.js';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } } });
/** How long one group lives, in ms. */
const LIFE = 12_000;

const until = performance.now() + Number(values.minutes) * 60_000;
let [groups, faults, grants, operations, failures] = [0, 0, 0, 0, 0];
for (let seed = Number(values.seed ?? Math.floor(Math.random() * 1e6)); performance.now() < until; seed++) {
  const report = await wreak(seed, LIFE);
  groups += 1;
  faults += report.faults.length;
  grants += report.grants;
  operations += report.operations;
  console.log(`seed ${seed}: ${report.faults.length} faults, ${report.grants} grants, ${report.operations} operations, ${report.findings.length} findings`);
  if (report.findings.length === 0) continue;
  failures += 1;
  console.error([...report.faults, ...report.findings].join('\n'));
}
console.log(`${groups} groups, ${faults} faults, ${grants} grants, ${operations} operations: ${failures} broke a promise`);
process.exitCode = failures === 0 ? 0 : 1;

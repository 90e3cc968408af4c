/** `npm run simulate -- --seeds N [--from SEED]` or `--seed SEED`: groups and their troubles, one for each seed. */
import { parseArgs } from 'node:util';
import { liveAll } from './lives.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10000' }, from: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const from = Number(values.seed ?? values.from);
const to = values.seed === undefined ? from + Number(values.seeds) : from + 1;

const begun = performance.now();
const { lives, brokers, grants, messages, steps, failures } = await liveAll(from, to);
for (const failure of failures) console.error(failure);
const seconds = (performance.now() - begun) / 1_000;
console.log(`${lives} groups, ${brokers} brokers, ${grants} grants, ${messages} messages, ${steps} steps in ${seconds.toFixed(1)} s: ${failures.length} broke a promise`);
process.exitCode = failures.length === 0 ? 0 : 1;

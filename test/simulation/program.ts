/** `npm run simulate -- --seeds N [--from SEED]` or `--seed SEED`: groups and their troubles, one for each seed. */
import { parseArgs } from 'node:util';
import { simulate } from './simulate.js';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '10000' }, from: { type: 'string', default: '1' }, seed: { type: 'string' } } });
const from = Number(values.seed ?? values.from);
const to = values.seed === undefined ? from + Number(values.seeds) : from + 1;

const begun = performance.now();
let [steps, grants, messages, brokers, failures] = [0, 0, 0, 0, 0];
for (let seed = from; seed < to; seed++) {
  const story = await simulate(seed);
  steps += story.steps;
  grants += story.grants;
  messages += story.messages;
  brokers += story.brokers;
  if (story.findings.length === 0) continue;
  failures += 1;
  console.error(`seed ${seed}, after ${story.steps} steps: ${story.findings.join('; ')}`);
}
const seconds = (performance.now() - begun) / 1_000;
console.log(`${to - from} groups, ${brokers} brokers, ${grants} grants, ${messages} messages, ${steps} steps in ${seconds.toFixed(1)} s: ${failures} broke a promise`);
process.exitCode = failures === 0 ? 0 : 1;

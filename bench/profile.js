/**
 * Where the time goes: runs one workload with `--cpu-prof` in the hub and in the first member, and prints the functions in
 * which each spent the most time itself. The profiles stay in bench/profiles/, for Chrome's DevTools.
 *
 *   node profile.js WORKLOAD [--system interhub-socket] [--time 3000] [--top 25]
 */
import { mkdir, readFile } from 'node:fs/promises';
import { pathToFileURL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCell } from './harness/cell.js';
import { figure, UNITS } from './harness/samples.js';
import { load } from './systems/index.js';
import { workloads } from './workloads.js';

const { values: options, positionals: [asked] } = parseArgs({
  allowPositionals: true,
  options: {
    system: { type: 'string', default: 'interhub-socket' },
    with: { type: 'string' },
    time: { type: 'string', default: '3000' },
    top: { type: 'string', default: '25' },
  },
});
// File by file, and not bundled: so each function is named with the file that it stands in.
process.env.INTERHUB ??= fileURLToPath(new URL('../dist/src/index.js', import.meta.url));
const workload = workloads.find(({ name }) => name === asked);
if (workload === undefined) throw new TypeError(`Say which workload: one of ${workloads.map(({ name }) => name).join(', ')}.`);
const system = await (options.with === undefined ? load(options.system) : load(options.with, pathToFileURL(options.with).href));
if (system.missing !== undefined) throw new Error(`${options.system} cannot be loaded: ${system.missing}`);

const folder = fileURLToPath(new URL(`profiles/${asked}-${system.key.replace(/\W+/g, '-')}`, import.meta.url));
await mkdir(folder, { recursive: true });
const sample = await runCell(system, workload, { warm: 500, time: Number(options.time), profile: folder });
console.log(`${system.name}, ${workload.title}: ${figure(workload, sample).toFixed(1)} ${UNITS[workload.figure]} (profiled)`);
for (const end of ['member', 'hub']) await print(end);

async function print(end) {
  const profile = JSON.parse(await readFile(`${folder}/${end}.cpuprofile`, 'utf8'));
  const rows = selfTimes(profile);
  const busy = [...rows.values()].reduce((sum, time) => sum + time, 0);
  console.log(`\n${end}: busy ${(busy / 1000).toFixed(0)} ms of ${((profile.endTime - profile.startTime) / 1000).toFixed(0)} ms`);
  for (const [name, time] of [...rows].sort(([, a], [, b]) => b - a).slice(0, Number(options.top))) {
    console.log(`  ${(time / busy * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

/** Self time in µs by function; idle time is nobody's. */
function selfTimes({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map();
  samples.forEach((id, i) => {
    const { functionName, url, lineNumber } = byId.get(id).callFrame;
    if (functionName === '(idle)') return;
    const place = url === '' ? '' : `  ${url.replace(/^.*\/(?=[^/]+\/[^/]+$)/, '')}:${lineNumber + 1}`;
    const name = `${functionName || '(anonymous)'}${place}`;
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]);
  });
  return times;
}

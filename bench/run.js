/**
 * The runner: every system under every workload, in processes that are fresh for each cell, round by round, so that what
 * the machine does meanwhile meets all of them; odd rounds go backwards. `npm run bench` gives the short table.
 *
 *   node run.js [--full] [--workloads ask,lock] [--systems interhub,ipc] [--rounds 3] [--warm 500] [--time 600]
 *               [--with FILE]... [--quiet-machine 0.1] [--minutes 5] [--docs]
 *
 * `--workloads` and `--systems` take beginnings of names, `--with` the file of one more system. A sample that was taken while
 * others kept the machine busy beyond `--quiet-machine` is taken again, twice at most and while there is time, and the
 * quietest is kept. When `--minutes` are over (the short table has five) no workload begins another round. The result is written to results/ as JSON, Markdown and a chart; with `--docs` to docs/benchmarks.md too.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { runCell } from './harness/cell.js';
import { chart } from './harness/chart.js';
import { describe } from './harness/machine.js';
import { markdown, table } from './harness/report.js';
import { figure, summarize } from './harness/samples.js';
import { load, names, short } from './systems/index.js';
import { workloads } from './workloads.js';

const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    workloads: { type: 'string' },
    systems: { type: 'string' },
    rounds: { type: 'string' },
    warm: { type: 'string', default: '500' },
    time: { type: 'string', default: '600' },
    with: { type: 'string', multiple: true, default: [] },
    'quiet-machine': { type: 'string', default: '0.1' },
    minutes: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.full ? 5 : 2));
const warm = Number(options.warm);
const time = Number(options.time);
const limit = Number(options['quiet-machine']);
const RETRIES = 2;

const asked = workloads.filter((workload) => (options.workloads === undefined ? options.full || workload.short : begins(workload.name, options.workloads)));
const wanted = names.filter((name) => (options.systems === undefined ? options.full || options.workloads !== undefined || short.includes(name) : begins(name, options.systems)));
const extra = options.with.map((file) => load(file, pathToFileURL(file).href));
const loaded = await Promise.all([...wanted.map((name) => load(name)), ...extra]);
const systems = loaded.filter(({ missing }) => missing === undefined);
for (const { key, missing } of loaded) if (missing !== undefined) console.error(`\n!!! SKIPPED: ${key} cannot be loaded: ${missing}\n`);

const rows = asked.map((workload) => ({ workload, cells: systems.filter((system) => takes(system, workload)).map((system) => ({ system, samples: [], worst: 0 })) }));
const count = rows.reduce((sum, { cells }) => sum + cells.length, 0) * rounds;
const planned = count * (warm + time + 500);
console.log(`${describe()}\n${count} cells, about ${Math.ceil(planned / 60_000)} minutes`);

const start = performance.now();
const isShort = !options.full && options.workloads === undefined && options.systems === undefined;
const budget = options.minutes !== undefined ? Number(options.minutes) * 60_000 : isShort ? 300_000 : planned * 1.3;
const failed = new Set();
let taken = 0;
let isCut = false;
for (let round = 0; round < rounds; round++) {
  for (const row of rows) {
    isCut ||= round > 0 && elapsed() > budget;
    if (isCut) {
      if (round === rounds - 1) console.log(table(row.workload, row.cells));
      continue;
    }
    for (const cell of round % 2 === 1 ? row.cells.toReversed() : row.cells) await take(row.workload, cell);
    if (process.stderr.isTTY) process.stderr.write(`\rround ${round + 1} of ${rounds}: ${row.workload.name}\x1b[K`);
    if (round === rounds - 1) console.log(table(row.workload, row.cells));
  }
}
if (isCut) console.log(`\nThe machine was busy, and the time over: some rows have fewer than ${rounds} rounds. Let it have more by --minutes.`);
await save();
if (failed.size > 0) process.exitCode = 1;

async function take(workload, cell) {
  const { system } = cell;
  const name = `${system.key} ${workload.name}`;
  if (failed.has(name)) return;
  let best;
  for (let attempt = 0; attempt <= RETRIES && (best === undefined || (best.foreign > limit && isInTime())); attempt++) {
    try {
      const sample = await runCell(system, workload, { warm, time });
      if (best === undefined || sample.foreign < best.foreign) best = sample;
    } catch (error) {
      if (attempt === 0) continue;
      failed.add(name);
      console.error(`\n!!! FAILED: ${system.name}, ${workload.title}: ${error.message}\n`);
      break;
    }
  }
  taken++;
  if (best === undefined) return;
  cell.samples.push(best);
  cell.worst = Math.max(cell.worst, best.foreign);
}

function elapsed() {
  return performance.now() - start;
}

/** Whether so much is done already as has to be by now. */
function isInTime() {
  return elapsed() < (budget * taken) / count;
}

async function save() {
  const measured = rows.map(({ workload, cells }) => ({
    workload,
    cells: Object.fromEntries(cells.filter(({ samples }) => samples.length > 0).map(({ system, samples }) => [system.key, summarize(workload, samples)])),
  }));
  const command = `node run.js ${process.argv.slice(2).join(' ')}`.trim();
  const report = { command, rounds, time, columns: systems.map(({ key, name }) => ({ key, name })), rows: measured };
  const at = new Date().toISOString().replace(/[:.]/g, '-');
  const folder = new URL('results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const samples = rows.flatMap(({ workload, cells }) => cells.map((cell) => ({
    workload: workload.name, system: cell.system.key, figures: cell.samples.map((sample) => figure(workload, sample)), foreign: cell.samples.map(({ foreign }) => foreign),
  })));
  await writeFile(new URL(`${at}.json`, folder), JSON.stringify({ machine: describe(), at, ...report, rows: measured.map(({ workload, cells }) => ({ workload: workload.name, cells })), samples }, null, 2));
  await writeFile(new URL(`${at}.md`, folder), markdown(report));
  await writeFile(new URL(`${at}.svg`, folder), chart(report));
  if (options.docs) await publish(report, at);
  const busiest = Math.max(...rows.flatMap(({ cells }) => cells.map(({ worst }) => worst)));
  console.log(`\nOther programs took up to ${Math.round(busiest * 100)} % of the machine during a sample. Written: bench/results/${at}.json, .md and .svg`);
}

/** What the page says around the table is written by hand. */
async function publish(report, at) {
  const page = new URL('../docs/benchmarks.md', import.meta.url);
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split('<!-- measured -->\n');
  const after = rest?.split('<!-- /measured -->')[1];
  if (after === undefined) throw new Error('docs/benchmarks.md has no place for the table: <!-- measured --> and <!-- /measured -->.');
  await writeFile(page, `${before}<!-- measured -->\n${at.slice(0, 10)}. ${markdown(report)}\n<!-- /measured -->${after}`);
  await writeFile(new URL('../docs/benchmarks.svg', import.meta.url), chart(report));
}

function takes(system, workload) {
  if (system.only !== undefined && !system.only.includes(workload.name)) return false;
  return system.can.includes(workload.needs) && !(system.not ?? []).includes(workload.name);
}

function begins(name, list) {
  return list.split(',').some((beginning) => name.startsWith(beginning));
}

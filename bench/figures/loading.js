/** What an import takes, in time and in memory, beyond a process that imports nothing: fresh processes, in turns. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROCESSES = 20;

/** What users import; the same, file by file; and what others are like here. */
const IMPORTS = {
  'nothing': undefined,
  'interhub': '../../dist/bundle/index.js',
  'interhub/transport': '../../dist/bundle/transport.js',
  'interhub, not bundled': '../../dist/src/index.js',
  'p-queue alone': '../../node_modules/p-queue/dist/index.js',
  'ws': '../node_modules/ws/wrapper.mjs',
  'ioredis': '../node_modules/ioredis/built/index.js',
};

export function loading() {
  const samples = Object.entries(IMPORTS)
    .map(([name, file]) => ({ name, url: file === undefined ? undefined : new URL(file, import.meta.url), times: [], sizes: [] }))
    .filter(({ url }) => url === undefined || existsSync(fileURLToPath(url)));
  for (let round = 0; round < PROCESSES; round++) {
    for (const { url, times, sizes } of round % 2 === 1 ? samples.toReversed() : samples) {
      const [time, size] = inFreshProcess(url);
      times.push(time);
      sizes.push(size);
    }
  }
  const [bare] = samples;
  return samples.map(({ name, times, sizes }) => ({
    'import': name, 'p50 ms': round(median(times)), 'fastest ms': round(Math.min(...times)), 'MB more': round((median(sizes) - median(bare.sizes)) / 1e6),
  }));
}

function inFreshProcess(url) {
  const code = `
    const from = performance.now();
    ${url === undefined ? '' : `await import(${JSON.stringify(url.href)});`}
    const took = performance.now() - from;
    console.log(JSON.stringify([took, process.memoryUsage.rss()]));
    process.exit();`;
  return JSON.parse(spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).stdout);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function round(value) {
  return Number(value.toFixed(1));
}

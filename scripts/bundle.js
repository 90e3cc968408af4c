/**
 * Makes of dist/src, a hundred files and more, the few in dist/bundle that users import: one for each entry of
 * package.json, and the chunks that they share, so that there is one instance of every class whichever door it came
 * through. All lie in one folder: what is found by `new URL('x.js', import.meta.url)` stands beside whoever looks for it.
 */
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const { bin, dependencies, exports } = JSON.parse(await readFile(resolve(ROOT, 'package.json'), 'utf8'));

/** Started as processes, by their path. */
const PROGRAMS = ['compat/cluster-dispatch/library-process.js', 'compat/cluster-dispatch/app-process.js'];

const doors = Object.values(exports).filter((entry) => typeof entry === 'object');
const outputs = [...doors.map((door) => door.default), ...Object.values(bin)];
const folder = dirname(outputs[0]);
const sources = [...doors.map(({ types }) => types.replace(/\.d\.ts$/, '.js')), './dist/src/bin/interhub.js', ...PROGRAMS.map((file) => `./dist/src/${file}`)];

await rm(resolve(ROOT, folder), { recursive: true, force: true });
await build({
  absWorkingDir: ROOT,
  entryPoints: Object.fromEntries(sources.map((source) => [basename(source, '.js'), source])),
  outdir: folder,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: Object.keys(dependencies),
  // The sources are in the package.
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

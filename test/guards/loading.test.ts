/** Who imports interhub pays for what is used: a small core, and one transport. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';

const ENTRY = fileURLToPath(new URL('../../src/index.js', import.meta.url));
const SOURCES = join(ENTRY, '..');

/** The modules of Node that a transport is about, none of which a process has from the start. */
const OF_NODE = ['child_process', 'cluster', 'net', 'worker_threads'];

describe('Loading', () => {
  it('interhub brings in no transport, and nothing of Node that only a transport needs', () => {
    const { files, builtins } = loadedBy('');

    expect(files).to.include.members(['index.js', 'create-hub.js', 'core/hub.js']);
    expect(files.filter((file) => /^(transports|adapters|core\/star|core\/ledger|compat|supervise)\//.test(file))).to.deep.equal([]);
    expect(builtins.filter((name) => OF_NODE.includes(name))).to.deep.equal([]);
  });

  it('interhub is at most 115 files and 400 kB of JavaScript, p-queue included', () => {
    const { files, foreign } = loadedBy('');

    expect([...files, ...foreign].length).to.be.within(40, 115);
    expect(sizeOf(files, foreign)).to.be.within(100_000, 400_000);
    expect(foreign.map((file) => /node_modules\/([^/]+)/.exec(file)?.[1])).to.satisfy((names: string[]) => names.every((name) => ['p-queue', 'p-timeout', 'eventemitter3'].includes(name)));
  });

  it('interhub takes at most 3 MB beyond bare Node', () => {
    const heap = `globalThis.gc(); console.error(process.memoryUsage().heapUsed);`;
    const bare = Number(run(heap).stderr);
    const withHub = Number(run(`await import(${JSON.stringify(pathToFileURL(ENTRY).href)}); ${heap}`).stderr);

    expect(withHub - bare).to.be.within(100_000, 3_000_000);
  });

  for (const [options, own] of Object.entries({
    "{ transport: 'memory' }": /^transports\/memory\.js$/,
    "{ transport: 'fork', children: [] }": /^(transports\/fork\.js|adapters\/(duplex|ipc)(\.js|\/))/,
    "{ transport: 'cluster' }": /^(transports\/cluster\.js|adapters\/(duplex|ipc)(\.js|\/))/,
    "{ transport: 'socket', path: process.env.FOLDER + '/hub' }": /^(transports\/socket(\.js|\/)|adapters\/duplex\.js)/,
  })) {
    it(`${options} brings in no other transport`, () => {
      const { files } = loadedBy(`const hub = createHub(${options}); await hub.ready(); await hub.close();`);
      const ways = files.filter((file) => /^(transports|adapters)\//.test(file));

      expect(ways).to.satisfy((all: string[]) => all.length > 0 && all.every((file) => own.test(file)));
    });
  }
});

interface Loaded {
  /** Of interhub, below its sources. */
  readonly files: readonly string[];
  /** Of others. */
  readonly foreign: readonly string[];
  /** Of Node, beyond what every process has. */
  readonly builtins: readonly string[];
}

/** All that a program loads: V8 knows every script that has run. */
function loadedBy(program: string): Loaded {
  const folder = mkdtempSync(join(tmpdir(), 'ih-'));
  try {
    const code = `
      const bare = new Set(process.moduleLoadList);
      const { createHub } = await import(${JSON.stringify(pathToFileURL(ENTRY).href)});
      ${program}
      console.log(JSON.stringify(process.moduleLoadList.filter((name) => !bare.has(name)).map((name) => name.replace('NativeModule ', ''))));`;
    const { stdout } = run(code, { NODE_V8_COVERAGE: join(folder, 'coverage'), FOLDER: folder });
    const urls = readdirSync(join(folder, 'coverage')).flatMap((file) => scriptsIn(join(folder, 'coverage', file)));
    const paths = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
    return {
      files: paths.filter((path) => path.startsWith(SOURCES)).map((path) => relative(SOURCES, path)),
      foreign: paths.filter((path) => path.includes('node_modules')),
      builtins: JSON.parse(stdout) as string[],
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function scriptsIn(file: string): readonly string[] {
  const { result } = JSON.parse(readFileSync(file, 'utf8')) as { result: { url: string }[] };
  return result.map(({ url }) => url);
}

function run(code: string, env: NodeJS.ProcessEnv = {}): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`The program failed: ${stderr}`);
  return { stdout, stderr };
}

function sizeOf(files: readonly string[], foreign: readonly string[]): number {
  return [...files.map((file) => join(SOURCES, file)), ...foreign].reduce((sum, path) => sum + statSync(path).size, 0);
}

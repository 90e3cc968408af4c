/** Who imports interhub pays for what is used: a small core, and one transport. What is looked at is what users import, the bundle. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ENTRY = fileURLToPath(import.meta.resolve('interhub'));
const BUNDLE = dirname(ENTRY);
const SOURCES = fileURLToPath(new URL('../../../src', import.meta.url));

/** The modules of Node that a transport is about, none of which a process has from the start. */
const OF_NODE = ['child_process', 'cluster', 'net', 'worker_threads'];

describe('Loading', () => {
  it('interhub brings in no transport, and nothing of Node that only a transport needs', () => {
    const { sources, builtins } = loadedBy('');

    expect(sources).to.include.members(['create-hub.ts', 'core/hub.ts', 'core/errors.ts']);
    expect(sources.filter((file) => /^(transports|adapters|core\/star|core\/ledger|compat|supervise)\//.test(file))).to.deep.equal([]);
    expect(builtins.filter((name) => OF_NODE.includes(name))).to.deep.equal([]);
  });

  it('interhub/transport brings in no transport, and no hub', () => {
    const { sources, builtins } = loadedBy(`await import('interhub/transport');`, '');

    expect(sources).to.include.members(['core/star/star.ts', 'core/ledger/ledger.ts', 'core/errors.ts']);
    expect(sources.filter((file) => /^(transports|adapters|core\/messaging|core\/agreement|compat|supervise)\//.test(file))).to.deep.equal([]);
    expect(builtins.filter((name) => OF_NODE.includes(name))).to.deep.equal([]);
  });

  it('interhub is at most 12 files and 400 kB of JavaScript, p-queue included', () => {
    const { files, foreign } = loadedBy('');

    expect([...files, ...foreign].length).to.be.within(5, 12);
    expect(sizeOf([...files, ...foreign])).to.be.within(100_000, 400_000);
    expect(foreign.map((file) => /node_modules\/([^/]+)/.exec(file)?.[1])).to.satisfy((names: string[]) => names.every((name) => ['p-queue', 'p-timeout', 'eventemitter3'].includes(name)));
  });

  it('interhub takes at most 3 MB beyond bare Node', () => {
    const heap = `globalThis.gc(); console.error(process.memoryUsage().heapUsed);`;
    const bare = Number(run(heap).stderr);
    const withHub = Number(run(`await import('interhub'); ${heap}`).stderr);

    expect(withHub - bare).to.be.within(100_000, 3_000_000);
  });

  for (const [options, own] of Object.entries({
    "{ transport: 'memory' }": /^transports\/memory\.ts$/,
    "{ transport: 'fork', children: [] }": /^(transports\/fork\.ts|adapters\/(duplex|ipc)(\.ts|\/))/,
    "{ transport: 'cluster' }": /^(transports\/cluster\.ts|adapters\/(duplex|ipc)(\.ts|\/))/,
    "{ transport: 'socket', path: process.env.FOLDER + '/hub' }": /^(transports\/socket(\.ts|\/)|adapters\/duplex\.ts)/,
  })) {
    it(`${options} brings in no other transport`, () => {
      const { sources } = loadedBy(`const hub = createHub(${options}); await hub.ready(); await hub.close();`);
      const ways = sources.filter((file) => /^(transports|adapters)\//.test(file));

      expect(ways).to.satisfy((all: string[]) => all.length > 0 && all.every((file) => own.test(file)));
    });
  }
});

interface Loaded {
  /** Of interhub. */
  readonly files: readonly string[];
  /** What these were made of. */
  readonly sources: readonly string[];
  /** Of others. */
  readonly foreign: readonly string[];
  /** Of Node, beyond what every process has. */
  readonly builtins: readonly string[];
}

/** All that a program loads: V8 knows every script that has run. */
function loadedBy(program: string, beginning = `const { createHub } = await import('interhub');`): Loaded {
  const folder = mkdtempSync(join(tmpdir(), 'ih-'));
  try {
    const code = `
      const bare = new Set(process.moduleLoadList);
      ${beginning}
      ${program}
      console.log(JSON.stringify(process.moduleLoadList.filter((name) => !bare.has(name)).map((name) => name.replace('NativeModule ', ''))));`;
    const { stdout } = run(code, { NODE_V8_COVERAGE: join(folder, 'coverage'), FOLDER: folder });
    const urls = readdirSync(join(folder, 'coverage')).flatMap((file) => scriptsIn(join(folder, 'coverage', file)));
    const paths = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
    const files = paths.filter((path) => path.startsWith(BUNDLE));
    return {
      files,
      sources: files.flatMap(sourcesOf),
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

/** As the map beside it says. */
function sourcesOf(file: string): readonly string[] {
  const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
  return sources.map((source) => relative(SOURCES, join(BUNDLE, source)));
}

function run(code: string, env: NodeJS.ProcessEnv = {}): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`The program failed: ${stderr}`);
  return { stdout, stderr };
}

function sizeOf(files: readonly string[]): number {
  return files.reduce((sum, path) => sum + statSync(path).size, 0);
}

/** The package as its users have it: packed, installed by npm into a folder of its own, with nothing beside it but what it declares. */
import { execFile } from 'node:child_process';
import { cp, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);

/** All that is installed is there already: nothing is fetched. */
const INSTALLED = ['p-queue', 'p-timeout', 'eventemitter3'];
const OFFLINE = ['--offline', '--install-links', '--ignore-scripts', '--no-audit', '--no-fund'];

describe('The package', () => {
  const folder = temporaryFolder();
  const home = (): string => join(folder.path, 'node_modules/interhub');

  before(async function () {
    this.timeout(120_000);
    const project = resolve('.');
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder.path]);
    const tarball = (await readdir(folder.path)).find((file) => file.endsWith('.tgz')) ?? 'none';
    await writeFile(join(folder.path, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await inFolder('npm', 'install', ...OFFLINE, '--cache', join(folder.path, 'cache'), `./${tarball}`, ...INSTALLED.map((name) => join(project, 'node_modules', name)));
    await cp('examples', join(folder.path, 'examples'), { recursive: true });
  });

  it('holds all that it points to, each thing once', async () => {
    const { exports, bin, sideEffects } = await manifest();
    const files = await readdir(home(), { recursive: true });

    for (const file of [...Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))), ...Object.values(bin), ...sideEffects]) expect(files).to.include(file.slice(2));
    expect(files.filter((file) => file.startsWith('dist/src') && file.endsWith('.js'))).to.deep.equal([]);
    expect(files.filter((file) => file.startsWith('dist/') && !/^dist\/(src|bundle)/.test(file))).to.deep.equal([]);
    for (const file of files.filter((path) => path.endsWith('.map'))) {
      const { sources } = JSON.parse(await readFile(join(home(), file), 'utf8')) as { sources: string[] };
      for (const source of sources) expect((await stat(join(home(), file, '..', source))).isFile()).to.equal(true);
    }
  });

  it('gives one instance of everything, through every door, by import and by require', async () => {
    const doors = Object.keys((await manifest()).exports).filter((door) => door !== './package.json');
    const said = await program(`
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const errors = new Set();
      const strange = [];
      for (const door of ${JSON.stringify(doors)}) {
        const name = door.replace('.', 'interhub');
        const imported = await import(name);
        if (require(name) !== (imported['module.exports'] ?? imported)) strange.push(name);
        if (imported.HubError !== undefined) errors.add(imported.HubError);
      }
      console.log(strange.length, errors.size);
      process.exit();`);

    expect(said).to.equal('0 1\n');
    expect(doors).to.have.length.above(5);
  });

  it('tells its own errors from others, whichever door they come through', async () => {
    const said = await program(`
      import { createHub, HubError } from 'interhub';
      import { star } from 'interhub/transport';
      const hub = createHub({ transport: star({ name: 'nowhere', meet: async () => Promise.reject(new HubError('UNSUPPORTED', 'There is no way.')) }) });
      const refused = await hub.ready().catch((error) => error);
      console.log(refused instanceof HubError, refused.name, refused.constructor.name, refused.code);
      await hub.close();`);

    expect(said).to.equal('true HubError HubError UNSUPPORTED\n');
  });

  for (const [example, says] of Object.entries({
    'transports/memory.js': 'Hello world, says bob to ann',
    'transports/fork.js': 'members: parent, pid-N, pid-N, pid-N',
    'transports/socket.js': 'members: stock, till',
    'readme.js': 'worker-1 sold: apple',
    'compat/cluster-dispatch/master.cjs': 'all are ready',
    'compat/supervision/main.js': 'failures: 0',
  })) {
    it(`runs examples/${example}, whose processes find each other and their own programs`, async () => {
      const { stdout, stderr } = await inFolder(process.execPath, join('examples', example));

      expect(stdout).to.include(says);
      expect(stderr).to.equal('');
    });
  }

  it('brings the program interhub', async () => {
    const path = join(folder.path, 'group');
    await program(`
      import { createHub } from 'interhub';
      const hub = createHub({ transport: 'socket', path: ${JSON.stringify(path)} });
      await hub.ready();
      await hub.close();`);

    const { stdout } = await inFolder('npx', '--offline', 'interhub', 'doctor', path);

    expect(stdout).to.match(/broker +dead/);
  });

  it('shows its sources in the stacks of errors, and the names of its classes', async () => {
    const said = await program(
      `
      import { createHub } from 'interhub';
      const hub = createHub({ transport: 'memory' });
      try { hub.on('a.>.b', () => {}); } catch (error) { console.log(error.stack); }
      console.log((await hub.lock('door')).constructor.name);
      await hub.close();`,
      '--enable-source-maps',
    );

    expect(said).to.match(/at new Pattern \(.*interhub\/src\/core\/pattern\.ts:\d+:\d+\)/);
    expect(said).to.match(/at Hub\.on \(.*interhub\/src\/core\/hub\.ts:\d+:\d+\)/);
    expect(said).to.match(/^HeldLock$/m);
    const bundle = await Promise.all((await readdir(join(home(), 'dist/bundle'))).filter((file) => file.endsWith('.js')).map((file) => readFile(join(home(), 'dist/bundle', file), 'utf8')));
    expect(bundle.join('\n').match(/class _\w+|class \w+?\d+ /g) ?? []).to.deep.equal([]);
  });

  it('has types that the compiler finds, through every door', async function () {
    this.timeout(60_000);
    await writeFile(
      join(folder.path, 'program.ts'),
      `import { createHub } from 'interhub';
      import type { Lock } from 'interhub';
      import { star } from 'interhub/transport';
      import { supervise } from 'interhub/supervise';
      import { lockManager } from 'interhub/compat/web-locks';
      export const lock: Promise<Lock> = createHub({ transport: 'memory' }).lock('door');
      export const doors = [star, supervise, lockManager];
      // @ts-expect-error: There is no such transport, and the types know.
      createHub({ transport: 'none' });`,
    );
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable', '--types', 'node', '--typeRoots', resolve('node_modules/@types')];

    const { stdout } = await inFolder(process.execPath, resolve('node_modules/typescript/bin/tsc'), ...options, 'program.ts').catch((error: { stdout: string }) => error);

    expect(stdout).to.equal('');
  });

  async function manifest(): Promise<Manifest> {
    return JSON.parse(await readFile(join(home(), 'package.json'), 'utf8')) as Manifest;
  }

  async function program(code: string, ...flags: readonly string[]): Promise<string> {
    return (await inFolder(process.execPath, ...flags, '--input-type=module', '--eval', code)).stdout;
  }

  function inFolder(command: string, ...words: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
    return run(command, words, { cwd: folder.path, timeout: 60_000 });
  }
});

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
}

/** The types as users have them: programs that import the package, compiled by the compilers that users have. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';

const COMPILERS = ['typescript-5.9', 'typescript', 'typescript-7.0'];

/** With the declarations of the package checked themselves, and not. */
const PROJECTS = {
  node16: ['--module', 'node16', '--moduleResolution', 'node16', '--skipLibCheck', 'false'],
  bundler: ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck', 'true'],
};

describe('The types', () => {
  for (const compiler of COMPILERS) {
    for (const [resolution, options] of Object.entries(PROJECTS)) {
      it(`are what the programs say, by ${compiler} with ${resolution}`, async function () {
        this.timeout(120_000);

        expect(await compile(compiler, 'test/types/programs', options)).to.equal('');
      });
    }
  }

  it('say of a mistake which it is, and which names there are', async function () {
    this.timeout(120_000);
    const program = (await readFile('test/types/mistakes/mistakes.ts', 'utf8')).split('\n');
    const mistakes = program.flatMap((line, at) => (line.startsWith('// ') && program[at - 1] === '' ? [{ line: at + 2, says: line.slice(3) }] : []));

    const said = await compile('typescript', 'test/types/mistakes', []);

    const places = said.split(/^(?=test\/types\/mistakes)/m).map((text) => ({ line: Number(/\((\d+),/.exec(text)?.[1]), text }));
    expect(places.map(({ line }) => line)).to.deep.equal(mistakes.map(({ line }) => line));
    for (const [i, { says }] of mistakes.entries()) expect(places[i]?.text).to.include(says);
    expect(mistakes).to.have.length.above(10);
  });
});

/** What it complains of. */
function compile(compiler: string, project: string, options: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [`node_modules/${compiler}/bin/tsc`, '-p', project, '--pretty', 'false', ...options], (error, stdout, stderr) => {
      resolve(stdout + stderr || (error === null ? '' : error.message));
    });
  });
}

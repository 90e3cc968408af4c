/** The programs of the older packages, after changing the import line: each says what it should, and ends by itself. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

/** `prints`: by file, all lines, sorted: the processes of one program print when they come to it. */
export function expectExamples(folder: string, prints: Readonly<Record<string, readonly string[]>>): void {
  for (const [file, lines] of Object.entries(prints)) {
    it(`${file} runs`, async () => {
      const { stdout, stderr } = await run(process.execPath, [join('examples/compat', folder, file)], { timeout: 15_000 });

      expect(stderr).to.equal('');
      expect(stdout.split('\n').filter((line) => line !== '').sort()).to.deep.equal([...lines].sort());
    });
  }
}

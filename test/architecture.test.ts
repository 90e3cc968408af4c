/** The import rules of the house: they hold, and each of them bites. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { cruise } from 'dependency-cruiser';
import type { ICruiseResult } from 'dependency-cruiser';
import extractConfig from 'dependency-cruiser/config-utl/extract-depcruise-config';

const house = process.cwd();

/** Files of a house that breaks a rule each, and the rule. */
const OFFENCES: Readonly<Record<string, readonly [rule: string, target: string]>> = {
  'src/core/errors.ts': ['the words import nothing', './host.js'],
  'src/core/ledger/ledger.ts': ['the rules know the words only', '../errors.js'],
  'src/core/pattern.ts': ['small files of the core stay small', './star/star.js'],
  'src/core/bytes.ts': ['small files of the core stay small', 'node:net'],
  'src/core/codec/codec.ts': ['small files of the core stay small', '../hub.js'],
  'src/core/messaging/calls.ts': ['telling and asking know the port', '../agreement/locks.js'],
  'src/core/agreement/locks.ts': ['agreeing knows the port', '../ledger/ledger.js'],
  'src/core/services/services.ts': ['services stand on telling, asking and agreeing', '../star/star.js'],
  'src/core/star/star.ts': ['a star carries, and does not tell, ask or agree', '../messaging/calls.js'],
  'src/core/hub.ts': ['a hub wires, and does not know what carries it', './star/star.js'],
  'src/adapters/ipc.ts': ['adapters do not import one another', './duplex.js'],
  'src/adapters/duplex.ts': ['adapters make links', '../transports/socket.js'],
  'src/transports/fork.ts': ['transports do not import one another', './cluster.js'],
  'src/transports/cluster/door.ts': ['transports do not import one another', '../socket/door.js'],
  'src/transports/memory.ts': ['transports bring members together', '../core/hub.js'],
  'src/create-hub.ts': ['transports are loaded on demand', './transports/memory.js'],
  'src/supervise/supervise.ts': ['supervision is for users of hubs', '../core/hub.js'],
  'src/compat/cluster-hub.ts': ['older interfaces stand on a hub', '../core/star/star.js'],
  'src/compat/shared-memory/values.ts': ['compat do not import one another', '../cluster-hub.js'],
  'src/index.ts': ['the front door', './core/star/star.js'],
  'src/core/host.ts': ['nobody goes in through the doors', '../index.js'],
};

describe('The house', () => {
  it('keeps its import rules', async () => {
    const { modules, summary } = await inspect(house);

    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).to.deep.equal([]);
    expect(modules.filter(({ source }) => source.startsWith('src/'))).to.have.length.above(20);
  });

  describe('would not bear', () => {
    let crooked: string;
    let broken: readonly string[];

    before(async () => {
      crooked = await mkdtemp(join(tmpdir(), 'crooked-house-'));
      await writeFile(join(crooked, 'tsconfig.json'), '{}');
      for (const [file, [, target]] of Object.entries(OFFENCES)) await build(crooked, file, `import ${JSON.stringify(target)};\n`);
      for (const file of ['src/transports/socket.ts', 'src/transports/socket/door.ts', 'src/transports/cluster.ts']) await build(crooked, file, 'export {};\n');
      const { summary } = await inspect(crooked);
      broken = summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`);
    });
    after(() => rm(crooked, { recursive: true, force: true }));

    for (const [file, [rule, target]] of Object.entries(OFFENCES)) {
      it(`"${target}" in ${file}: ${rule}`, () => {
        expect(broken).to.include(`${file}: ${rule}`);
      });
    }

    it('a cycle', () => {
      expect(broken.filter((violation) => violation.endsWith(': no cycles'))).to.not.deep.equal([]);
    });
  });
});

async function inspect(baseDir: string): Promise<ICruiseResult> {
  const { forbidden = [], options } = await extractConfig(join(house, '.dependency-cruiser.cjs'));
  const { output } = await cruise(['src'], { ...options, baseDir, validate: true, ruleSet: { forbidden } });
  if (typeof output === 'string') throw new TypeError('The cruise was to return its findings, not a text.');
  return output;
}

async function build(root: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

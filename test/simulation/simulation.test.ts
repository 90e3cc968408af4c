import { expect } from 'chai';
import sinon from 'sinon';
import { Ledger } from '../../src/core/ledger/ledger.js';
import { Commands } from '../../src/core/star/commands.js';
import { KeptOutcomes } from '../../src/core/star/kept-outcomes.js';
import { Return } from '../../src/core/star/return.js';
import type { Plan } from './folder.js';
import { simulate } from './simulate.js';

/** `npm run simulate -- --seeds N` searches for longer. */
const SEEDS = 2_000;

describe('A group, whatever happens to it', () => {
  afterEach(() => sinon.restore());

  it(`keeps its promises: ${SEEDS} lives`, async function () {
    this.timeout(120_000);

    for (let seed = 1; seed <= SEEDS; seed++) {
      const { findings } = await simulate(seed);
      expect(findings, `npm run simulate -- --seed ${seed}`).to.deep.equal([]);
    }
  });

  it('does the same again for the same seed', async () => {
    const [first, second] = [await simulate(77), await simulate(77)];

    expect(second).to.deep.equal(first);
  });

  /** Each of these is found. */
  const BROKEN: Readonly<Record<string, { readonly plan?: Partial<Plan>; readonly breaks?: () => void }>> = {
    'no journal': { plan: { forgetsJournal: true } },
    'an answer before the write': { plan: { appendsLate: true } },
    'a holder taken for dead on doubt': { plan: { isDead: () => true } },
    'a dead holder that is waited for': { plan: { isDead: () => false } },
    'a command done again that was done': { breaks: () => sinon.stub(KeptOutcomes.prototype, 'find').returns(undefined) },
    'outcomes that nobody keeps': { breaks: () => sinon.stub(KeptOutcomes.prototype, 'keep') },
    'a snapshot without the outcomes': { breaks: () => sinon.stub(KeptOutcomes.prototype, 'snapshot').returns([]) },
    'a grant that is not told again': { breaks: () => sinon.stub(Ledger.prototype, 'grants').returns([]) },
    'a command that is not asked again': { breaks: () => sinon.stub(Commands.prototype, 'forEach') },
    'one who is never asked after again': { breaks: () => sinon.stub(Return.prototype, 'begin').resolves() },
    'a member that is not awaited': { breaks: () => sinon.stub(Return.prototype, 'awaits').returns(false) },
  };

  for (const [name, { plan = {}, breaks = () => {} }] of Object.entries(BROKEN)) {
    it(`would not, with ${name}`, async function () {
      this.timeout(120_000);
      breaks();
      const found: string[] = [];

      for (let seed = 1; seed <= 2_000 && found.length === 0; seed++) found.push(...(await simulate(seed, plan)).findings);

      expect(found).to.have.length.above(0);
    });
  }
});

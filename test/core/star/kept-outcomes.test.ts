import { expect } from 'chai';
import fc from 'fast-check';
import { KeptOutcomes } from '../../../src/core/star/kept-outcomes.js';
import type { Told } from '../../../src/core/star/vocabulary.js';

const sum = (of: number): Told => ({ type: 'sum', version: of, sum: of });

describe('Outcomes that are kept', () => {
  it('are those of all commands from the oldest on that its asker has not heard of, wherever their numbers begin and wrap', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2 ** 31 - 5, 2 ** 31 + 5, 2 ** 32 - 70), fc.array(fc.nat({ max: 200 }), { minLength: 1, maxLength: 300 }), (first, lags) => {
        const kept = new KeptOutcomes();
        let oldest = 0;
        lags.forEach((lag, i) => {
          oldest = Math.max(oldest, i - lag);
          kept.keep(1, (first + oldest) >>> 0, (first + i) >>> 0, sum(i));
        });

        for (let i = oldest; i < lags.length; i++) expect(kept.find(1, (first + i) >>> 0)).to.deep.equal(sum(i));
        const { outcomes } = kept.snapshot()[0] ?? { outcomes: [] };
        expect(outcomes).to.have.length(lags.length - oldest);
        expect(new KeptOutcomes(kept.snapshot()).snapshot()[0]?.outcomes).to.have.deep.members([...outcomes]);
      }),
    );
  });

  it('take no more room than there are numbers between the oldest and the newest, whatever a member says that it has not heard of', () => {
    const kept = new KeptOutcomes();

    // What it says it has heard of, and then that it has not, is a lie: there was an answer for it in between.
    for (let n = 0; n < 30; n++) kept.keep(1, 2 ** n, 2 ** n, sum(n));
    for (let n = 29; n >= 0; n--) kept.keep(1, 2 ** n, 2 ** n, sum(n));

    expect(kept.snapshot()).to.deep.equal([{ member: 1, oldest: 2 ** 29, outcomes: [[2 ** 29, sum(29)]] }]);
  });

  it('are forgotten for good when they were heard of, also by who goes round all numbers', () => {
    const kept = new KeptOutcomes();
    const round = [5, 2 ** 30, 2 ** 31 + 1, 2 ** 31 + 2 ** 30 + 5, 4];

    for (const n of round) kept.keep(1, n, n, sum(n));
    const found = round.map((n) => kept.find(1, n));

    expect(found).to.deep.equal([undefined, undefined, undefined, undefined, sum(4)]);
    expect(kept.snapshot()).to.deep.equal([{ member: 1, oldest: 4, outcomes: [[4, sum(4)]] }]);
  });
});

import { expect } from 'chai';
import { ALL_GUARDS, search } from './failover-model.js';
import type { Bounds, Guards } from './failover-model.js';

const SMALL: Bounds = { members: 2, asks: 2, kills: 1, deaths: 1 };

describe('The fail-over, in every interleaving', () => {
  it('keeps its promises: 2 members, 2 asks each, 1 broker killed, 1 member dead', function () {
    this.timeout(60_000);

    const { states, story } = search(SMALL, ALL_GUARDS);

    expect(story?.join('; ')).to.equal(undefined);
    expect(states).to.be.above(10_000);
  });

  it('keeps its promises: 2 members, 2 brokers killed', function () {
    this.timeout(60_000);

    const { states, story } = search({ members: 2, asks: 1, kills: 2, deaths: 1 }, ALL_GUARDS);

    expect(story?.join('; ')).to.equal(undefined);
    expect(states).to.be.above(10_000);
  });

  const BREACHES: readonly (readonly [taken: keyof Guards, breach: string])[] = [
    ['journal', 'two hold it'],
    ['writesFirst', 'two hold it'],
    ['proof', 'two hold it'],
    ['outcomes', 'somebody waits for ever'],
    ['sameNumber', 'somebody waits for ever'],
    ['grantsAgain', 'somebody waits for ever'],
  ];

  for (const [taken, breach] of BREACHES) {
    it(`would not, without \`${taken}\`: ${breach}`, function () {
      this.timeout(60_000);

      const { story } = search({ ...SMALL, deaths: 0 }, { ...ALL_GUARDS, [taken]: false });

      expect(story?.at(-1)).to.equal(breach);
    });
  }
});

import { expect } from 'chai';
import { wreak } from './chaos.js';

/** A minute in all; `npm run chaos -- --minutes N` goes on for longer. */
const LIFE = 12_000;
const GROUPS = 5;

describe('A group of real processes, whatever happens to them', () => {
  const seed = Math.floor(Math.random() * 1e6);

  for (let each = seed; each < seed + GROUPS; each++) {
    it(`keeps its promises (seed ${each})`, async function () {
      this.timeout(90_000);

      const { faults, grants, operations, findings } = await wreak(each, LIFE);

      expect(findings, faults.join('\n')).to.deep.equal([]);
      expect(grants).to.be.above(50);
      expect(operations).to.be.above(100);
    });
  }
});

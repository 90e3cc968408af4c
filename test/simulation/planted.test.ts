import { expect } from 'chai';
import sinon from 'sinon';
import { MUTATIONS } from './mutations.js';
import { simulate } from './simulate.js';

/** Within so many lives each is found; most within ten, the rarest within a thousand on the average. */
const SEEDS = 8_000;

describe('The simulation finds', () => {
  afterEach(() => sinon.restore());

  for (const [name, { seams = {}, breaks = () => {} }] of Object.entries(MUTATIONS)) {
    it(name, async function () {
      this.timeout(300_000);
      breaks();
      const found: string[] = [];

      for (let seed = 1; seed <= SEEDS && found.length === 0; seed++) found.push(...(await simulate(seed, seams)).findings);

      expect(found).to.have.length.above(0);
    });
  }
});

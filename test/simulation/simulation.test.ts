import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { INVARIANTS } from './invariants.js';
import { liveAll } from './lives.js';
import { simulate } from './simulate.js';

/** `npm run simulate -- --seeds N` searches for longer. */
const SEEDS = 10_000;

describe('A group, whatever happens to it', () => {
  it(`keeps its promises: ${SEEDS} lives`, async function () {
    this.timeout(600_000);

    const { lives, brokers, failures } = await liveAll(1, SEEDS + 1);

    expect(failures).to.deep.equal([]);
    expect(lives).to.equal(SEEDS);
    expect(brokers).to.be.above(SEEDS);
  });

  it('I19: does the same again for the same seed', async () => {
    const [first, second] = [await simulate(77), await simulate(77)];

    expect(second).to.deep.equal(first);
  });

  it('leaves to other tests what is not its affair', () => {
    const files = Object.values(INVARIANTS).flatMap((invariant) => ('file' in invariant ? [invariant.file] : []));

    expect(files).to.have.length.above(0);
    for (const file of files) expect(existsSync(new URL(`../${file.replace(/ts$/, 'js')}`, import.meta.url)), file).to.equal(true);
  });
});

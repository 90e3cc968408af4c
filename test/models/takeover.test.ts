import { expect } from 'chai';
import { search } from './takeover-model.js';

describe('The take-over, in every interleaving', () => {
  it('never has two brokers: 3 processes, 4 endings', function () {
    this.timeout(60_000);

    const { states, story } = search(3, 4, { probe: true, recheck: true });

    expect(story?.join('; ')).to.equal(undefined);
    expect(states).to.be.above(300_000);
  });

  it('would have two if a broker was succeeded that is not proved dead', () => {
    const { story } = search(2, 0, { probe: false, recheck: true });

    expect(story).to.have.length.within(2, 20);
  });

  it('would have two if a late-comer did not look again', () => {
    const { story } = search(3, 2, { probe: true, recheck: false });

    expect(story).to.have.length.within(2, 30);
  });
});

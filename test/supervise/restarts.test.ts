import { expect } from 'chai';
import { Restarts } from '../../src/supervise/restarts.js';

describe('Restarts', () => {
  it('come later each time, up to a longest pause', () => {
    const restarts = new Restarts({ delay: 10, longest: 50 });

    expect([0, 1, 2, 3, 4].map((now) => restarts.ended(now))).to.deep.equal([10, 20, 40, 50, 50]);
  });

  it('end when there have been too many within the period', () => {
    const restarts = new Restarts({ delay: 10, limit: 2, within: 100 });

    expect([0, 1, 2].map((now) => restarts.ended(now))).to.deep.equal([10, 20, undefined]);
  });

  it('begin anew after a period without any', () => {
    const restarts = new Restarts({ delay: 10, limit: 2, within: 100 });

    expect([0, 60, 120, 300].map((now) => restarts.ended(now))).to.deep.equal([10, 20, 20, 10]);
  });

  it('do not come at all where they are not wanted', () => {
    expect(new Restarts(false).ended(0)).to.equal(undefined);
  });
});

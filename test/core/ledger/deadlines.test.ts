import { expect } from 'chai';
import fc from 'fast-check';
import { type Deadline, Deadlines } from '../../../src/core/ledger/deadlines.js';

describe('Deadlines of a ledger', () => {
  it('pass in the order of their times, and of two at one time in their own order', () => {
    const deadlines = new Deadlines<string>();
    deadlines.add(20, 1, 'later');
    deadlines.add(10, 3, 'second');
    deadlines.add(10, 2, 'first');

    expect([deadlines.due, deadlines.take(9)]).to.deep.equal([10, undefined]);
    expect([deadlines.take(10), deadlines.take(10), deadlines.take(10)]).to.deep.equal(['first', 'second', undefined]);
    expect([deadlines.due, deadlines.take(100), deadlines.due]).to.deep.equal([20, 'later', Infinity]);
  });

  it('do not pass once they are cancelled, however often that is done', () => {
    const deadlines = new Deadlines<string>();
    const early = deadlines.add(10, 1, 'early');
    deadlines.add(20, 2, 'late');

    deadlines.cancel(early);
    deadlines.cancel(early);

    expect([deadlines.take(100), deadlines.take(100)]).to.deep.equal(['late', undefined]);
  });

  it('do what a sorted list does', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('add' as const), at: fc.nat(50) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('cancel' as const), which: fc.nat(1_000) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('take' as const), now: fc.nat(50) }) },
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const deadlines = new Deadlines<number>();
        let naive: Deadline<number>[] = [];
        let order = 0;

        for (const step of steps) {
          if (step.type === 'add') {
            order += 1;
            naive.push(deadlines.add(step.at, order, order));
            naive.sort((a, b) => a.at - b.at || a.order - b.order);
          } else if (step.type === 'cancel') {
            const chosen = naive[step.which % Math.max(1, naive.length)];
            if (chosen !== undefined) deadlines.cancel(chosen);
            naive = naive.filter((other) => other !== chosen);
          } else {
            const first = naive[0];
            const isDue = first !== undefined && first.at <= step.now;
            if (isDue) naive = naive.slice(1);
            expect(deadlines.take(step.now)).to.equal(isDue ? first.of : undefined);
          }
          expect(deadlines.due).to.equal(naive[0]?.at ?? Infinity);
        }
        expect([...naive, undefined].map(() => deadlines.take(Infinity))).to.deep.equal([...naive.map(({ of }) => of), undefined]);
      }),
    );
  });
});

import { expect } from 'chai';
import fc from 'fast-check';
import { Numbered } from '../../src/core/numbered.js';

interface Thing {
  readonly is: number;
}

const inOrder = (things: Iterable<Thing>): readonly Thing[] => [...things].sort((a, b) => a.is - b.is);

describe('Numbered', () => {
  it('has what a map has, whatever comes and goes', () => {
    const number = fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 0xffff }).map((n) => (n * 0x10000) >>> 0), fc.constant(0xffffffff));
    const step = fc.record({ number, sets: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const map = new Map<number, Thing>();
        const numbered = new Numbered<Thing>();

        for (const { number: at, sets } of steps) {
          if (sets) {
            const thing = { is: at };
            map.set(at, thing);
            numbered.set(at, thing);
          } else {
            expect(numbered.delete(at)).to.equal(map.get(at));
            map.delete(at);
          }
          for (const { number: each } of steps) expect(numbered.get(each)).to.equal(map.get(each));
        }

        expect(inOrder(numbered.values())).to.deep.equal(inOrder(map.values()));
      }),
      { numRuns: 300 },
    );
  });

  it('finds each of many, and none when they have gone', () => {
    const numbered = new Numbered<Thing>();

    for (let n = 0; n < 10_000; n++) numbered.set(n, { is: n });
    for (let n = 0; n < 10_000; n++) expect(numbered.get(n)?.is).to.equal(n);
    for (let n = 0; n < 10_000; n++) expect(numbered.delete(n)?.is).to.equal(n);

    expect(numbered.values()).to.deep.equal([]);
  });

  it('is empty when it is cleared, and can be used again', () => {
    const numbered = new Numbered<Thing>();
    for (let n = 0; n < 100; n++) numbered.set(n, { is: n });

    numbered.clear();
    numbered.set(7, { is: 7 });

    expect(numbered.values()).to.deep.equal([{ is: 7 }]);
  });
});

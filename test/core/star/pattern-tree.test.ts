import { expect } from 'chai';
import fc from 'fast-check';
import { isPattern, Pattern } from '../../../src/core/pattern.js';
import { PatternTree } from '../../../src/core/star/pattern-tree.js';

const tokens = fc.array(fc.constantFrom('a', 'b', '', '*'), { minLength: 1, maxLength: 4 });
const pattern = fc.tuple(tokens, fc.boolean()).map(([start, isOpen]) => [...start, ...(isOpen ? ['>'] : [])].join('.')).filter(isPattern);
const topic = fc.array(fc.constantFrom('a', 'b', '', 'c'), { minLength: 1, maxLength: 5 }).map((names) => names.join('.'));

describe('Many patterns', () => {
  it('fit what each of them fits, as they come and go', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(pattern, fc.boolean()), { maxLength: 20 }), topic, (changes, heard) => {
        const tree = new PatternTree();
        const there = new Set<string>();
        for (const [each, isAdded] of changes) {
          if (isAdded) tree.add(each);
          else tree.delete(each);
          if (isAdded) there.add(each);
          else there.delete(each);
        }

        expect(tree.fitting(heard).toSorted()).to.deep.equal([...there].filter((each) => new Pattern(each).matches(heard)).sort());
        expect(tree.size).to.equal(there.size);
      }),
      { numRuns: 2_000 },
    );
  });

  it('take no longer for beginnings that they share', () => {
    const tree = new PatternTree();
    for (let i = 0; i < 10_000; i++) tree.add(`${'*.'.repeat(99)}${i}`);

    const begun = process.cpuUsage();
    for (let i = 0; i < 1_000; i++) expect(tree.fitting(`${'a.'.repeat(99)}${i}`)).to.have.length(1);

    expect(process.cpuUsage(begun).user / 1_000).to.be.below(1_000);
  });
});

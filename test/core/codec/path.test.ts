import { expect } from 'chai';

import { formatPath } from '../../../src/core/codec/path.js';

describe('A path', () => {
  it('reads as one would write it', () => {
    expect(formatPath([])).to.equal('$');
    expect(formatPath(['a', 3, 'größe', 'two words', '', '__proto__'])).to.equal('$.a[3].größe["two words"][""].__proto__');
  });

  it('shows the two ends of a long way', () => {
    const path = formatPath(['first', ...Array.from({ length: 500 }, () => 'next'), 'last']);

    expect(path).to.match(/^\$\.first\.next.* \.\.\. .*\.next\.last$/);
    expect(path.length).to.be.below(200);
  });
});

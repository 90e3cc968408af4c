import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { BAD_INPUTS } from './table.js';

const sources = new URL('../../../test/', import.meta.url);

describe('The table of bad inputs', () => {
  it('has all 62', () => {
    expect(Object.keys(BAD_INPUTS)).to.deep.equal(Array.from({ length: 62 }, (_, i) => String(i + 1)));
  });

  it('says why of the few that no test shows', () => {
    expect(Object.entries(BAD_INPUTS).flatMap(([number, input]) => ('notShown' in input ? [number] : []))).to.deep.equal(['56', '57', '58', '59', '60']);
  });

  for (const [number, input] of Object.entries(BAD_INPUTS)) {
    if ('notShown' in input) continue;

    it(`${number}: ${input.what}`, () => {
      for (const [file, sentence] of input.shown) expect(readFileSync(new URL(file, sources), 'utf8'), file).to.include(sentence);
    });
  }
});

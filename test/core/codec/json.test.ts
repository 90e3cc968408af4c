import { expect } from 'chai';
import fc from 'fast-check';

import { nestsTooDeep, parseJson } from '../../../src/core/codec/json.js';
import { HubError } from '../../../src/core/errors.js';

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

describe('JSON of unknown origin', () => {
  it('may be nested 512 levels, and no more', () => {
    expect(depthOf(parseJson('['.repeat(512) + ']'.repeat(512)))).to.equal(512);
    expect(() => parseJson('['.repeat(513) + ']'.repeat(513))).to.throw(HubError, '512').with.property('code', 'BAD_PACKET');
    expect(() => parseJson('{"a":'.repeat(513) + '1' + '}'.repeat(513))).to.throw(HubError, '512');
  });

  it('may be as wide as it likes', () => {
    const wide = Array.from({ length: 2_000 }, () => ({ a: ['[[['.repeat(200)], b: '"\\' }));

    expect(parseJson(JSON.stringify(wide))).to.deep.equal(wide);
  });

  it('is measured by its brackets, not by those in its texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', ']', 'a') }), fc.integer({ min: 500, max: 525 }), (text, levels) => {
        const inside = JSON.stringify([text, '['.repeat(600)]);

        const isTooDeep = nestsTooDeep('['.repeat(levels) + inside + ']'.repeat(levels));

        expect(isTooDeep).to.equal(levels + 1 > 512);
      }),
    );
  });

  it('is refused before it is parsed if it is a million levels deep', () => {
    expect(() => parseJson('['.repeat(1_000_000))).to.throw(HubError, 'nested deeper');
  });

  it('is refused if it is none', () => {
    expect(() => parseJson('{"a":')).to.throw(HubError, 'not the JSON').with.property('code', 'BAD_PACKET');
  });
});

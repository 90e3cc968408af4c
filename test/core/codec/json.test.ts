import { expect } from 'chai';
import fc from 'fast-check';

import { parseJson } from '../../../src/core/codec/json.js';
import { HubError } from '../../../src/core/errors.js';

/** Flat values that come before, so that the text has this many brackets more. */
const COMPANY = { few: 0, 'so many that the text is measured first': 60_000 };

function nested(levels: number, inside: string): string {
  return '['.repeat(levels) + inside + ']'.repeat(levels);
}

describe('JSON of unknown origin', () => {
  for (const [name, count] of Object.entries(COMPANY)) {
    describe(`with brackets, ${name},`, () => {
      const company = '{},'.repeat(count);
      /** Nested two levels less than its depth: the array around it is one, and the innermost value another. */
      const deep = (levels: number): string => `[${company}${nested(levels - 2, '{"a":1}')}]`;

      it('may be nested 512 levels, and no more', () => {
        expect(parseJson(deep(512))).to.have.length(count + 1);
        expect(() => parseJson(deep(513))).to.throw(HubError, '512 levels').with.property('code', 'BAD_PACKET');
      });

      it('is measured by its brackets, not by those in its texts', () => {
        const unit = fc.constantFrom('"', '\\', '[', '{', ']', 'a');
        fc.assert(
          fc.property(fc.string({ unit }), fc.boolean(), (text, isDeep) => {
            const texts = JSON.stringify([text, '['.repeat(600), ']'.repeat(600)]);
            const json = `[${company}${texts},${isDeep ? nested(512, '') : '0'}]`;

            if (isDeep) expect(() => parseJson(json)).to.throw(HubError, '512 levels');
            else expect(parseJson(json)).to.have.length(count + 2);
          }),
          { numRuns: count === 0 ? 200 : 20 },
        );
      });
    });
  }

  it('is refused before it is parsed if it is a million levels deep', () => {
    expect(() => parseJson('['.repeat(1_000_000))).to.throw(HubError, 'nested deeper').that.does.not.have.property('cause');
  });

  it('is refused if it is none', () => {
    expect(() => parseJson('{"a":')).to.throw(HubError, 'not the JSON').with.property('code', 'BAD_PACKET');
  });
});

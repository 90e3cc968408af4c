import { expect } from 'chai';
import fc from 'fast-check';
import type { Event, MapEntry, StepResult } from '../../../src/core/protocol.js';
import { Parts, inParts, isPart, isShort } from '../../../src/core/star/parts.js';
import type { Part } from '../../../src/core/star/map-words.js';
import type { Told } from '../../../src/core/star/vocabulary.js';

describe('What is longer than a packet', () => {
  it('goes in parts that are short, and comes together again, in order', () => {
    const entry = fc.record({ key: fc.string(), version: fc.nat(), value: fc.nat(40_000).map((length) => 'x'.repeat(length)) });

    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const whole: Event = { type: 'map.whole', map: 'm', version: 7, entries };
        const { parts, last } = cut(whole);

        expect(together(parts, last)).to.deep.equal(whole);
        for (const part of [...parts, last] as readonly { readonly entries: readonly MapEntry[] }[]) {
          const size = part.entries.reduce((sum, { key, value }) => sum + key.length + (value as string).length, 0);
          expect(part.entries.length === 1 || size <= 32_768, `${part.entries.length} entries of ${size}`).to.equal(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does so when it is what a transaction has read', () => {
    const results: readonly StepResult[] = [{ type: 'entry', version: 1, value: 'x'.repeat(30_000) }, { type: 'absent' }, { type: 'entry', version: 2, value: 'y'.repeat(30_000) }];
    const outcome: Told = { type: 'transacted', succeeded: true, version: 0, results };

    const { parts, last } = cut(outcome);

    expect(parts).to.deep.equal([{ type: 'part.results', results: results.slice(0, 2) }]);
    expect(together(parts, last)).to.deep.equal(outcome);
  });

  it('and what is short stays as it is', () => {
    const words: readonly (Told | Event)[] = [
      { type: 'entries', version: 7, entries: [{ key: 'a', version: 7, value: '1' }, { key: 'b', version: 6, value: '2' }] },
      { type: 'entries', version: 7, entries: [{ key: 'a', version: 7, value: 'x'.repeat(100_000) }] },
      { type: 'transacted', succeeded: true, version: 7, results: [{ type: 'stored', version: 7 }] },
      { type: 'granted', token: 7 },
    ];

    expect(words.map(isShort)).to.deep.equal([true, true, true, true]);
  });

  it('is forgotten when its rest does not come', () => {
    const parts = new Parts();
    parts.add({ type: 'part.entries', entries: [{ key: 'a', version: 1, value: '1' }] });

    parts.clear();

    const whole: Event = { type: 'map.whole', map: 'm', version: 7, entries: [] };
    expect(parts.complete(whole)).to.equal(whole);
  });
});

function cut<W extends Told | Event>(word: W): { readonly parts: readonly Part[]; readonly last: W } {
  const parts: Part[] = [];
  if (isShort(word)) return { parts, last: word };
  const steps = inParts(word);
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return { parts, last: value };
    parts.push(value);
  }
}

function together<W extends Told | Event>(parts: readonly Part[], last: W): W {
  const all = new Parts();
  for (const part of parts) if (isPart(part as Event | Part)) all.add(part);
  return all.complete(last);
}

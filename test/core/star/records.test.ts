import { expect } from 'chai';
import fc from 'fast-check';
import { HubError } from '../../../src/core/errors.js';
import { crc32c } from '../../../src/core/star/crc32c.js';
import { bodyText, eachRecord, Records, salvage, soundPart } from '../../../src/core/star/records.js';

function journal(...texts: readonly string[]): Uint8Array {
  const records = new Records();
  texts.forEach((text, i) => records.decree(i, text));
  // A copy: `slice` of a Buffer would be the same memory, and keep what one run damages for the next.
  return Uint8Array.from(records.bytes);
}

/** `null` is a mark. */
function marked(...texts: readonly (string | null)[]): Uint8Array {
  const records = new Records();
  for (const text of texts) text === null ? records.mark(records.size) : records.decree(1, text);
  return Uint8Array.from(records.bytes);
}

function read(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  eachRecord(bytes, (record) => texts.push(bodyText(record)));
  return texts;
}

describe('CRC-32C', () => {
  it('is that of the standard', () => {
    const bytes = new DataView(new TextEncoder().encode('123456789').buffer);

    expect(crc32c(bytes, 0, 9)).to.equal(0xe3069283);
    expect(crc32c(new DataView(new ArrayBuffer(32)), 0, 32)).to.equal(0x8a9136aa);
    expect(crc32c(bytes, 3, 3)).to.equal(0);
  });
});

describe('Records', () => {
  it('are read as they were written, one after the other', () => {
    expect(read(journal('a', '', 'größer', 'x'.repeat(100_000)))).to.deep.equal(['a', '', 'größer', 'x'.repeat(100_000)]);
  });

  it('end silently where the last one is cut, wherever that is', () => {
    const whole = journal('one', 'two', 'three');
    const sound = journal('one', 'two');

    for (let end = sound.length; end < whole.length; end++) {
      expect(soundPart(whole.slice(0, end), 'j', false), `cut at ${end}`).to.deep.equal(sound);
    }
  });

  it('are refused when one is damaged that others follow, with its place', () => {
    const bytes = journal('one', 'two', 'three');
    const at = journal('one').length;
    bytes[at + 26] = 0;

    expect(() => soundPart(bytes, '/hub/g1/journal', false)).to.throw(HubError, new RegExp(`/hub/g1/journal .*byte ${at} to ${journal('one', 'two').length}`)).with.property('code', 'JOURNAL');
  });

  it('say less, and are not refused, where the machine went down before they were flushed', () => {
    const bytes = marked('one', null, 'two', 'three');
    const at = marked('one', null).length;
    bytes.fill(0, at, at + 26);

    expect(() => soundPart(bytes.slice(), 'j', false)).to.throw(HubError).with.property('code', 'JOURNAL');
    expect(read(soundPart(bytes, 'j', true))).to.deep.equal(['one']);
  });

  it('are refused all the same when one is damaged that a mark vouches for', () => {
    const bytes = marked('one', 'two', null, 'three');
    bytes[journal('one').length + 26] = 0;

    expect(() => soundPart(bytes, 'j', true)).to.throw(HubError, new RegExp(`byte ${journal('one').length} to ${journal('one', 'two').length} `));
  });

  it('take no mark for one that stands in another place than it was written for', () => {
    const bytes = Uint8Array.from([...journal('one'), ...marked(null), ...journal('two')]);
    bytes[26] = 0;

    expect(read(soundPart(bytes, 'j', true))).to.deep.equal([]);
  });

  it('never pass a change of any bit for what was written', () => {
    const bytes = journal('one', 'two', 'three');

    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const damaged = bytes.slice();
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const texts = read(damaged);
        expect(['one', 'two', 'three'].slice(0, texts.length)).to.deep.equal(texts);
        expect(texts.length).to.be.below(3);
      }),
      { numRuns: 2_000 },
    );
  });

  it('can be salvaged, and it is said what was dropped', () => {
    const bytes = journal('one', 'two', 'three');
    const from = journal('one').length;
    const to = journal('one', 'two').length;
    bytes[from + 26] = 0;

    const { sound, dropped } = salvage(bytes);

    expect(read(sound)).to.deep.equal(['one', 'three']);
    expect(dropped).to.deep.equal([[from, to]]);
  });
});

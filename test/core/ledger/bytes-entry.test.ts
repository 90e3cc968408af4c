import { expect } from 'chai';
import fc from 'fast-check';
import { compact, plain } from '../../../src/core/ledger/bytes-entry.js';

describe('An entry of bytes', () => {
  it('gives out what it was given, few bytes or many', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), fc.constantFrom('tagged', 'buffer', 'bytes'), (bytes, form) => {
        const entry = compact({ key: 'key', version: 7, value: { form, bytes } });

        expect(entry.key).to.equal('key');
        expect(entry.version).to.equal(7);
        expect(entry.value).to.deep.equal({ form, bytes });
      }),
    );
  });

  it('is not changed by who has written, or read, its bytes', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const entry = compact({ key: 'key', version: 7, value: { form: 'buffer', bytes } });

    bytes.fill(9);
    const read = entry.value;
    if (typeof read !== 'string') read.bytes.fill(8);

    expect(entry.value).to.deep.equal({ form: 'buffer', bytes: Uint8Array.of(1, 2, 3) });
  });

  it('is handed out as data, which may be cloned', () => {
    const given = { key: 'key', version: 7, value: { form: 'tagged', bytes: Uint8Array.of(0, 127, 128, 255) } } as const;

    expect(structuredClone(plain(compact(given)))).to.deep.equal(given);
  });

  it('is as it was given where the value is text', () => {
    const entry = { key: 'key', version: 7, value: '"text"' };

    expect(compact(entry)).to.equal(entry);
    expect(plain(entry)).to.equal(entry);
  });
});

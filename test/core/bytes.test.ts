import { expect } from 'chai';
import fc from 'fast-check';

import { allocate, hostBuffer, portableUtf8, readUtf8, utf8Length, writeUtf8 } from '../../src/core/bytes.js';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string());
/** Any UTF-16 units, so halves of pairs too. */
const brokenText = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));

describe('Text in bytes', () => {
  it('reads back what it wrote, anywhere in the array', () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, at) => {
        const bytes = new Uint8Array(at + utf8Length(text));

        const written = writeUtf8(bytes, at, text);

        expect(written).to.equal(utf8Length(text));
        expect(readUtf8(bytes, at, at + written)).to.equal(text);
      }),
    );
  });

  it('touches no byte but those it says', () => {
    const bytes = new Uint8Array(8).fill(7);

    writeUtf8(bytes, 2, 'né');

    expect([...bytes]).to.deep.equal([7, 7, 0x6e, 0xc3, 0xa9, 7, 7, 7]);
  });

  it('gives the same bytes with the host and without it', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, brokenText), (text) => {
        const here = new Uint8Array(text.length * 3);
        const portable = new Uint8Array(text.length * 3);

        const written = writeUtf8(here, 0, text);

        expect(portableUtf8.write(portable, 0, text)).to.equal(written);
        expect(portableUtf8.length(text)).to.equal(written);
        expect(utf8Length(text)).to.equal(written);
        expect(portable).to.deep.equal(here);
      }),
    );
  });

  it('reads the same text with the host and without it, also of bytes that are no text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(portableUtf8.read(bytes, 0, bytes.length)).to.equal(readUtf8(bytes, 0, bytes.length));
      }),
    );
  });

  it('keeps a byte order mark', () => {
    const bytes = new Uint8Array(4);
    writeUtf8(bytes, 0, '\ufeffa');

    expect(readUtf8(bytes, 0, 4)).to.equal('\ufeffa');
    expect(portableUtf8.read(bytes, 0, 4)).to.equal('\ufeffa');
  });

  it('puts U+FFFD in place of half a pair', () => {
    const bytes = new Uint8Array(6);

    const written = writeUtf8(bytes, 0, 'a\ud800b');

    expect(readUtf8(bytes, 0, written)).to.equal('a\ufffdb');
  });

  it('gives memory that is shared with nobody', () => {
    const bytes = allocate(10);

    expect(bytes.length).to.equal(10);
    expect(bytes.buffer.byteLength).to.equal(10);
  });

  it('uses the Buffer of Node', () => {
    expect(hostBuffer).to.equal(Buffer);
  });
});

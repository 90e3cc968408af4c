/** Faults that the fuzzers have to find: a length from outside that is believed before it is checked. */
import sinon from 'sinon';
import { ByteReader } from '../../src/core/codec/byte-reader.js';
import { Inbox } from '../../src/core/star/inbox.js';
import { Joiner } from '../../src/core/star/joiner.js';
import { HEADER } from '../../src/core/star/packet.js';
import { allocate } from '../../src/core/bytes.js';

/** No input of theirs may take more than this, in bytes: a few of the longest packets that are let in, and what the engine itself takes now and then. */
export const MOST = 1_000_000;

/** Enough to be found, and nothing that a machine would miss: memory that nobody writes to. */
const BELIEVED = 2 ** 26;

export const PLANTS = {
  header: () => {
    const { received } = Inbox.prototype;
    sinon.stub(Inbox.prototype, 'received').callsFake(function (this: Inbox, bytes, areGiven) {
      if (bytes.length >= HEADER) believe(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
      received.call(this, bytes, areGiven);
    });
  },
  fragments: () => {
    sinon.stub(Joiner.prototype, 'begin').callsFake((packet) => {
      packet.skip(4);
      believe(packet.u32());
    });
  },
  value: () => {
    const { copy } = ByteReader.prototype;
    sinon.stub(ByteReader.prototype, 'copy').callsFake(function (this: ByteReader, length) {
      believe(length);
      return copy.call(this, length);
    });
  },
} as const;

function believe(length: number): void {
  allocate(Math.min(length, BELIEVED));
}

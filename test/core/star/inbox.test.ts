import { expect } from 'chai';
import fc from 'fast-check';
import { HubError } from '../../../src/core/errors.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import { Slab } from '../../../src/core/star/slab.js';

interface Seen {
  readonly kind: number;
  readonly id: number;
  readonly name: string;
  readonly text: string;
}

function written(packets: readonly Seen[]): Uint8Array {
  const portions: Uint8Array[] = [];
  const slab = new Slab((bytes) => {
    portions.push(new Uint8Array(bytes));
    return true;
  });
  for (const { kind, id, name, text } of packets) {
    slab.begin(kind, 0, 0, id, 0, name);
    slab.text(text);
    slab.end();
  }
  slab.flush();
  return Buffer.concat(portions);
}

function readBack(bytes: Uint8Array, cuts: readonly number[], limit = 1 << 20): Seen[] {
  const seen: Seen[] = [];
  const inbox = new Inbox(limit, (packet) => seen.push({ kind: packet.kind, id: packet.id, name: packet.name, text: packet.text() }));
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < at.length; i++) {
    const portion = bytes.slice(at[i - 1], at[i]);
    inbox.received(portion);
    portion.fill(0xff);
  }
  return seen;
}

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(1_000, 30_000, 70_000, 200_000).map((length) => 'ü'.repeat(length)));
const packet = fc.record({ kind: fc.constantFrom(KIND.message, KIND.outcome), id: fc.nat(), name: fc.string({ maxLength: 60 }),
  text });

describe('Inbox', () => {
  it('gives the same packets in whatever portions their bytes come', () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 20 }), (packets, cuts) => {
        const bytes = written(packets);

        const seen = readBack(bytes, cuts, bytes.length);

        expect(seen).to.deep.equal(packets);
      }),
      { numRuns: 200 },
    );
  });

  it('gives of a fragment what has come of it, and gathers nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), (size, cuts, areGiven) => {
        const body = Uint8Array.from({ length: size }, (_, i) => (i * 31) & 0xff);
        const packets = written([{ kind: KIND.message, id: 1, name: 'n', text: 'before' }]);
        const header = written([{ kind: KIND.fragment, id: 7, name: '', text: '' }]);
        new DataView(header.buffer, header.byteOffset).setUint32(0, size, true);
        const bytes = Buffer.concat([packets, header, body, packets]);
        const pieces: Uint8Array[] = [];
        const others: string[] = [];
        const inbox = new Inbox(bytes.length, (each) => {
          if (each.kind === KIND.fragment) pieces.push(Uint8Array.from(each.remaining()));
          else others.push(each.text());
          expect(each.id).to.equal(each.kind === KIND.fragment ? 7 : 1);
        });

        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        for (let i = 1; i < at.length; i++) inbox.received(bytes.subarray(at[i - 1], at[i]), areGiven);

        expect(Buffer.concat(pieces).equals(body)).to.equal(true);
        expect(others).to.deep.equal(['before', 'before']);
      }),
      { numRuns: 100 },
    );
  });

  it('gives them byte by byte too', () => {
    const packets = [{ kind: KIND.message, id: 7, name: 'news', text: 'ü€😀' }, { kind: KIND.reply, id: 8, name: '', text: '' }];
    const bytes = written(packets);

    const seen = readBack(bytes, [...bytes.keys()]);

    expect(seen).to.deep.equal(packets);
  });

  it('refuses a packet over its limit at the header, whatever follows', () => {
    const bytes = written([{ kind: KIND.message, id: 1, name: '', text: 'x'.repeat(101) }]);

    expect(() => readBack(bytes.slice(0, 20), [], 100)).to.throw(HubError).with.property('code', 'TOO_LARGE');
    expect(() => readBack(bytes.slice(0, 20), [4, 9], 100)).to.throw(HubError).with.property('code', 'TOO_LARGE');
  });

  it('throws nothing but HubErrors on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const inbox = new Inbox(4_096, (read) => {
          read.string();
          read.payload();
          read.rest();
        });
        try {
          inbox.received(bytes);
        } catch (error) {
          expect(error).to.be.instanceOf(HubError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

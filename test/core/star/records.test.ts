import { expect } from 'chai';
import fc from 'fast-check';
import { HubError } from '../../../src/core/errors.js';
import { crc32c } from '../../../src/core/star/crc32c.js';
import { AT, HEADER } from '../../../src/core/star/packet.js';
import { Reader } from '../../../src/core/star/reader.js';
import { bodyText, eachCommand, eachRecord, RECORD } from '../../../src/core/star/record.js';
import { Records } from '../../../src/core/star/records.js';
import { salvage, soundPart } from '../../../src/core/star/sound-part.js';

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

/** Number `id`, with a name and a body of so many bytes. */
function packet(id: number, length: number, { oldest = 0, type = 0, nameLength = 0 } = {}): Reader {
  const bytes = new Uint8Array(HEADER + length).fill(id, HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.length, length, true);
  view.setUint16(AT.nameLength, nameLength, true);
  view.setUint32(AT.member, oldest, true);
  view.setUint32(AT.id, id, true);
  view.setUint32(AT.extra, type, true);
  return new Reader().open(bytes, 0, bytes.length, true);
}

/** Of each record: whose it is, of which seq, and the numbers of its commands. */
function commandsIn(bytes: Uint8Array): [number, number, number[]][] {
  const records: [number, number, number[]][] = [];
  eachRecord(bytes, (record) => {
    const ids: number[] = [];
    if (record.kind === RECORD.commands) {
      eachCommand(record, new Reader(), (command) => {
        expect(command.remaining().every((byte) => byte === command.id)).to.equal(true);
        ids.push(command.id);
      });
    }
    records.push([record.member, record.seq, ids]);
  });
  return records;
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

  it('hold the commands of one member together, until something else comes between', () => {
    const records = new Records();

    for (const id of [1, 2, 3]) records.command(7, 5, packet(id, id * 90));
    records.command(7, 6, packet(4, 0));
    records.command(7, 5, packet(5, 10));
    records.decree(7, 'now');
    records.command(7, 5, packet(6, 5_000));
    records.command(8, 5, packet(7, 1));

    expect(commandsIn(records.bytes)).to.deep.equal([[5, 7, [1, 2, 3]], [6, 7, [4]], [5, 7, [5]], [0, 7, []], [5, 7, [6]], [5, 8, [7]]]);
  });

  it('have all of a command that decides what becomes of it, whatever came before it', () => {
    const command = fc.record({
      seq: fc.constantFrom(7, 8),
      member: fc.constantFrom(5, 6),
      id: fc.constantFrom(0, 1, 2, 3, 0xffff_fffe, 0xffff_ffff),
      oldest: fc.constantFrom(0, 1, 0xffff_ffff),
      type: fc.constantFrom(1, 2, 63),
      nameLength: fc.constantFrom(0, 1, 255, 256, 65_535),
      bodyLength: fc.constantFrom(0, 1, 3, 254, 255, 256, 70_000),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), (commands) => {
        const records = new Records();
        for (const { seq, member, id, nameLength, bodyLength, ...rest } of commands) records.command(seq, member, packet(id, nameLength + bodyLength, { nameLength, ...rest }));

        const found: unknown[] = [];
        eachRecord(records.bytes, (record) =>
          eachCommand(record, new Reader(), ({ id, member: oldest, extra: type, nameLength, length, content }) => {
            expect(content.every((byte) => byte === (id & 0xff))).to.equal(true);
            found.push({ seq: record.seq, member: record.member, id, oldest, type, nameLength, bodyLength: length - nameLength });
          }),
        );
        expect(found).to.deep.equal(commands);
      }),
    );
  });

  it('take three bytes beside its name and body for a command that follows another', () => {
    const records = new Records();
    records.command(7, 5, packet(1, 10, { nameLength: 5 }));
    const before = records.size;

    for (let id = 2; id <= 100; id++) records.command(7, 5, packet(id, 10, { nameLength: 5 }));

    expect(records.size - before).to.equal(99 * (3 + 10));
  });

  it('begin anew where they were written, or handed over', () => {
    const records = new Records();

    records.command(7, 5, packet(1, 3));
    const taken = records.take();
    records.command(7, 5, packet(2, 3));
    const second = Uint8Array.from(records.bytes);
    records.clear();
    records.command(7, 5, packet(3, 3));

    expect([taken, second, records.bytes].map(commandsIn)).to.deep.equal([[[5, 7, [1]]], [[5, 7, [2]]], [[5, 7, [3]]]]);
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

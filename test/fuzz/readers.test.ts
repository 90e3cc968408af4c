import { expect } from 'chai';
import { unwrap, isOurs } from '../../src/adapters/ipc/parcel.js';
import { Estate } from '../../src/core/star/estate.js';
import { Inbox } from '../../src/core/star/inbox.js';
import { Reader } from '../../src/core/star/reader.js';
import { eachCommand, eachRecord } from '../../src/core/star/record.js';
import { Records } from '../../src/core/star/records.js';
import { Slab } from '../../src/core/star/slab.js';
import { salvage, soundPart } from '../../src/core/star/sound-part.js';
import { readCommand, writeCommand } from '../../src/core/star/vocabulary.js';
import { Random } from '../simulation/random.js';
import { Allocation } from './allocation.js';
import { mutate } from './mutate.js';
import { MOST } from './plants.js';
import { expectReadable, readValues } from './reading.js';

const INPUTS = 20_000;

describe('Whatever bytes are read', () => {
  it(`values are values, or refused: ${INPUTS} inputs`, () => {
    expect(readValues(INPUTS)).to.be.below(MOST);
  });

  it(`journals are read as far as they are sound, or refused: ${INPUTS} inputs`, () => {
    const random = new Random(2);
    const memory = new Allocation();
    const records = new Records();
    for (let i = 1; i <= 8; i++) {
      if (i % 3 === 0) records.mark(records.size);
      records.decree(i, JSON.stringify({ command: { type: 'member.join', member: { id: `m${i}`, name: 'm', labels: {}, pid: i } } }));
    }
    const journal = Uint8Array.from(records.bytes);
    const members = Estate.read(soundPart(Uint8Array.from(journal), 'journal', false)).ledger.members.size;

    for (let i = 0; i < INPUTS; i++) {
      const bytes = mutate(journal, [journal], random);
      memory.begin();
      expectReadable(
        () => {
          const sound = soundPart(Uint8Array.from(bytes), 'journal', i % 2 === 0);
          expect(Estate.read(sound).ledger.members.size).to.be.at.most(members + 8);
        },
        ['JOURNAL'],
        bytes,
      );
      memory.end();
      const { sound, dropped } = salvage(bytes);
      expect(eachRecord(sound)).to.equal(sound.length);
      expect(sound.length + dropped.reduce((size, [from, to]) => size + to - from, 0)).to.equal(bytes.length);
    }

    expect(memory.most).to.be.below(MOST);
  });

  it(`commands of a record are read, or refused: ${INPUTS} inputs`, () => {
    const random = new Random(4);
    const memory = new Allocation();
    const records = new Records();
    const slab = new Slab((bytes) => {
      new Inbox(1_000, (packet) => records.command(7, 1, packet)).received(bytes);
      return true;
    });
    writeCommand(slab, 1, 1, { type: 'lock.acquire', key: 'key', ticket: 1, wait: true }, false);
    writeCommand(slab, 2, 1, { type: 'lock.release', ticket: 1 }, false);
    writeCommand(slab, 9, 3, { type: 'map.set', map: 'm', key: 'key', value: JSON.stringify('x'.repeat(300)) }, false);
    slab.flush();
    const real: Uint8Array[] = [];
    eachRecord(Uint8Array.from(records.bytes), ({ bytes, start, end }) => real.push(bytes.slice(start, end)));
    const reader = new Reader();
    const read = (bytes: Uint8Array): string[] => {
      const types: string[] = [];
      eachCommand({ bytes, start: 0, end: bytes.length }, reader, (packet) => types.push(readCommand(packet).type));
      return types;
    };

    for (let i = 0; i < INPUTS; i++) {
      const bytes = mutate(random.pick(real), real, random);
      memory.begin();
      expectReadable(() => read(bytes), ['BAD_PACKET'], bytes);
      memory.end();
    }

    expect(real.flatMap(read)).to.deep.equal(['lock.acquire', 'lock.release', 'map.set']);
    expect(memory.most).to.be.below(MOST);
  });

  it(`parcels are ours, or not: ${INPUTS} inputs`, () => {
    const random = new Random(3);
    const real = ['{"interhub":1,"group":"g","link":"l","type":"packets","bytes":"AAAA"}', '{"interhub":1,"group":"g","link":"l","type":"open","bytes":{"0":0}}'].map((text) => Uint8Array.from(Buffer.from(text)));
    let ours = 0;

    for (let i = 0; i < INPUTS; i++) {
      const parcel = parsed(mutate(random.pick(real), real, random));
      if (!isOurs(parcel)) continue;
      ours += 1;
      const bytes = unwrap(parcel.bytes);
      expect(bytes === undefined || bytes instanceof Uint8Array).to.equal(true);
    }

    expect(ours).to.be.above(INPUTS / 100);
  });
});

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

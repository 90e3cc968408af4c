import { expect } from 'chai';
import fc from 'fast-check';
import { Estate } from '../../../src/core/star/estate.js';
import { Reader } from '../../../src/core/star/reader.js';
import { Records } from '../../../src/core/star/records.js';
import { Renewal } from '../../../src/core/star/renewal.js';
import { Slab } from '../../../src/core/star/slab.js';
import { readCommand, writeCommand } from '../../../src/core/star/vocabulary.js';
import type { Submitted } from '../../../src/core/star/vocabulary.js';
import { MemoryJournal } from '../../support/memory-journal.js';

/** An estate and its journal, written to as a broker does. */
class Place {
  readonly estate = new Estate();
  readonly journal = new MemoryJournal();
  renewal: Renewal | undefined;
  readonly #records = new Records();
  readonly #packet = new Reader();
  readonly #slab = new Slab((bytes) => {
    this.#packet.open(Uint8Array.from(bytes), 0, bytes.length, true);
    return true;
  });
  #last = 0;

  constructor(members: number) {
    for (let i = 1; i <= members; i++) {
      const decree = { command: { type: 'member.join', member: { id: `id ${i}`, name: `m${i}`, labels: {}, pid: i } }, proof: `proof ${i}` } as const;
      this.#records.decree(this.estate.ledger.seq, JSON.stringify(decree));
      this.estate.decree(0, decree);
    }
    this.#append();
  }

  do(member: number, command: Submitted): void {
    this.#last += 1;
    writeCommand(this.#slab, this.#last, 1, command, false);
    this.#slab.flush();
    this.#records.command(this.estate.ledger.seq, member, this.#packet);
    this.estate.command(0, member, 1, this.#last, readCommand(this.#packet));
    this.#append();
  }

  renew(piece: number): Renewal {
    return (this.renewal = new Renewal(this.journal, this.estate, piece));
  }

  #append(): void {
    this.journal.append(this.#records.bytes);
    this.renewal?.appended(this.#records.size);
    this.#records.clear();
  }
}

function stateOf(estate: Estate): unknown {
  return { ledger: estate.ledger.snapshot(), proofs: [...estate.proofs], outcomes: Array.from({ length: 99 }, (_, i) => [1, 2].map((member) => estate.outcome(member, i))) };
}

const set = (i: number, value = '1'): Submitted => ({ type: 'map.set', map: 'm', key: `key ${i}`, value });

describe('A journal that is written anew', () => {
  it('takes a bounded piece at a time, however much there is', () => {
    const place = new Place(1);
    for (let i = 0; i < 10_000; i++) place.do(1, set(i));
    const sizes: number[] = [];

    const renewal = place.renew(16_384);
    for (let before = 0; !renewal.isWhole; renewal.goOn()) {
      sizes.push(renewal.size - before);
      before = renewal.size;
    }

    expect(sizes.length).to.be.above(5);
    expect(Math.max(...sizes)).to.be.below(16_384 + 33_000);
  });

  it('takes more at a time when more comes in between, so that it ends', () => {
    const pieces = [0, 1].map((comes) => {
      const place = new Place(1);
      for (let i = 0; i < 10_000; i++) place.do(1, set(i));
      let count = 0;
      for (const renewal = place.renew(4_096); !renewal.isWhole; renewal.goOn(), count++) if (comes === 1) place.do(1, set(count, JSON.stringify('x'.repeat(65_536))));
      return count;
    });

    expect(pieces[1]).to.be.below((pieces[0] ?? 0) / 2);
  });

  const command: fc.Arbitrary<Submitted> = fc.oneof(
    fc.record({ type: fc.constant('map.set' as const), map: fc.constantFrom('m', 'n'), key: fc.constantFrom('a', 'b', 'c'), value: fc.constantFrom('1', '"x"', ''), lifetime: fc.constantFrom({ ttl: 5_000 }, { ephemeral: true }) }),
    fc.record({ type: fc.constant('map.set' as const), map: fc.constant('bounded'), key: fc.constantFrom('a', 'b', 'c'), value: fc.constantFrom('1', '2'), terms: fc.constant({ maxEntries: 2 }) }),
    fc.record({ type: fc.constant('map.delete' as const), map: fc.constantFrom('m', 'n'), key: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ type: fc.constant('map.get' as const), map: fc.constant('bounded'), key: fc.constantFrom('a', 'b') }),
    fc.record({ type: fc.constant('map.clear' as const), map: fc.constantFrom('m', 'bounded') }),
    fc.record({ type: fc.constant('lock.acquire' as const), key: fc.constantFrom('k', 'l'), ticket: fc.integer({ min: 1, max: 9 }), wait: fc.boolean() }),
    fc.record({ type: fc.constant('lock.release' as const), ticket: fc.integer({ min: 1, max: 9 }) }),
  );
  const said = fc.array(fc.tuple(fc.constantFrom(1, 2), command), { maxLength: 30 });

  it('leads to the same, whatever is decided before, meanwhile and after', () => {
    fc.assert(
      fc.property(said, said, said, fc.integer({ min: 1, max: 300 }), (before, meanwhile, after, piece) => {
        const place = new Place(2);
        for (const [member, each] of before) place.do(member, each);

        const renewal = place.renew(piece);
        for (const [member, each] of meanwhile) {
          place.do(member, each);
          if (!renewal.isWhole) renewal.goOn();
        }
        while (!renewal.isWhole) renewal.goOn();
        renewal.publish();
        place.renewal = undefined;
        for (const [member, each] of after) place.do(member, each);

        expect(place.journal.snapshots).to.equal(1);
        expect(stateOf(Estate.read(place.journal.bytes))).to.deep.equal(stateOf(place.estate));
      }),
    );
  });

  it('is nothing to go on from before it is whole, and the other is', () => {
    const place = new Place(2);
    for (let i = 0; i < 100; i++) place.do(1, set(i));
    const renewal = place.renew(1_000);
    for (let i = 0; !renewal.isWhole; i++, renewal.goOn()) {
      place.do(2, set(i, '2'));

      expect(new MemoryJournal(place.journal.draftBytes).past()).to.have.length(0);
      expect(stateOf(Estate.read(place.journal.bytes))).to.deep.equal(stateOf(place.estate));
    }
  });

  it('leaves the other as it is where it cannot be written', () => {
    const place = new Place(1);
    for (let i = 0; i < 100; i++) place.do(1, set(i));
    const before = place.journal.bytes;
    const renewal = place.renew(1_000);

    place.journal.room = 0;

    expect(() => renewal.goOn()).to.throw('ENOSPC');
    expect(place.journal.draftBytes).to.equal(undefined);
    expect(place.journal.bytes).to.equal(before);
  });
});

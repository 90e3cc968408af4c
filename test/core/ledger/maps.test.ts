import { expect } from 'chai';
import { plain } from '../../../src/core/ledger/bytes-entry.js';
import { Maps } from '../../../src/core/ledger/maps.js';
import type { Payload } from '../../../src/core/protocol.js';

const ANN = 1;
const BOB = 2;
const bytes: Payload = { form: 'bytes', bytes: Uint8Array.of(1, 2, 3) };

describe('Maps', () => {
  it('stores a value under the seq of its command, and tells the followers', () => {
    const maps = new Maps();

    const applied = maps.set(8, ANN, { map: 'stock', key: 'nails', value: '12' });

    expect(applied).to.deep.equal({
      outcome: { type: 'stored', version: 8 },
      events: [changed('stock', { type: 'set', key: 'nails', version: 8, value: '12' })],
    });
    expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'entry', version: 8, value: '12' });
  });

  it('never looks into a value', () => {
    const maps = new Maps();

    maps.set(1, ANN, { map: 'stock', key: 'nails', value: bytes });

    expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'entry', version: 1, value: bytes });
  });

  it('takes any string as a name and as a key', () => {
    const maps = new Maps();
    const words = ['', '__proto__', 'constructor', 'toString', 'ключ', '\u0000', '\ud800'];

    for (const map of words) for (const key of words) expect(maps.get(map, key).outcome).to.deep.equal({ type: 'absent' });
    for (const map of words) for (const key of words) maps.set(1, ANN, { map, key, value: JSON.stringify([map, key]) });

    for (const map of words) {
      expect(maps.size(map)).to.equal(words.length);
      for (const key of words) expect(maps.get(map, key).outcome).to.deep.include({ value: JSON.stringify([map, key]) });
    }
  });

  it('keeps the maps apart', () => {
    const maps = new Maps();

    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });

    expect(maps.get('carts', 'nails').outcome).to.deep.equal({ type: 'absent' });
    expect(maps.size('carts')).to.equal(0);
  });

  it('sets only what is as expected, and answers how it is', () => {
    const maps = new Maps();

    expect(maps.set(1, ANN, { map: 'stock', key: 'nails', value: '1', expect: 7 })).to.deep.equal({ outcome: { type: 'conflict', version: 0 }, events: [] });
    expect(maps.set(2, ANN, { map: 'stock', key: 'nails', value: '2', expect: 0 }).outcome).to.deep.equal({ type: 'stored', version: 2 });
    expect(maps.set(3, ANN, { map: 'stock', key: 'nails', value: '3', expect: 0 })).to.deep.equal({ outcome: { type: 'conflict', version: 2 }, events: [] });
    expect(maps.set(4, ANN, { map: 'stock', key: 'nails', value: '4', expect: 2 }).outcome).to.deep.equal({ type: 'stored', version: 4 });

    expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'entry', version: 4, value: '4' });
  });

  it('deletes an entry once, and tells the followers once', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });

    expect(maps.delete(2, { map: 'stock', key: 'nails' })).to.deep.equal({
      outcome: { type: 'removed', removed: true, seq: 2 },
      events: [changed('stock', { type: 'delete', key: 'nails', version: 2 })],
    });
    expect(maps.delete(3, { map: 'stock', key: 'nails' })).to.deep.equal({ outcome: { type: 'removed', removed: false, seq: 3 }, events: [] });
    expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'absent' });
  });

  it('deletes only what is as expected', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });

    expect(maps.delete(2, { map: 'stock', key: 'nails', expect: 0 })).to.deep.equal({ outcome: { type: 'conflict', version: 1 }, events: [] });
    expect(maps.delete(3, { map: 'stock', key: 'nails', expect: 1 }).outcome).to.deep.include({ removed: true });
    expect(maps.delete(4, { map: 'stock', key: 'nails', expect: 1 }).outcome).to.deep.equal({ type: 'conflict', version: 0 });
    expect(maps.delete(5, { map: 'stock', key: 'nails', expect: 0 }).outcome).to.deep.include({ removed: false });
  });

  it('deletes what is set to undefined; its version is then 0', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });

    expect(maps.set(2, ANN, { map: 'stock', key: 'nails', value: '', expect: 9 }).outcome).to.deep.equal({ type: 'conflict', version: 1 });
    expect(maps.set(3, ANN, { map: 'stock', key: 'nails', value: '', expect: 1 })).to.deep.equal({
      outcome: { type: 'stored', version: 0 },
      events: [changed('stock', { type: 'delete', key: 'nails', version: 3 })],
    });
    expect(maps.set(4, ANN, { map: 'stock', key: 'nails', value: '' })).to.deep.equal({ outcome: { type: 'stored', version: 0 }, events: [] });
  });

  it('adds to a number, beginning at 0', () => {
    const maps = new Maps();

    expect(maps.add(1, { map: 'stock', key: 'nails', amount: 2 })).to.deep.equal({
      outcome: { type: 'sum', version: 1, sum: 2 },
      events: [changed('stock', { type: 'set', key: 'nails', version: 1, value: '2' })],
    });
    expect(maps.add(2, { map: 'stock', key: 'nails', amount: -4.5 }).outcome).to.deep.equal({ type: 'sum', version: 2, sum: -2.5 });
    expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'entry', version: 2, value: '-2.5' });
  });

  it('adds to every number that JSON can write, and its sum is one again', () => {
    const maps = new Maps();

    for (const number of [0, -0.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, 5e-324]) {
      maps.set(1, ANN, { map: 'stock', key: 'nails', value: JSON.stringify(number) });

      expect(maps.add(2, { map: 'stock', key: 'nails', amount: 1 }).outcome).to.deep.include({ sum: number + 1 });
      expect(maps.get('stock', 'nails').outcome).to.deep.include({ value: JSON.stringify(number + 1) });
    }
  });

  for (const value of ['"7"', 'null', '[1]', 'true', ' 1', '0x10', '1_000', 'Infinity', '1e400', '.5', '01', bytes]) {
    it(`does not add to ${typeof value === 'string' ? value : 'bytes'}`, () => {
      const maps = new Maps();
      maps.set(1, ANN, { map: 'stock', key: 'nails', value });

      const applied = maps.add(2, { map: 'stock', key: 'nails', amount: 1 });

      expect(applied).to.deep.equal({ outcome: { type: 'not-a-number' }, events: [] });
      expect(maps.get('stock', 'nails').outcome).to.deep.equal({ type: 'entry', version: 1, value });
    });
  }

  it('refuses a sum that JSON could not write', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '1e308' });

    expect(maps.add(2, { map: 'stock', key: 'nails', amount: 1e308 }).outcome).to.deep.equal({ type: 'not-a-number' });
    expect(maps.add(3, { map: 'stock', key: 'nails', amount: NaN }).outcome).to.deep.equal({ type: 'not-a-number' });
    expect(maps.add(4, { map: 'stock', key: 'screws', amount: -Infinity }).outcome).to.deep.equal({ type: 'not-a-number' });
    expect(maps.size('stock')).to.equal(1);
  });

  it('clears a map once, and leaves the others alone', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });
    maps.set(2, ANN, { map: 'carts', key: 'ann', value: '1' });

    expect(maps.clear(3, 'stock')).to.deep.equal({
      outcome: { type: 'removed', removed: true, seq: 3 },
      events: [changed('stock', { type: 'clear', version: 3 })],
    });
    expect(maps.clear(4, 'stock')).to.deep.equal({ outcome: { type: 'removed', removed: false, seq: 4 }, events: [] });
    expect([maps.size('stock'), maps.size('carts')]).to.deep.equal([0, 1]);
  });

  it('keeps nothing of a map when its last entry is gone', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });
    maps.set(2, ANN, { map: 'carts', key: 'ann', value: '1' });

    maps.delete(3, { map: 'stock', key: 'nails' });
    maps.set(4, ANN, { map: 'carts', key: 'ann', value: '' });

    expect(maps.snapshot()).to.deep.equal([]);
  });

  it('hands out entries that do not change afterwards', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });

    const entries = maps.entries('stock');
    maps.set(2, ANN, { map: 'stock', key: 'nails', value: '13' });
    maps.set(3, ANN, { map: 'stock', key: 'screws', value: '1' });

    expect(entries).to.deep.equal([{ key: 'nails', version: 1, value: '12' }]);
  });

  it('ends an entry when its time is over, and tells which version has gone', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12', lifetime: { ttl: 100 } });

    expect(maps.due).to.equal(100);
    expect(maps.pass(2, 99)).to.deep.equal([]);
    expect(maps.pass(3, 100)).to.deep.equal([changed('stock', { type: 'delete', key: 'nails', version: 3, ended: { reason: 'expired', version: 1 } })]);

    expect(maps.size('stock')).to.equal(0);
    expect(maps.due).to.equal(Infinity);
  });

  it('forgets how an entry was to end when it is set again or deleted, and not when something is added', () => {
    const maps = new Maps();
    for (const key of ['set', 'deleted', 'added']) maps.set(1, ANN, { map: 'stock', key, value: '1', lifetime: { ttl: 10, ephemeral: true } });

    maps.set(2, BOB, { map: 'stock', key: 'set', value: '2' });
    maps.delete(3, { map: 'stock', key: 'deleted' });
    maps.set(4, BOB, { map: 'stock', key: 'deleted', value: '2' });
    maps.add(5, { map: 'stock', key: 'added', amount: 1 });

    expect(maps.snapshotOfEnds()).to.deep.equal([{ map: 'stock', key: 'added', at: 10, member: ANN }]);
  });

  it('ends what was cleared no second time', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12', lifetime: { ttl: 10, ephemeral: true } });

    maps.clear(2, 'stock');

    expect([maps.pass(3, 10), maps.leave(4, ANN), maps.due]).to.deep.equal([[], [], Infinity]);
  });

  it('ends what is bound to a member with it, in the order in which it was set', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'b', value: '1', lifetime: { ephemeral: true } });
    maps.set(2, ANN, { map: 'carts', key: 'a', value: '1', lifetime: { ephemeral: true } });
    maps.set(3, BOB, { map: 'stock', key: 'c', value: '1', lifetime: { ephemeral: true } });

    expect(maps.leave(4, ANN)).to.deep.equal([
      changed('stock', { type: 'delete', key: 'b', version: 4, ended: { reason: 'left', version: 1 } }),
      changed('carts', { type: 'delete', key: 'a', version: 4, ended: { reason: 'left', version: 2 } }),
    ]);
    expect(maps.leave(5, ANN)).to.deep.equal([]);
    expect(maps.snapshotOfEnds()).to.deep.equal([{ map: 'stock', key: 'c', member: BOB }]);
  });

  it('lets go what was used longest ago, first of all, and tells it first', () => {
    const maps = new Maps();
    const terms = { maxEntries: 2 };
    for (const key of ['a', 'b']) maps.set(1, ANN, { map: 'cache', key, value: '1', terms });

    maps.use('cache', 'a');
    const { events } = maps.set(2, ANN, { map: 'cache', key: 'c', value: '1' });

    expect(events).to.deep.equal([
      changed('cache', { type: 'delete', key: 'b', version: 2, ended: { reason: 'evicted', version: 1 } }),
      changed('cache', { type: 'set', key: 'c', version: 2, value: '1' }),
    ]);
    expect(maps.entries('cache').map(({ key }) => key)).to.deep.equal(['a', 'c']);
  });

  it('counts keys and values in bytes, texts by their length', () => {
    const maps = new Maps();
    const terms = { maxBytes: 9 };
    maps.set(1, ANN, { map: 'cache', key: 'a', value: '1234', terms });
    maps.set(2, ANN, { map: 'cache', key: 'b', value: bytes });
    expect(maps.size('cache')).to.equal(2);

    maps.set(3, ANN, { map: 'cache', key: 'b', value: '1234' });

    expect(maps.entries('cache').map(({ key }) => key)).to.deep.equal(['b']);
    expect(maps.set(4, ANN, { map: 'cache', key: 'c', value: '123456789' }).outcome).to.deep.equal({ type: 'too-large', limit: 9 });
  });

  it('agrees on the first terms that come with a write, and refuses others', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'cache', key: 'a', value: '1' });
    maps.set(2, ANN, { map: 'cache', key: 'b', value: '1' });

    const { events } = maps.add(3, { map: 'cache', key: 'c', amount: 1, terms: { maxEntries: 1 } });

    expect(events).to.have.length(3);
    const other = { map: 'cache', key: 'c', terms: { maxEntries: 1, ttl: 5 } };
    const refused = { outcome: { type: 'other-terms', terms: { maxEntries: 1 } }, events: [] };
    expect(maps.set(4, ANN, { ...other, value: '1' })).to.deep.equal(refused);
    expect(maps.add(5, { ...other, amount: 1 })).to.deep.equal(refused);
    expect(maps.transact(6, ANN, { ...other, conditions: [], then: [], otherwise: [] })).to.deep.equal(refused);
  });

  it('remembers the terms of the last 10 000 maps that became empty', () => {
    const maps = new Maps();
    const terms = { maxEntries: 5 };
    for (let n = 0; n <= 10_000; n++) {
      maps.set(1, ANN, { map: `map ${n}`, key: 'a', value: '1', terms });
      maps.delete(2, { map: `map ${n}`, key: 'a' });
    }

    const others = { key: 'a', value: '1', terms: { maxEntries: 6 } };

    expect(maps.set(3, ANN, { map: 'map 0', ...others }).outcome).to.deep.equal({ type: 'stored', version: 3 });
    expect(maps.set(4, ANN, { map: 'map 1', ...others }).outcome).to.deep.equal({ type: 'other-terms', terms });
    expect(maps.snapshot()).to.have.length(10_001);
  });

  for (const ttl of [0, -1, NaN, Infinity]) {
    it(`takes no time to live of ${ttl}`, () => {
      const maps = new Maps();

      const outcomes = [
        maps.set(1, ANN, { map: 'stock', key: 'nails', value: '1', lifetime: { ttl } }).outcome,
        maps.set(2, ANN, { map: 'stock', key: 'nails', value: '1', terms: { ttl } }).outcome,
        maps.transact(3, ANN, { map: 'stock', conditions: [], then: [{ type: 'set', key: 'nails', value: '1', lifetime: { ttl } }], otherwise: [] }).outcome,
      ];

      expect(outcomes.map(({ type }) => type)).to.deep.equal(['invalid', 'invalid', 'invalid']);
      expect(maps.snapshot()).to.deep.equal([]);
    });
  }

  it('tells a transaction as one change, and nothing of one that changes nothing', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'nails', value: '12' });
    const then = [{ type: 'set', key: 'screws', value: '1' }, { type: 'delete', key: 'nails' }] as const;

    const done = maps.transact(2, ANN, { map: 'stock', conditions: [{ key: 'nails', expect: 1 }], then, otherwise: [] });
    const late = maps.transact(3, ANN, { map: 'stock', conditions: [{ key: 'nails', expect: 1 }], then, otherwise: [{ type: 'get', key: 'screws' }] });

    expect(done).to.deep.equal({
      outcome: { type: 'transacted', succeeded: true, version: 2, results: [{ type: 'stored', version: 2 }, { type: 'removed', removed: true, seq: 2 }] },
      events: [{ to: 'followers', event: { type: 'map.transacted', map: 'stock', version: 2, changes: [{ type: 'set', key: 'screws', version: 2, value: '1' }, { type: 'delete', key: 'nails', version: 2 }] } }],
    });
    expect(late).to.deep.equal({ outcome: { type: 'transacted', succeeded: false, version: 0, results: [{ type: 'entry', version: 2, value: '1' }] }, events: [] });
  });

  it('ends with its members, but for what is durable, its options too, until that is deleted', () => {
    const maps = new Maps();
    const kept = { durable: true, maxEntries: 2 };
    maps.set(1, ANN, { map: 'kept', key: 'a', value: '1', terms: kept });
    maps.set(2, ANN, { map: 'kept', key: 'b', value: '1', lifetime: { ttl: 10 } });
    maps.set(3, ANN, { map: 'emptied', key: 'a', value: '1', terms: kept });
    maps.delete(4, { map: 'emptied', key: 'a' });
    maps.set(5, ANN, { map: 'gone', key: 'a', value: '1', terms: { maxEntries: 2 }, lifetime: { ttl: 5 } });

    maps.end();

    expect(maps.snapshot()).to.deep.equal([
      { name: 'kept', entries: [{ key: 'a', version: 1, value: '1' }, { key: 'b', version: 2, value: '1' }], terms: kept },
      { name: 'emptied', entries: [], terms: kept },
    ]);
    expect([maps.snapshotOfEnds(), maps.due]).to.deep.equal([[{ map: 'kept', key: 'b', at: 10 }], 10]);
    expect(maps.set(6, BOB, { map: 'kept', key: 'a', value: '1', terms: { maxEntries: 2 } }).outcome).to.deep.equal({ type: 'other-terms', terms: kept });
    expect(maps.set(7, BOB, { map: 'gone', key: 'a', value: '1', terms: kept }).outcome).to.deep.equal({ type: 'stored', version: 7 });
  });

  it('goes on from a snapshot, with the order of the keys', () => {
    const maps = new Maps();
    maps.set(1, ANN, { map: 'stock', key: 'b', value: '1' });
    maps.set(2, ANN, { map: 'stock', key: 'a', value: bytes });
    maps.set(3, ANN, { map: 'stock', key: 'b', value: '2' });

    const restored = new Maps(structuredClone(maps.snapshot()));

    expect(restored.entries('stock').map(plain)).to.deep.equal([
      { key: 'b', version: 3, value: '2' },
      { key: 'a', version: 2, value: bytes },
    ]);
  });
});

function changed(map: string, change: object) {
  return { to: 'followers', event: { type: 'map.changed', map, change } };
}

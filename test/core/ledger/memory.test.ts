/** What a ledger keeps of a map in memory, counted by the collector: the same on any machine, however busy. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { AUTHORITY, Ledger } from '../../../src/core/ledger/ledger.js';
import type { Payload } from '../../../src/core/protocol.js';

const COUNT = 200_000;

describe('A map of many small entries', () => {
  it('takes less than 250 bytes an entry beside its key and its value', () => {
    const each = besideKeyAndValue((index) => flat(`"value ${index}"`));

    expect(each).to.be.within(30, 250);
  });

  it('takes no more where the values are a few bytes', () => {
    const few = besideKeyAndValue((index) => ({ form: 'tagged', bytes: Uint8Array.of(index, index >> 8, 3) }));
    const more = besideKeyAndValue((index) => ({ form: 'buffer', bytes: new Uint8Array(64).fill(index) }));

    expect(few).to.be.within(30, 250);
    expect(more).to.be.within(30, 250);
  });
});

describe('Locks that come and go', () => {
  it('leave nothing behind, each of a key of its own', () => {
    const ledger = ledgerOfOne();
    const before = heap();

    passThrough(ledger, 200_000, (n) => `key ${n}`);

    expect(heap() - before).to.be.below(500_000);
    expect(ledger.snapshot().tickets).to.deep.equal([]);
  });

  it('never grow old: what has gone is collected young', () => {
    const ledger = ledgerOfOne();
    passThrough(ledger, 10_000, (n) => `key ${n % 64}`);
    heap();
    const before = old();

    passThrough(ledger, 200_000, (n) => `key ${n % 64}`);

    expect(old() - before).to.be.below(1_000_000);
  });
});

function ledgerOfOne(): Ledger {
  const ledger = new Ledger();
  ledger.apply(1, AUTHORITY, { type: 'member.join', member: { id: 'ann', name: 'ann', labels: {}, pid: 1 } });
  return ledger;
}

/** As many locks one after another, each released when 64 more have been acquired. */
function passThrough(ledger: Ledger, count: number, keyOf: (n: number) => string): void {
  for (let n = 0; n < count + 64; n++) {
    if (n >= 64) ledger.apply(ledger.seq + 1, 1, { type: 'lock.release', ticket: n - 63 });
    if (n < count) ledger.apply(ledger.seq + 1, 1, { type: 'lock.acquire', key: keyOf(n), ticket: n + 1, wait: true });
  }
}

/** What the collector takes for long-lived. */
function old(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}

/** For each of many entries. */
function besideKeyAndValue(valueOf: (index: number) => Payload): number {
  const ledger = ledgerOfOne();
  let own = 0;

  const before = heap();
  for (let index = 0; index < COUNT; index++) {
    const [key, value] = [flat(`key ${index}`), valueOf(index)];
    ledger.apply(ledger.seq + 1, 1, { type: 'map.set', map: 'm', key, value });
    own += key.length + (typeof value === 'string' ? value.length : value.bytes.length);
  }
  const taken = heap() - before;

  expect(ledger.whole('m').entries).to.have.length(COUNT);
  return (taken - own) / COUNT;
}

/** In one piece: a text that was put together is that only when it is used as a key. */
function flat(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function heap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

/** What a ledger keeps of a map in memory, counted by the collector: the same on any machine, however busy. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { AUTHORITY, Ledger } from '../../../src/core/ledger/ledger.js';

describe('A map of many small entries', () => {
  it('takes less than 250 bytes an entry beside its key and its value', () => {
    const entries = Array.from({ length: 200_000 }, (_, index) => ({ key: flat(`key ${index}`), value: flat(`"value ${index}"`) }));
    const ledger = new Ledger();
    ledger.apply(1, AUTHORITY, { type: 'member.join', member: { id: 'ann', name: 'ann', labels: {}, pid: 1 } });

    const before = heap();
    for (const { key, value } of entries) ledger.apply(ledger.seq + 1, 1, { type: 'map.set', map: 'm', key, value });
    const each = (heap() - before) / entries.length;

    expect(ledger.whole('m').entries).to.have.length(entries.length);
    expect(each).to.be.within(30, 250);
  });
});

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

import { expect } from 'chai';
import type { Event, Interest } from '../../../src/core/protocol.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import type { Reader } from '../../../src/core/star/reader.js';
import { Slab } from '../../../src/core/star/slab.js';
import { readCommand, readEvent, readInterest, readOutcome, writeCommand, writeEvent, writeInterest, writeOutcome } from '../../../src/core/star/vocabulary.js';
import type { Submitted, Told } from '../../../src/core/star/vocabulary.js';

function crossing<T>(write: (slab: Slab) => void, read: (packet: Reader) => T): T[] {
  const seen: T[] = [];
  const inbox = new Inbox(1 << 20, (packet) => seen.push(read(packet)));
  const slab = new Slab((bytes) => {
    inbox.received(bytes);
    return true;
  });
  write(slab);
  slab.flush();
  return seen;
}

const bytes = Uint8Array.of(1, 2, 3);

const COMMANDS: readonly Submitted[] = [
  { type: 'lock.acquire', key: 'door', ticket: 4_294_967_295, wait: true },
  { type: 'lock.acquire', key: '', ticket: 1, wait: false },
  { type: 'lock.acquire', key: 'a', ticket: 2, wait: true, terms: {} },
  { type: 'lock.acquire', key: 'a', ticket: 2, wait: true, terms: { moreKeys: ['', 'ключ'], mode: 'shared', maxWaiters: 0, within: 7, site: 'at shop.js:1:2' } },
  { type: 'lock.acquire', key: 'a', ticket: 2, wait: false, terms: { steal: true, maxHold: 0.5 } },
  { type: 'lock.acquire', key: 'a', ticket: 2, wait: true, terms: { space: 'semaphore', permits: 2, limit: 1_000_000 } },
  { type: 'lock.acquire', key: 'a', ticket: 2, wait: true, terms: { space: 'election' } },
  { type: 'lock.release', ticket: 9 },
  { type: 'lock.downgrade', ticket: 9 },
  { type: 'lock.lines', most: 100 },
  { type: 'map.get', map: 'größen', key: '__proto__' },
  { type: 'map.set', map: 'm', key: '😀', expect: 0, value: '{"a":1}' },
  { type: 'map.set', map: '', key: '', value: '' },
  { type: 'map.set', map: 'm', key: 'k', expect: Number.MAX_SAFE_INTEGER, value: { form: 'tagged', bytes } },
  { type: 'map.delete', map: 'm', key: 'k' },
  { type: 'map.delete', map: 'm', key: 'k', expect: 77 },
  { type: 'map.add', map: 'm', key: 'k', amount: -0.5 },
  { type: 'map.entries', map: 'm' },
  { type: 'map.size', map: 'm' },
  { type: 'map.clear', map: 'm' },
  { type: 'map.set', map: 'm', key: 'k', value: '1', lifetime: { ttl: 0.5, ephemeral: true }, terms: { ttl: 2 ** 40, maxEntries: 1, maxBytes: 2 ** 50 } },
  { type: 'map.set', map: 'm', key: 'k', value: '1', terms: { durable: true } },
  { type: 'map.set', map: 'm', key: 'k', value: '1', terms: { durable: false } },
  { type: 'map.set', map: 'm', key: 'k', expect: 7, value: '1', lifetime: {}, terms: {} },
  { type: 'map.add', map: 'm', key: 'k', amount: 1, terms: { maxEntries: 10 } },
  { type: 'map.pick', map: 'm', keys: ['a', '', '😀'] },
  { type: 'map.pick', map: 'm', keys: [] },
  {
    type: 'map.transact',
    map: 'm',
    conditions: [{ key: 'a', expect: 0 }, { key: '', expect: 'present' }, { key: 'b', expect: 2 ** 52 }],
    then: [
      { type: 'get', key: 'a' },
      { type: 'set', key: 'b', value: '"x"' },
      { type: 'set', key: 'c', value: '', lifetime: { ttl: 5 } },
      { type: 'set', key: 'd', value: { form: 'tagged', bytes }, lifetime: { ephemeral: true } },
    ],
    otherwise: [{ type: 'delete', key: 'a' }, { type: 'add', key: 'n', amount: -0.5 }],
    terms: { ttl: 1 },
  },
  { type: 'map.transact', map: '', conditions: [], then: [], otherwise: [] },
];

const OUTCOMES: readonly Told[] = [
  { type: 'granted', token: 2 ** 52 + 1 },
  { type: 'waiting' },
  { type: 'unavailable' },
  { type: 'full' },
  { type: 'other-limit', limit: 3 },
  { type: 'deadlock', circle: [{ member: 1, space: 'lock', key: 'a', holds: false, site: 'at shop.js:1:2' }, { member: 1, space: 'lock', key: 'a', holds: true }] },
  {
    type: 'lines',
    now: 1_700,
    isWhole: false,
    lines: [{ space: 'semaphore', key: 'a', limit: 2, waiting: 0, tickets: [{ member: 1, ticket: 2, token: 3, since: 4, mode: 'exclusive', permits: 2 }] }],
  },
  { type: 'removed', removed: true, seq: 5 },
  { type: 'stored', version: 8 },
  { type: 'sum', version: 9, sum: -1.5 },
  { type: 'entry', version: 10, value: { form: 'buffer', bytes } },
  { type: 'absent' },
  { type: 'conflict', version: 0 },
  { type: 'entries', version: 12, entries: [{ key: 'a', version: 1, value: '1' }, { key: '', version: 2, value: { form: 'bytes', bytes } }] },
  { type: 'count', count: 1_000_000 },
  { type: 'not-a-number' },
  { type: 'other-terms', terms: { ttl: 5, maxEntries: 3 } },
  { type: 'too-large', limit: 100 },
  { type: 'transacted', succeeded: false, version: 0, results: [] },
  {
    type: 'transacted',
    succeeded: true,
    version: 9,
    results: [
      { type: 'absent' },
      { type: 'entry', version: 3, value: '"v"' },
      { type: 'stored', version: 9 },
      { type: 'removed', removed: false, seq: 9 },
      { type: 'sum', version: 9, sum: -1.5 },
    ],
  },
  { type: 'unwritten', reason: 'no room' },
  { type: 'invalid', reason: 'no such thing' },
];

const member = { id: 'x', number: 3, name: 'worker-1', labels: { zone: 'a' }, pid: 99 };

const EVENTS: readonly Event[] = [
  { type: 'member.joined', member },
  { type: 'member.left', number: 3, reason: 'lost' },
  { type: 'lock.granted', ticket: 1, token: 2 ** 50 },
  { type: 'lock.lost', ticket: 1, reason: 'expired' },
  { type: 'lock.standing', tickets: [1, 70_000] },
  { type: 'leader', name: 'boss', member: 0, token: 0 },
  { type: 'map.changed', map: 'm', change: { type: 'set', key: 'k', version: 3, value: '"v"' } },
  { type: 'map.changed', map: 'm', change: { type: 'delete', key: 'k', version: 4 } },
  { type: 'map.changed', map: 'm', change: { type: 'clear', version: 5 } },
  { type: 'map.changed', map: 'm', change: { type: 'delete', key: 'k', version: 6, ended: { reason: 'expired', version: 2 } } },
  { type: 'map.changed', map: 'm', change: { type: 'delete', key: 'k', version: 6, ended: { reason: 'evicted', version: 2 } } },
  { type: 'map.changed', map: 'm', change: { type: 'delete', key: 'k', version: 6, ended: { reason: 'left', version: 2 } } },
  { type: 'map.transacted', map: 'm', version: 7, changes: [{ type: 'set', key: 'k', version: 7, value: '1' }, { type: 'delete', key: 'l', version: 7 }] },
  { type: 'map.whole', map: 'm', version: 6, entries: [{ key: 'k', version: 3, value: '"v"' }] },
  { type: 'listeners', of: 'method', name: 'sum', members: [1, 70_000] },
];

const INTERESTS: readonly Interest[] = [
  { type: 'topic', name: 'a.*.>' },
  { type: 'method', name: '' },
  { type: 'map', name: 'm' },
  { type: 'topic.listeners', name: 't' },
  { type: 'method.listeners', name: 't' },
  { type: 'leader', name: 'boss' },
];

describe('The vocabulary', () => {
  it('carries every command', () => {
    const seen = crossing((slab) => COMMANDS.forEach((command, i) => writeCommand(slab, i, 0, command, false)), readCommand);

    expect(plain(seen)).to.deep.equal(plain(COMMANDS));
  });

  it('carries every outcome', () => {
    const seen = crossing((slab) => OUTCOMES.forEach((outcome, i) => writeOutcome(slab, i, 0, outcome)), readOutcome);

    expect(plain(seen)).to.deep.equal(plain(OUTCOMES));
  });

  it('carries every event', () => {
    const seen = crossing((slab) => EVENTS.forEach((event) => writeEvent(slab, 0, event)), readEvent);

    expect(seen).to.deep.equal(EVENTS);
  });

  it('carries every interest', () => {
    const seen = crossing((slab) => INTERESTS.forEach((interest) => writeInterest(slab, KIND.follow, interest)), readInterest);

    expect(seen).to.deep.equal(INTERESTS);
  });

  it('carries a value far larger than a slab between small ones', () => {
    const commands: Submitted[] = [
      { type: 'lock.release', ticket: 1 },
      { type: 'map.set', map: 'm', key: 'k', value: JSON.stringify('x'.repeat(200_000)) },
      { type: 'lock.release', ticket: 2 },
    ];

    const seen = crossing((slab) => commands.forEach((command, i) => writeCommand(slab, i, 0, command, false)), readCommand);

    expect(seen).to.deep.equal(commands);
  });
});

/** Buffers and plain byte arrays compare alike. */
function plain(values: readonly unknown[]): unknown[] {
  return values.map((value) => JSON.parse(JSON.stringify(value, (_, part: unknown) => (ArrayBuffer.isView(part) || isBuffer(part) ? 'bytes:010203' : part))) as unknown);
}

function isBuffer(part: unknown): boolean {
  return typeof part === 'object' && part !== null && 'type' in part && part.type === 'Buffer';
}

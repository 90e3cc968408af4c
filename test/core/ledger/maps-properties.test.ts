import { expect } from 'chai';
import fc from 'fast-check';
import { plain } from '../../../src/core/ledger/bytes-entry.js';
import { type Applied, Ledger } from '../../../src/core/ledger/ledger.js';
import type { Command, Condition, Outcome, Payload, Step } from '../../../src/core/protocol.js';
import { NaiveLedger } from './naive-ledger.js';

/** A command as it is drawn. An expected version is named, for the version itself is known only when its turn comes. */
type Draw = { readonly type: 'restore' } | { readonly type: 'command'; readonly from: number; readonly command: Command; readonly expect: Expectation };

type Expectation = 'nothing' | 'absence' | 'presence' | 'the past';

const key = fc.constantFrom('a', 'b', 'c', 'dd', '__proto__');
const map = fc.constantFrom('stock', 'carts', 'cache', 'constructor');
const bytes: Payload = { form: 'bytes', bytes: Uint8Array.of(1, 2) };
const value = fc.constantFrom<Payload>('', '0', '17', '-1.5e3', '1e308', 'null', '"seven"', bytes);
const amount = fc.constantFrom(1, -2.5, 1e308, NaN);
const ttl = fc.constantFrom(1, 2, 3.5, 10, 1e300, 0, -1, NaN, Infinity);
const lifetime = fc.record({ ttl, ephemeral: fc.boolean() }, { requiredKeys: [] });
const expectation = fc.constantFrom<Expectation>('nothing', 'nothing', 'absence', 'presence', 'the past');

/** Few, so that the first that are agreed are often those that come again. */
const terms = fc.constantFrom({ maxEntries: 2 }, { maxEntries: 2 }, { maxEntries: 2 }, { ttl: 4 }, { maxBytes: 9 }, { ttl: 6, maxEntries: 3, maxBytes: 16 }, { durable: true }, { durable: true, ttl: 6 }, { durable: false }, { maxEntries: 0 }, {});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('get' as const), key }),
  fc.record({ type: fc.constant('set' as const), key, value }),
  fc.record({ type: fc.constant('set' as const), key, value, lifetime }),
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({ type: fc.constant('add' as const), key, amount: fc.constantFrom(1, 1, 1e308) }),
);
const steps = fc.array(step, { maxLength: 4 });
const conditions: fc.Arbitrary<Condition[]> = fc.array(fc.record({ key, expect: fc.constantFrom<number | 'present'>(0, 'present', 1) }), { maxLength: 2 });

const command = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('member.join'), member: fc.constantFrom('ann', 'bob', 'cid').map((id) => ({ id, name: id, labels: {}, pid: 1 })) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('member.leave'), number: fc.nat(6), reason: fc.constant('lost') }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('time'), now: fc.nat(100) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('map.get'), map, key }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('map.pick'), map, keys: fc.array(key, { maxLength: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('map.set'), map, key, value }) },
  { weight: 16, arbitrary: fc.record({ type: fc.constant('map.set'), map, key, value, lifetime, terms }, { requiredKeys: ['type', 'map', 'key', 'value'] }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('map.delete'), map, key }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('map.add'), map, key, amount, terms }, { requiredKeys: ['type', 'map', 'key', 'amount'] }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('map.transact'), map, conditions, then: steps, otherwise: steps, terms }, { requiredKeys: ['type', 'map', 'conditions', 'then', 'otherwise'] }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('map.entries'), map }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('map.size'), map }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('map.clear'), map }) },
) as fc.Arbitrary<Command>;

const draw: fc.Arbitrary<Draw> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ type: fc.constant('command'), from: fc.nat(8), command, expect: expectation }) as fc.Arbitrary<Draw> },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore') }) as fc.Arbitrary<Draw> },
);
const draws = fc.array(draw, { maxLength: 400, size: 'max' });

describe('Maps, whatever is asked of them', () => {
  it('do what the naive ones do, and go on from a snapshot as if nothing had happened', () => {
    let commands = 0;
    const seen = new Set<string>();

    fc.assert(
      fc.property(draws, (drawn) => {
        const naive = new NaiveLedger();
        const unbroken = new Ledger();
        let restored = new Ledger();
        for (const ledger of [naive, unbroken, restored]) ledger.apply(1, 0, { type: 'member.join', member: { id: 'founder', name: 'founder', labels: {}, pid: 1 } });

        for (const each of drawn) {
          if (each.type === 'restore') {
            restored = new Ledger(structuredClone(restored.snapshot()));
            continue;
          }
          const command = expecting(each.command, each.expect, naive);
          const from = isOfAuthority(command) ? 0 : (naive.members[each.from % naive.members.length]?.number ?? each.from);
          const seq = naive.seq + 1;
          commands += 1;
          const expected = naive.apply(seq, from, command);

          expect(comparable(unbroken.apply(seq, from, command))).to.deep.equal(comparable(expected));
          expect(comparable(restored.apply(seq, from, command))).to.deep.equal(comparable(expected));
          note(seen, expected);
        }
        expect(restored.snapshot()).to.deep.equal(unbroken.snapshot());
      }),
      { numRuns: 150 },
    );

    expect(commands).to.be.at.least(10_000);
    expect(seen).to.include.all.keys('expired', 'evicted', 'left', 'other-terms', 'too-large', 'transacted', 'not-a-number', 'conflict', 'invalid');
  });

  it('are the same after a question, and answer it as if it had been ordered', () => {
    fc.assert(
      fc.property(draws, (drawn) => {
        const asked = new Ledger();
        asked.apply(1, 0, { type: 'member.join', member: { id: 'founder', name: 'founder', labels: {}, pid: 1 } });

        for (const each of drawn) {
          if (each.type === 'restore' || !asked.isQuestion(each.command)) {
            if (each.type === 'command') asked.apply(asked.seq + 1, isOfAuthority(each.command) ? 0 : 1, each.command);
            continue;
          }
          const before = asked.snapshot();
          const { outcome } = asked.answer(1, each.command);

          expect(asked.snapshot()).to.deep.equal(before);
          const ordered = new Ledger(before).apply(before.seq + 1, 1, each.command);
          expect(withoutVersion(outcome)).to.deep.equal(withoutVersion(ordered.outcome));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('never hold more than their bounds, nor anything whose time is over', () => {
    fc.assert(
      fc.property(draws, (drawn) => {
        const ledger = new Ledger();
        ledger.apply(1, 0, { type: 'member.join', member: { id: 'founder', name: 'founder', labels: {}, pid: 1 } });

        for (const each of drawn) {
          if (each.type === 'restore') continue;
          ledger.apply(ledger.seq + 1, isOfAuthority(each.command) ? 0 : 1, each.command);

          const { maps, ends = [] } = ledger.snapshot();
          for (const { entries, terms: { maxEntries = Infinity, maxBytes = Infinity } = {} } of maps) {
            expect(entries.length).to.be.at.most(maxEntries);
            expect(entries.reduce((sum, { key, value }) => sum + key.length + (typeof value === 'string' ? value.length : value.bytes.length), 0)).to.be.at.most(maxBytes);
          }
          for (const { map, key, at = Infinity } of ends) {
            expect(at).to.be.above(ledger.now);
            expect(maps.find(({ name }) => name === map)?.entries.some((entry) => entry.key === key)).to.equal(true);
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

function isOfAuthority(command: Command): boolean {
  return command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time';
}

function expecting(command: Command, expect: Expectation, naive: NaiveLedger): Command {
  if ((command.type !== 'map.set' && command.type !== 'map.delete') || expect === 'nothing') return command;
  const present = naive.versionOf(command.map, command.key);
  return { ...command, expect: { absence: 0, presence: present, 'the past': Math.max(1, present - 1) }[expect] };
}

function comparable({ outcome, events }: Applied): Applied {
  if (outcome.type === 'entries') return { outcome: { ...outcome, entries: outcome.entries.map(plain) }, events };
  return { outcome: outcome.type === 'invalid' ? { type: 'invalid', reason: '' } : outcome, events };
}

/** A question takes no place in the order, and so no version of its own. */
function withoutVersion(outcome: Outcome): Outcome {
  return outcome.type === 'entries' ? { ...outcome, version: 0, entries: outcome.entries.map(plain) } : outcome;
}

function note(seen: Set<string>, { outcome, events }: Applied): void {
  seen.add(outcome.type);
  for (const { event } of events) {
    if (event.type === 'map.changed' && event.change.type === 'delete' && event.change.ended !== undefined) seen.add(event.change.ended.reason);
  }
}

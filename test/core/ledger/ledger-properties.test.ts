import { expect } from 'chai';
import fc from 'fast-check';
import { type Applied, Ledger } from '../../../src/core/ledger/ledger.js';
import type { Command, Payload } from '../../../src/core/protocol.js';
import { NaiveLedger } from './naive-ledger.js';

/** A command as it is drawn. `expect` is named, for the version itself is known only when its turn comes. */
type Step = Asking | { readonly type: 'restore' };

interface Asking {
  readonly type: 'command';
  readonly gap: number;
  readonly from: number;
  readonly command: Command;
  readonly expect: Expectation;
}

type Expectation = 'nothing' | 'absence' | 'presence' | 'the past';

const number = fc.integer({ min: 0, max: 8 });
const ticket = fc.integer({ min: 1, max: 4 });
const key = fc.constantFrom('a', 'b', '__proto__', '');
const map = fc.constantFrom('stock', 'constructor');
const bytes: Payload = { form: 'bytes', bytes: Uint8Array.of(1, 2) };
const value = fc.constantFrom<Payload>('', '0', '-1.5e3', '1e308', 'null', '"7"', bytes);
const amount = fc.constantFrom(1, -2.5, 1e308, NaN);
const reason = fc.constantFrom('closed', 'lost');
const member = fc
  .constantFrom('ann', 'bob', 'cid', 'dan', 'eve')
  .map((name) => ({ id: `id-of-${name}`, name, labels: {}, pid: 1 }));

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('member.join'), member }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('member.leave'), number, reason }) },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('lock.acquire'), key, ticket, wait: fc.boolean() }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('lock.release'), ticket }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('map.get'), map, key }) },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('map.set'), map, key, value }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('map.delete'), map, key }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('map.add'), map, key, amount }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('map.entries'), map }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('map.size'), map }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('map.clear'), map }) },
) as fc.Arbitrary<Command>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constant('command'),
      gap: fc.constantFrom(1, 1, 1000),
      from: number,
      command,
      expect: fc.constantFrom<Expectation>('nothing', 'absence', 'presence', 'the past'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore') }) },
);

/** Long on the whole, but free to shrink to the few that matter. */
const steps = fc.array(step, { maxLength: 400, size: 'max' });

describe('Ledger, whatever is asked of it', () => {
  it('does what the naive one does, and goes on from a snapshot as if nothing had happened', () => {
    let commands = 0;

    fc.assert(
      fc.property(steps, (drawn) => {
        const naive = new NaiveLedger();
        const unbroken = new Ledger();
        let restored = new Ledger();

        for (const step of drawn) {
          if (step.type === 'restore') {
            restored = new Ledger(structuredClone(restored.snapshot()));
            continue;
          }
          const command = expecting(step, naive);
          const from = sender(step, naive);
          const seq = naive.seq + step.gap;
          commands += 1;
          const expected = naive.apply(seq, from, command);

          expect(withoutReason(unbroken.apply(seq, from, command))).to.deep.equal(expected);
          expect(withoutReason(restored.apply(seq, from, command))).to.deep.equal(expected);
        }
        expect(restored.snapshot()).to.deep.equal(unbroken.snapshot());
        expect(unbroken.seq).to.equal(naive.seq);
        expect([...unbroken.members.values()]).to.deep.equal(naive.members);
      }),
      { numRuns: 200 },
    );

    expect(commands).to.be.at.least(10_000);
  });

  it('leaves nothing in any line when everybody has left', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const ledger = new Ledger();
        for (const step of drawn) if (step.type === 'command') ledger.apply(ledger.seq + 1, authorOf(step), step.command);

        for (const number of [...ledger.members.keys()]) {
          ledger.apply(ledger.seq + 1, 0, { type: 'member.leave', number, reason: 'lost' });
        }

        expect(ledger.members.size).to.equal(0);
        expect(ledger.snapshot().tickets).to.deep.equal([]);
      }),
      { numRuns: 50 },
    );
  });

  it('never has two holders of a key, nor a free key that is awaited', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const ledger = new Ledger();

        for (const step of drawn) {
          if (step.type !== 'command') continue;
          ledger.apply(ledger.seq + 1, authorOf(step), step.command);

          const lines = new Set<string>();
          for (const { key, token } of ledger.snapshot().tickets) {
            expect(token > 0).to.equal(!lines.has(key));
            lines.add(key);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

function authorOf({ from, command }: Asking): number {
  return isOfAuthority(command) ? 0 : from;
}

/** Mostly one who may: a member for a member's commands, the authority for its own. Sender 7 and 8 stay as they are. */
function sender({ from, command }: Asking, { members }: NaiveLedger): number {
  if (from > 6) return from;
  if (isOfAuthority(command)) return 0;
  return members[from % Math.max(1, members.length)]?.number ?? from;
}

function isOfAuthority(command: Command): boolean {
  return command.type === 'member.join' || command.type === 'member.leave';
}

function expecting(step: Asking, naive: NaiveLedger): Command {
  const { command } = step;
  if ((command.type !== 'map.set' && command.type !== 'map.delete') || step.expect === 'nothing') return command;
  const present = naive.versionOf(command.map, command.key);
  const versions = { absence: 0, presence: present, 'the past': Math.max(1, present - 1) };
  return { ...command, expect: versions[step.expect] };
}

function withoutReason({ outcome, events }: Applied): Applied {
  return { outcome: outcome.type === 'invalid' ? { type: 'invalid', reason: '' } : outcome, events };
}

import { expect } from 'chai';
import fc from 'fast-check';
import { plain } from '../../../src/core/ledger/bytes-entry.js';
import { type Applied, type Directed, Ledger } from '../../../src/core/ledger/ledger.js';
import type { Command, LineState, Outcome, Payload, TicketState } from '../../../src/core/protocol.js';
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
const now = fc.integer({ min: 0, max: 60 });
const key = fc.constantFrom('a', 'b', '__proto__', '');
const map = fc.constantFrom('stock', 'constructor');
const bytes: Payload = { form: 'bytes', bytes: Uint8Array.of(1, 2) };
const value = fc.constantFrom<Payload>('', '0', '-1.5e3', '1e308', 'null', '"7"', bytes);
const amount = fc.constantFrom(1, -2.5, 1e308, NaN);
const reason = fc.constantFrom('closed', 'lost');
const member = fc
  .constantFrom('ann', 'bob', 'cid', 'dan', 'eve')
  .map((name) => ({ id: `id-of-${name}`, name, labels: {}, pid: 1 }));

/** Of few keys, always one within the other: circles are close. */
const nested = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('lock.acquire'), key, ticket, wait: fc.constant(true), terms: fc.record({ within: ticket, mode: fc.constant('shared'), moreKeys: fc.array(key, { maxLength: 1 }) }, { requiredKeys: ['within'] }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('lock.acquire'), key: fc.constantFrom('a', 'b'), ticket, wait: fc.constant(true), terms: fc.record({ space: fc.constant('semaphore'), limit: fc.constant(2), permits: fc.constantFrom(1, 1, 2), within: ticket }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lock.release'), ticket }) },
) as fc.Arbitrary<Command>;

/** Many nested ones, for circles; and few that make no sense. */
const terms = fc.oneof(
  { weight: 5, arbitrary: fc.record({ within: ticket, mode: fc.constant('shared'), moreKeys: fc.array(key, { maxLength: 2 }), maxWaiters: fc.nat(2), maxHold: fc.integer({ min: 0, max: 30 }), steal: fc.constant(true) }, { requiredKeys: [] }) },
  { weight: 5, arbitrary: fc.record({ within: ticket, mode: fc.constant('shared') }, { requiredKeys: ['within'] }) },
  { weight: 3, arbitrary: fc.record({ space: fc.constant('semaphore'), limit: fc.constantFrom(2, 2, 2, 3), permits: fc.integer({ min: 0, max: 3 }), within: ticket }, { requiredKeys: ['space', 'limit'] }) },
  { weight: 2, arbitrary: fc.record({ space: fc.constant('election'), maxHold: fc.constant(20) }, { requiredKeys: ['space'] }) },
  { weight: 1, arbitrary: fc.record({ space: fc.constant('election'), mode: fc.constant('shared') }) },
);

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('member.join'), member }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('member.leave'), number, reason }) },
  { weight: 20, arbitrary: fc.record({ type: fc.constant('lock.acquire'), key, ticket, wait: fc.boolean() }) },
  { weight: 50, arbitrary: fc.record({ type: fc.constant('lock.acquire'), key, ticket, wait: fc.constantFrom(true, true, true, false), terms }) },
  { weight: 24, arbitrary: fc.record({ type: fc.constant('lock.release'), ticket }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('lock.downgrade'), ticket }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('lock.lines'), most: fc.constant(1_000) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('time'), now }) },
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
    const seen = new Set<string>();

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

          expect(comparable(unbroken.apply(seq, from, command))).to.deep.equal(comparable(expected));
          expect(comparable(restored.apply(seq, from, command))).to.deep.equal(comparable(expected));
          seen.add(expected.outcome.type);
        }
        expect(restored.snapshot()).to.deep.equal(unbroken.snapshot());
        expect(unbroken.seq).to.equal(naive.seq);
        expect([...unbroken.members.values()]).to.deep.equal(naive.members);
      }),
      { numRuns: 200 },
    );

    expect(commands).to.be.at.least(10_000);
    expect(seen).to.include.keys('granted', 'waiting', 'unavailable', 'full', 'other-limit', 'deadlock', 'lines', 'removed', 'invalid', 'conflict', 'entry', 'sum');
  });

  it('finds each deadlock, and raises no false alarm', () => {
    let deadlocks = 0;

    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), nested), { maxLength: 60, size: 'max' }), (drawn) => {
        const naive = new NaiveLedger();
        const ledger = new Ledger();
        for (const name of ['ann', 'bob', 'cid']) {
          const command: Command = { type: 'member.join', member: { id: name, name, labels: {}, pid: 1 } };
          naive.apply(naive.seq + 1, 0, command);
          ledger.apply(ledger.seq + 1, 0, command);
        }

        for (const [from, command] of drawn) {
          const { outcome } = ledger.apply(ledger.seq + 1, from, command);

          expect(comparableOutcome(outcome)).to.deep.equal(comparableOutcome(naive.apply(naive.seq + 1, from, command).outcome));
          if (outcome.type !== 'deadlock') continue;
          deadlocks += 1;
          expect(outcome.circle[0]).to.include({ member: from, holds: false });
          expect(outcome.circle.at(-1)).to.include({ member: from, holds: true });
        }
      }),
      { numRuns: 1_500 },
    );

    expect(deadlocks).to.be.at.least(200);
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

  it('never has holders of a key that exclude each other, nor anyone who waits for a key that nobody holds or is to hold', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const ledger = new Ledger();

        for (const step of drawn) {
          if (step.type !== 'command') continue;
          ledger.apply(ledger.seq + 1, authorOf(step), step.command);

          for (const { space, limit = 1, tickets } of linesOf(ledger)) {
            const holders = tickets.filter(({ token }) => token > 0);
            if (space === 'semaphore') expect(holders.reduce((sum, { permits = 1 }) => sum + permits, 0)).to.be.at.most(limit);
            else if (!holders.every(({ mode }) => mode === 'shared')) expect(holders).to.have.length(1);
            if (holders.length === 0) expect(tickets[0]).to.satisfy((first: TicketState) => waitsElsewhere(first, ledger));
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

function linesOf(ledger: Ledger): readonly LineState[] {
  const [anyone] = ledger.members.keys();
  if (anyone === undefined) return [];
  const { outcome } = ledger.answer(anyone, { type: 'lock.lines', most: 1_000 });
  return outcome.type === 'lines' ? outcome.lines : [];
}

/** A ticket for several keys holds none of them before it can have all. */
function waitsElsewhere({ member, ticket }: TicketState, ledger: Ledger): boolean {
  return linesOf(ledger).some(({ tickets }) => tickets.some((other, i) => i > 0 && other.member === member && other.ticket === ticket));
}

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
  return command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time';
}

function expecting(step: Asking, naive: NaiveLedger): Command {
  const { command } = step;
  if ((command.type !== 'map.set' && command.type !== 'map.delete') || step.expect === 'nothing') return command;
  const present = naive.versionOf(command.map, command.key);
  const versions = { absence: 0, presence: present, 'the past': Math.max(1, present - 1) };
  return { ...command, expect: versions[step.expect] };
}

/** Without what is for people, and without an order where none is promised. */
function comparable({ outcome, events }: Applied): Applied {
  return { outcome: comparableOutcome(outcome), events: [...events].sort(byLeader) };
}

function comparableOutcome(outcome: Outcome): Outcome {
  if (outcome.type === 'invalid') return { type: 'invalid', reason: '' };
  if (outcome.type === 'deadlock') return { type: 'deadlock', circle: [] };
  if (outcome.type === 'entries') return { ...outcome, entries: outcome.entries.map(plain) };
  if (outcome.type !== 'lines') return outcome;
  return { ...outcome, lines: [...outcome.lines].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) };
}

/** Changes of leaders stay behind everything else. */
function byLeader({ event: a }: Directed, { event: b }: Directed): number {
  return a.type === 'leader' && b.type === 'leader' ? (a.name < b.name ? -1 : 1) : 0;
}

function nameOf({ space, key }: LineState): string {
  return `${space} ${key}`;
}

import { expect } from 'chai';
import { AUTHORITY, Ledger } from '../../../src/core/ledger/ledger.js';
import type { Candidate, Command } from '../../../src/core/protocol.js';

const ann = candidate('ann');
const bob = candidate('bob');

describe('Ledger', () => {
  it('numbers the members in the order of joining, and tells everyone but the one that joins', () => {
    const ledger = new Ledger();

    const first = ledger.apply(1, AUTHORITY, { type: 'member.join', member: ann });
    const second = ledger.apply(2, AUTHORITY, { type: 'member.join', member: bob });

    expect(first.outcome).to.deep.equal({ type: 'joined', number: 1, members: [{ ...ann, number: 1 }] });
    expect(second.outcome).to.deep.equal({
      type: 'joined',
      number: 2,
      members: [{ ...ann, number: 1 }, { ...bob, number: 2 }],
    });
    expect(second.events).to.deep.equal([
      { to: 'everyone', except: 2, event: { type: 'member.joined', member: { ...bob, number: 2 } } },
    ]);
  });

  it('never gives a number twice, not even after a snapshot', () => {
    const ledger = grouped(ann, bob);
    ledger.apply(3, AUTHORITY, { type: 'member.leave', number: 2, reason: 'closed' });

    const restored = new Ledger(structuredClone(ledger.snapshot()));

    expect(restored.apply(4, AUTHORITY, { type: 'member.join', member: bob }).outcome).to.deep.include({ number: 3 });
  });

  it('takes who comes back after it left for somebody new', () => {
    const ledger = grouped(ann, bob);
    ledger.apply(3, AUTHORITY, { type: 'member.leave', number: 1, reason: 'closed' });

    const applied = ledger.apply(4, AUTHORITY, { type: 'member.join', member: ann });

    expect(applied.outcome).to.deep.include({ type: 'joined', number: 3 });
    expect([...ledger.members.keys()]).to.deep.equal([2, 3]);
  });

  it('answers a repeated joining with the same number, and tells nobody', () => {
    const ledger = grouped(ann, bob);

    const applied = ledger.apply(3, AUTHORITY, { type: 'member.join', member: ann });

    expect(applied.outcome).to.deep.include({ type: 'joined', number: 1 });
    expect(applied.events).to.deep.equal([]);
    expect(ledger.members.size).to.equal(2);
  });

  it('makes a death one act: grants first, and that it left last', () => {
    const ledger = grouped(ann, bob);
    ledger.apply(3, 1, { type: 'lock.acquire', key: 'door', ticket: 1, wait: true });
    ledger.apply(4, 2, { type: 'lock.acquire', key: 'door', ticket: 9, wait: true });

    const applied = ledger.apply(5, AUTHORITY, { type: 'member.leave', number: 1, reason: 'lost' });

    expect(applied).to.deep.equal({
      outcome: { type: 'left' },
      events: [
        { to: 2, event: { type: 'lock.granted', ticket: 9, token: 5 } },
        { to: 'everyone', event: { type: 'member.left', number: 1, reason: 'lost' } },
      ],
    });
    expect([...ledger.members.keys()]).to.deep.equal([2]);
  });

  it('lets a member leave once', () => {
    const ledger = grouped(ann);
    ledger.apply(2, AUTHORITY, { type: 'member.leave', number: 1, reason: 'closed' });

    const applied = ledger.apply(3, AUTHORITY, { type: 'member.leave', number: 1, reason: 'lost' });

    expect(applied).to.deep.equal({ outcome: { type: 'left' }, events: [] });
  });

  it('does nothing for who has left, nor for who never was there', () => {
    const ledger = grouped(ann);
    ledger.apply(2, AUTHORITY, { type: 'member.leave', number: 1, reason: 'lost' });

    for (const [seq, from] of [[3, 1], [4, 2]] as const) {
      const applied = ledger.apply(seq, from, { type: 'lock.acquire', key: 'door', ticket: 1, wait: true });

      expect(applied.outcome).to.deep.include({ type: 'invalid' });
      expect(applied.events).to.deep.equal([]);
    }
    expect(ledger.snapshot().tickets).to.deep.equal([]);
  });

  it('lets no member speak of who is in the group', () => {
    const ledger = grouped(ann, bob);
    const commands: Command[] = [
      { type: 'member.join', member: candidate('cid') },
      { type: 'member.leave', number: 2, reason: 'lost' },
    ];

    const outcomes = commands.map((command, index) => ledger.apply(3 + index, 1, command).outcome.type);

    expect(outcomes).to.deep.equal(['invalid', 'invalid']);
    expect([...ledger.members.keys()]).to.deep.equal([1, 2]);
  });

  it('lets the authority, which has no seat, hold nothing', () => {
    const ledger = grouped(ann);

    const applied = ledger.apply(2, AUTHORITY, { type: 'lock.acquire', key: 'door', ticket: 1, wait: true });

    expect(applied.outcome).to.deep.include({ type: 'invalid' });
  });

  it('insists on its order', () => {
    const ledger = grouped(ann);
    const command: Command = { type: 'map.size', map: 'stock' };
    ledger.apply(7, 1, command);

    expect(() => ledger.apply(7, 1, command)).to.throw(RangeError, 'applied 7 already');
    expect(() => ledger.apply(NaN, 1, command)).to.throw(RangeError);
    expect(() => new Ledger(ledger.snapshot()).apply(6, 1, command)).to.throw(RangeError);
  });

  it('tells a new follower the whole of a map, as of the last command', () => {
    const ledger = grouped(ann);
    ledger.apply(2, 1, { type: 'map.set', map: 'stock', key: 'nails', value: '12' });
    ledger.apply(3, 1, { type: 'map.get', map: 'stock', key: 'nails' });

    expect(ledger.whole('stock')).to.deep.equal({
      type: 'map.whole',
      map: 'stock',
      version: 3,
      entries: [{ key: 'nails', version: 2, value: '12' }],
    });
    expect(ledger.whole('nowhere')).to.deep.include({ version: 3, entries: [] });
  });

  it('has a snapshot that the ledger does not change any more', () => {
    const ledger = grouped(ann);
    ledger.apply(2, 1, { type: 'lock.acquire', key: 'door', ticket: 1, wait: true });
    ledger.apply(3, 1, { type: 'map.set', map: 'stock', key: 'nails', value: '12' });

    const snapshot = ledger.snapshot();
    const asItWas = structuredClone(snapshot);
    ledger.apply(4, 1, { type: 'map.set', map: 'stock', key: 'nails', value: '13' });
    ledger.apply(5, AUTHORITY, { type: 'member.join', member: bob });
    ledger.apply(6, 1, { type: 'lock.release', ticket: 1 });

    expect(snapshot).to.deep.equal(asItWas);
  });

  it('has a snapshot that survives JSON', () => {
    const ledger = grouped(ann, bob);
    ledger.apply(3, 1, { type: 'lock.acquire', key: '__proto__', ticket: 1, wait: true });
    ledger.apply(4, 2, { type: 'lock.acquire', key: '__proto__', ticket: 1, wait: true });
    ledger.apply(5, 1, { type: 'map.set', map: '__proto__', key: '__proto__', value: '12' });

    const restored = new Ledger(JSON.parse(JSON.stringify(ledger.snapshot())));

    expect(restored.snapshot()).to.deep.equal(ledger.snapshot());
  });
});

function grouped(...candidates: readonly Candidate[]): Ledger {
  const ledger = new Ledger();
  candidates.forEach((member, index) => ledger.apply(index + 1, AUTHORITY, { type: 'member.join', member }));
  return ledger;
}

function candidate(name: string): Candidate {
  return { id: `id-of-${name}`, name, labels: { rack: '1' }, pid: 4711 };
}

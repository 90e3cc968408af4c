import { expect } from 'chai';
import { type Directed, Ledger } from '../../../src/core/ledger/ledger.js';
import type { LockCommand, Outcome, Terms } from '../../../src/core/protocol.js';

const ann = 1;
const bob = 2;
const cid = 3;

/** A ledger with three members in it, told in few words. */
class Group {
  readonly ledger = new Ledger();
  /** What was told because of the last command. */
  events: readonly Directed[] = [];

  constructor() {
    for (const name of ['ann', 'bob', 'cid']) {
      this.ledger.apply(this.ledger.seq + 1, 0, { type: 'member.join', member: { id: name, name, labels: {}, pid: 1 } });
    }
  }

  ask(from: number, key: string, ticket: number, terms?: Terms, wait = true): Outcome {
    return this.#apply(from, { type: 'lock.acquire', key, ticket, wait, ...(terms === undefined ? {} : { terms }) });
  }

  release(from: number, ticket: number): readonly (readonly [number, number])[] {
    this.#apply(from, { type: 'lock.release', ticket });
    return this.granted;
  }

  downgrade(from: number, ticket: number): Outcome {
    return this.#apply(from, { type: 'lock.downgrade', ticket });
  }

  pass(now: number): void {
    this.events = this.ledger.apply(this.ledger.seq + 1, 0, { type: 'time', now }).events;
  }

  /** Who was granted a ticket by the last command: its member and its number. */
  get granted(): readonly (readonly [number, number])[] {
    return this.events.flatMap(({ to, event }) => (event.type === 'lock.granted' && typeof to === 'number' ? [[to, event.ticket] as const] : []));
  }

  #apply(from: number, command: LockCommand): Outcome {
    const { outcome, events } = this.ledger.apply(this.ledger.seq + 1, from, command);
    this.events = events;
    return outcome;
  }
}

const shared: Terms = { mode: 'shared' };
const waiting = { type: 'waiting' };

describe('Locks, complete', () => {
  let group: Group;
  beforeEach(() => {
    group = new Group();
  });

  describe('readers', () => {
    it('hold together, but pass no writer that waits', () => {
      group.ask(ann, 'book', 1, shared);

      expect(group.ask(bob, 'book', 1, shared)).to.include({ type: 'granted' });
      expect(group.ask(cid, 'book', 1)).to.deep.equal(waiting);
      expect(group.ask(bob, 'book', 2, shared)).to.deep.equal(waiting);
    });

    it('enter together when the writer ahead of them goes, up to the next one', () => {
      group.ask(ann, 'book', 1);
      group.ask(bob, 'book', 1, shared);
      group.ask(cid, 'book', 1, shared);
      group.ask(ann, 'book', 2);
      group.ask(bob, 'book', 2, shared);

      expect(group.release(ann, 1)).to.deep.equal([[bob, 1], [cid, 1]]);
    });

    it('enter when a writer that only waits gives up', () => {
      group.ask(ann, 'book', 1, shared);
      group.ask(bob, 'book', 1);
      group.ask(cid, 'book', 1, shared);

      expect(group.release(bob, 1)).to.deep.equal([[cid, 1]]);
    });

    it('enter behind a writer that becomes one of them, which keeps its token', () => {
      const before = group.ask(ann, 'book', 1);
      group.ask(bob, 'book', 1, shared);
      group.ask(cid, 'book', 1);

      const after = group.downgrade(ann, 1);

      expect(after).to.deep.equal(before);
      expect(group.granted).to.deep.equal([[bob, 1]]);
    });

    it('are no writers that wait: these cannot be downgraded', () => {
      group.ask(ann, 'book', 1);
      group.ask(bob, 'book', 1);

      expect(group.downgrade(bob, 1)).to.include({ type: 'invalid' });
      expect(group.downgrade(cid, 1)).to.include({ type: 'removed', removed: false });
    });
  });

  describe('a ticket for several keys', () => {
    it('holds all or none, and keeps its place in each line', () => {
      group.ask(ann, 'b', 1);

      expect(group.ask(bob, 'a', 1, { moreKeys: ['b', 'a'] })).to.deep.equal(waiting);
      expect(group.ask(cid, 'a', 1)).to.deep.equal(waiting);
      expect(group.release(ann, 1)).to.deep.equal([[bob, 1]]);
      expect(group.release(bob, 1)).to.deep.equal([[cid, 1]]);
    });

    it('that is taken out lets those in whom it kept back, in each of its lines', () => {
      group.ask(ann, 'c', 1);
      group.ask(bob, 'a', 1, { moreKeys: ['b', 'c'] });
      group.ask(cid, 'b', 1);
      group.ask(cid, 'a', 2);

      expect(group.release(bob, 1)).to.deep.equal([[cid, 2], [cid, 1]]);
    });

    it('is granted with one token, and each of several grants by one death with its own', () => {
      group.ask(ann, 'a', 1, { moreKeys: ['b', 'c'] });
      group.ask(bob, 'a', 1);
      group.ask(cid, 'b', 1);
      const seq = group.ledger.seq + 1;

      const { events } = group.ledger.apply(seq, 0, { type: 'member.leave', number: ann, reason: 'lost' });

      expect(events.flatMap(({ event }) => (event.type === 'lock.granted' ? [event.token] : []))).to.deep.equal([seq, seq + 1]);
      expect(group.ledger.seq).to.equal(seq + 1);
    });
  });

  describe('a semaphore', () => {
    const of = (permits: number, limit = 3): Terms => ({ space: 'semaphore', permits, limit });

    it('lets in as many of the first as fit, and nobody past one who does not', () => {
      expect(group.ask(ann, 'door', 1, of(2))).to.include({ type: 'granted' });
      expect(group.ask(bob, 'door', 1, of(2))).to.deep.equal(waiting);
      expect(group.ask(cid, 'door', 1, of(1))).to.deep.equal(waiting);

      expect(group.release(ann, 1)).to.deep.equal([[bob, 1], [cid, 1]]);
    });

    it('has the limit of whoever opened it, while anybody stands in it', () => {
      group.ask(ann, 'door', 1, of(1));

      expect(group.ask(bob, 'door', 1, of(1, 2))).to.deep.equal({ type: 'other-limit', limit: 3 });
      group.release(ann, 1);
      expect(group.ask(bob, 'door', 1, of(1, 2))).to.include({ type: 'granted' });
    });

    it('has nothing to do with a lock of the same name', () => {
      group.ask(ann, 'door', 1);

      expect(group.ask(bob, 'door', 1, of(3))).to.include({ type: 'granted' });
    });

    for (const [permits, limit] of [[0, 3], [4, 3], [1.5, 3], [NaN, 3], [1, 0], [1, Infinity], [1, NaN]] as const) {
      it(`does not give ${permits} of ${limit} permits`, () => {
        expect(group.ask(ann, 'door', 1, of(permits, limit))).to.include({ type: 'invalid' });
        expect(group.ledger.snapshot().tickets).to.deep.equal([]);
      });
    }
  });

  describe('an election', () => {
    it('is led by the first in line, and tells each change of who that is', () => {
      const { ledger } = group;
      group.ask(ann, 'boss', 1, { space: 'election' });
      const first = group.events;
      group.ask(bob, 'boss', 1, { space: 'election' });

      group.release(ann, 1);

      expect(first).to.deep.equal([{ to: 'followers', event: { type: 'leader', name: 'boss', member: ann, token: 4 } }]);
      expect(group.events.map(({ event }) => event)).to.deep.equal([
        { type: 'lock.granted', ticket: 1, token: ledger.seq },
        { type: 'leader', name: 'boss', member: bob, token: ledger.seq },
      ]);
      expect(ledger.leader('boss')).to.deep.equal(group.events[1]?.event);
    });

    it('that nobody leads any more says so', () => {
      group.ask(ann, 'boss', 1, { space: 'election' });

      group.release(ann, 1);

      expect(group.events).to.deep.equal([{ to: 'followers', event: { type: 'leader', name: 'boss', member: 0, token: 0 } }]);
    });
  });

  describe('time', () => {
    it('takes out who has held for long enough, from the grant on, and passes the key on', () => {
      group.pass(1_000);
      group.ask(ann, 'door', 1);
      group.ask(bob, 'door', 1, { maxHold: 50 });
      group.pass(2_000);
      group.release(ann, 1);
      group.ask(cid, 'door', 1);

      expect(group.ledger.due).to.equal(2_050);
      group.pass(2_049);
      expect(group.events).to.deep.equal([]);
      group.pass(2_050);

      expect(group.events.map(({ to, event }) => [to, event.type])).to.deep.equal([[bob, 'lock.lost'], [cid, 'lock.granted']]);
      expect(group.ledger.due).to.equal(Infinity);
    });

    it('never goes back', () => {
      group.pass(100);
      group.ask(ann, 'door', 1, { maxHold: 10 });

      group.pass(50);
      group.pass(NaN);

      expect([group.ledger.now, group.ledger.due]).to.deep.equal([100, 110]);
    });

    it('goes on from a snapshot, with all that is still to end', () => {
      group.pass(100);
      group.ask(ann, 'door', 1, { maxHold: 10 });

      const restored = new Ledger(structuredClone(group.ledger.snapshot()));

      expect([restored.now, restored.due]).to.deep.equal([100, 110]);
    });
  });

  describe('a thief', () => {
    it('takes the keys from whoever holds them, and goes ahead of all who wait', () => {
      group.ask(ann, 'a', 1, { moreKeys: ['b'] });
      group.ask(bob, 'a', 1);
      group.ask(bob, 'b', 2);

      const outcome = group.ask(cid, 'a', 1, { steal: true });

      expect(outcome).to.include({ type: 'granted' });
      expect(group.events.map(({ to, event }) => [to, event])).to.deep.equal([
        [ann, { type: 'lock.lost', ticket: 1, reason: 'stolen' }],
        [bob, { type: 'lock.granted', ticket: 2, token: group.ledger.seq }],
      ]);
      expect(group.release(cid, 1)).to.deep.equal([[bob, 1]]);
    });
  });

  describe('a deadlock', () => {
    const within = (ticket: number, terms: Terms = {}): Terms => ({ ...terms, within: ticket });

    it('is told to the last to come in, with the circle; nothing is kept of what it asked for', () => {
      group.ask(ann, 'a', 1);
      group.ask(bob, 'b', 1, { site: 'at shop.js:7' });
      group.ask(ann, 'b', 2, within(1));
      const before = group.ledger.snapshot().tickets;

      const outcome = group.ask(bob, 'a', 2, within(1));

      expect(outcome).to.deep.equal({
        type: 'deadlock',
        circle: [
          { member: bob, space: 'lock', key: 'a', holds: false },
          { member: ann, space: 'lock', key: 'a', holds: true },
          { member: ann, space: 'lock', key: 'b', holds: false },
          { member: bob, space: 'lock', key: 'b', holds: true, site: 'at shop.js:7' },
        ],
      });
      expect(group.ledger.snapshot().tickets).to.deep.equal(before);
    });

    it('is seen through all that stands around, and through waits in between', () => {
      group.ask(ann, 'a', 1);
      group.ask(ann, 'inner', 2, within(1));
      group.ask(bob, 'b', 1);
      group.ask(cid, 'b', 1);
      group.ask(ann, 'b', 3, within(2));

      expect(group.ask(bob, 'a', 2, within(1))).to.include({ type: 'deadlock' });
    });

    it('is seen by who has stolen what stood around it, too', () => {
      group.ask(ann, 'a', 1);
      group.ask(ann, 'inner', 2, within(1));
      expect(group.ask(ann, 'inner', 3, within(2, { steal: true }))).to.include({ type: 'granted' });

      expect(group.ask(ann, 'a', 4, within(3))).to.include({ type: 'deadlock' });
    });

    it('is a reader behind a writer that waits for the readers, but no reader beside another', () => {
      group.ask(ann, 'book', 1, shared);
      expect(group.ask(ann, 'book', 2, within(1, shared))).to.include({ type: 'granted' });
      group.release(ann, 2);
      group.ask(bob, 'book', 1);

      expect(group.ask(ann, 'book', 2, within(1, shared))).to.include({ type: 'deadlock' });
    });

    it('is no semaphore of which another permit may still come back', () => {
      const one: Terms = { space: 'semaphore', permits: 1, limit: 2 };
      group.ask(ann, 'door', 1, one);
      group.ask(bob, 'door', 1, one);

      expect(group.ask(ann, 'door', 2, within(1, one))).to.deep.equal(waiting);
      expect(group.ask(bob, 'door', 2, within(1, one))).to.include({ type: 'deadlock' });
    });

    it('is not what only looks like one: one member that holds, and waits elsewhere', () => {
      group.ask(ann, 'a', 1);
      group.ask(bob, 'b', 1);
      group.ask(ann, 'b', 2);

      expect(group.ask(bob, 'a', 2, within(1))).to.deep.equal(waiting);
    });

    it('is none any more when what it would have waited within is gone', () => {
      group.ask(ann, 'a', 1);
      group.release(ann, 1);
      group.ask(bob, 'a', 1);

      expect(group.ask(ann, 'a', 2, within(1))).to.deep.equal(waiting);
    });
  });

  describe('in a line of 10 000', () => {
    const time = (length: number, terms: Terms | undefined): number => {
      const { ledger } = new Group();
      let seq = ledger.seq;
      for (let ticket = 1; ticket <= length; ticket += 1) ledger.apply((seq += 1), ann, { type: 'lock.acquire', key: 'door', ticket, wait: true });
      ledger.apply((seq += 1), bob, { type: 'lock.acquire', key: 'gate', ticket: 1, wait: true });
      const began = process.cpuUsage();
      for (let ticket = 2; ticket < 5_000; ticket += 1) {
        ledger.apply((seq += 1), bob, { type: 'lock.acquire', key: 'door', ticket, wait: true, ...(terms === undefined ? {} : { terms }) });
        ledger.apply((seq += 1), bob, { type: 'lock.release', ticket });
      }
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };

    for (const [name, terms] of [['any', undefined], ['a nested', { within: 1 }], ['a bounded', { maxWaiters: 1_000_000 }], ['a timed', { maxHold: 100 }]] as const) {
      it(`${name} ticket comes and goes for what it costs in a line of 10`, function () {
        this.retries(3);
        time(10, terms);
        const short = Math.min(...[1, 2, 3].map(() => time(10, terms)));

        const long = Math.min(...[1, 2, 3].map(() => time(10_000, terms)));

        expect(long).to.be.below(3 * short);
      });
    }

    it('nobody waits where 100 000 wait already, unless it says so', () => {
      const { ledger } = new Group();
      let seq = ledger.seq;
      const acquire = (ticket: number, terms?: Terms): Outcome => ledger.apply((seq += 1), ann, { type: 'lock.acquire', key: 'door', ticket, wait: true, ...(terms === undefined ? {} : { terms }) }).outcome;
      for (let ticket = 1; ticket <= 100_001; ticket += 1) acquire(ticket);

      expect(acquire(100_002)).to.deep.equal({ type: 'full' });
      expect(acquire(100_003, { maxWaiters: 200_000 })).to.deep.equal({ type: 'waiting' });
    });

    it('each grant passes the key on for what it costs in a line of 10', function () {
      this.timeout(5_000);
      const { ledger } = new Group();
      let seq = ledger.seq;
      for (let ticket = 1; ticket <= 50_000; ticket += 1) ledger.apply((seq += 1), ann, { type: 'lock.acquire', key: 'door', ticket, wait: true });

      // A ledger that looks through its lines takes far longer for this.
      for (let ticket = 1; ticket <= 50_000; ticket += 1) ledger.apply((seq += 1), ann, { type: 'lock.release', ticket });

      expect(ledger.snapshot().tickets).to.deep.equal([]);
    });
  });
});

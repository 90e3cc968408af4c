import { expect } from 'chai';
import { Locks } from '../../../src/core/ledger/locks.js';

const ann = 1;
const bob = 2;
const cid = 3;

describe('Locks', () => {
  it('grants a free key at once, with the seq of the asking as its token', () => {
    const locks = new Locks();

    const applied = locks.acquire(41, ann, 'door', 1, true);

    expect(applied).to.deep.equal({ outcome: { type: 'granted', token: 41 }, events: [] });
  });

  it('lets the next ones wait, and passes the key on strictly in the order of asking', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);

    expect(locks.acquire(2, bob, 'door', 7, true).outcome).to.deep.equal({ type: 'waiting' });
    expect(locks.acquire(3, cid, 'door', 7, true).outcome).to.deep.equal({ type: 'waiting' });

    expect(locks.release(4, ann, 1).events).to.deep.equal([granted(bob, 7, 4)]);
    expect(locks.release(5, bob, 7).events).to.deep.equal([granted(cid, 7, 5)]);
    expect(locks.release(6, cid, 7).events).to.deep.equal([]);
  });

  it('keeps the keys apart', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);

    const applied = locks.acquire(2, bob, '__proto__', 1, true);

    expect(applied.outcome).to.deep.equal({ type: 'granted', token: 2 });
  });

  it('lets a member stand in one line with several tickets', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, ann, 'door', 2, true);

    const applied = locks.release(3, ann, 1);

    expect(applied.events).to.deep.equal([granted(ann, 2, 3)]);
  });

  it('turns away who does not want to wait, and keeps no ticket of it', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);

    const applied = locks.acquire(2, bob, 'door', 1, false);

    expect(applied).to.deep.equal({ outcome: { type: 'unavailable' }, events: [] });
    expect(locks.release(3, ann, 1).events).to.deep.equal([]);
    expect(locks.acquire(4, bob, 'door', 1, false).outcome).to.deep.equal({ type: 'granted', token: 4 });
  });

  it('releases a ticket once: the second time there is none', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);

    expect(locks.release(3, ann, 1).outcome).to.deep.equal({ type: 'removed', removed: true, seq: 3 });
    expect(locks.release(4, ann, 1)).to.deep.equal({ outcome: { type: 'removed', removed: false, seq: 4 }, events: [] });
  });

  it('lets nobody release the ticket of another', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);

    const applied = locks.release(2, bob, 1);

    expect(applied.outcome).to.deep.equal({ type: 'removed', removed: false, seq: 2 });
    expect(locks.acquire(3, bob, 'door', 1, false).outcome).to.deep.equal({ type: 'unavailable' });
  });

  it('takes one that waits out of the line, and disturbs nobody', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);
    locks.acquire(3, cid, 'door', 1, true);

    expect(locks.release(4, bob, 1)).to.deep.equal({ outcome: { type: 'removed', removed: true, seq: 4 }, events: [] });

    expect(locks.release(5, ann, 1).events).to.deep.equal([granted(cid, 1, 5)]);
  });

  it('takes the last one out of the line, and the next to come stands in its place', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);
    locks.release(3, bob, 1);
    locks.acquire(4, cid, 'door', 1, true);

    const applied = locks.release(5, ann, 1);

    expect(applied.events).to.deep.equal([granted(cid, 1, 5)]);
  });

  it('answers a repeated asking with how its ticket stands', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);

    expect(locks.acquire(3, ann, 'door', 1, true).outcome).to.deep.equal({ type: 'granted', token: 1 });
    expect(locks.acquire(4, bob, 'door', 1, true).outcome).to.deep.equal({ type: 'waiting' });
    locks.release(5, ann, 1);
    expect(locks.acquire(6, bob, 'door', 1, true).outcome).to.deep.equal({ type: 'granted', token: 5 });
    expect(locks.snapshot()).to.have.length(1);
  });

  it('refuses a ticket that already stands in the line of another key', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);

    const applied = locks.acquire(2, ann, 'gate', 1, true);

    expect(applied.outcome).to.deep.include({ type: 'invalid' });
    expect(locks.acquire(3, bob, 'gate', 1, false).outcome).to.deep.equal({ type: 'granted', token: 3 });
  });

  it('frees what the dead held, and what they waited for', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);
    locks.acquire(3, cid, 'door', 1, true);

    expect(locks.leave(4, bob)).to.deep.equal([]);

    expect(locks.release(5, ann, 1).events).to.deep.equal([granted(cid, 1, 5)]);
  });

  it('never grants to the dead: their tickets are all out before the next is chosen', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, ann, 'door', 2, true);
    locks.acquire(3, bob, 'door', 1, true);

    const grants = locks.leave(4, ann);

    expect(grants).to.deep.equal([granted(bob, 1, 4)]);
  });

  it('passes on what the dead held in the order in which they had asked for it', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 3, true);
    locks.acquire(2, ann, 'gate', 1, true);
    locks.acquire(3, ann, 'lift', 2, true);
    locks.acquire(4, cid, 'gate', 5, true);
    locks.acquire(5, bob, 'lift', 6, true);
    locks.acquire(6, bob, 'door', 7, true);

    const grants = locks.leave(7, ann);

    expect(grants).to.deep.equal([granted(bob, 7, 7), granted(cid, 5, 8), granted(bob, 6, 9)]);
  });

  it('keeps nothing of a key that nobody holds', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'door', 1, true);
    locks.release(3, ann, 1);

    locks.leave(4, bob);

    expect(locks.snapshot()).to.deep.equal([]);
    expect(locks.acquire(5, cid, 'door', 1, false).outcome).to.deep.equal({ type: 'granted', token: 5 });
  });

  it('goes on from a snapshot with every line, every token, and the order of each member\'s asking', () => {
    const locks = new Locks();
    locks.acquire(1, ann, 'door', 1, true);
    locks.acquire(2, bob, 'lift', 1, true);
    locks.acquire(3, bob, 'door', 2, true);
    locks.acquire(4, ann, 'lift', 2, true);
    locks.acquire(5, cid, 'door', 1, true);
    locks.acquire(6, cid, 'lift', 2, true);
    locks.release(7, ann, 1);

    const restored = new Locks(structuredClone(locks.snapshot()));

    expect(restored.snapshot()).to.deep.equal(locks.snapshot());
    expect(restored.acquire(8, bob, 'door', 2, true).outcome).to.deep.equal({ type: 'granted', token: 7 });
    expect(restored.leave(9, bob)).to.deep.equal([granted(ann, 2, 9), granted(cid, 1, 10)]);
  });

  it('takes 50 000 out of the middle of a line of 100 000 as fast as out of a short one', function () {
    // A line that has to be searched takes far longer for this.
    this.timeout(5_000);
    const locks = new Locks();
    const length = 100_000;
    let seq = 0;
    for (let number = 1; number <= length; number += 1) locks.acquire(++seq, ann, 'door', number, true);

    for (let number = length / 4; number < (length * 3) / 4; number += 1) locks.release(++seq, ann, number);
    for (let number = 1; number <= length; number += 1) locks.release(++seq, ann, number);

    expect(locks.snapshot()).to.deep.equal([]);
  });

  it('buries one that held little as fast beside 100 000 held keys as beside none', function () {
    // A death that looks at every key takes far longer for this.
    this.timeout(5_000);
    const locks = new Locks();
    let seq = 0;
    for (let number = 1; number <= 100_000; number += 1) locks.acquire(++seq, ann, `key-${number}`, number, true);

    for (let member = bob; member <= 20_000; member += 1) {
      locks.acquire(++seq, member, 'key-1', 1, true);
      locks.leave(++seq, member);
    }

    expect(locks.snapshot()).to.have.length(100_000);
  });
});

function granted(to: number, ticket: number, token: number) {
  return { to, event: { type: 'lock.granted', ticket, token } };
}

import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Lock } from '../../../src/core/api.js';
import type { Hub } from '../../../src/core/hub.js';
import type { Outcome } from '../../../src/core/protocol.js';
import { FakeSession, fakeTransport, seatedHub } from '../../support/fake-transport.js';
import { rejection } from '../../support/rejection.js';
import { VirtualHost } from '../../support/virtual-host.js';

const LOST = new HubError('LOST', 'The broker died.');

describe('Locks of a hub', () => {
  let session: FakeSession;
  let host: VirtualHost;
  let hub: Hub;
  beforeEach(async () => {
    session = new FakeSession();
    host = new VirtualHost();
    hub = await seatedHub(session, { host, transport: fakeTransport(session, new FakeSession()) });
  });

  it('wait for the grant', async () => {
    const held = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'waiting' });

    session.hears({ type: 'lock.granted', ticket: 1, token: 7 });

    expect((await held).token).to.equal(7);
  });

  it('take their ticket out of the line when the wait is over, though the grant is on its way', async () => {
    const controller = new AbortController();
    const waited = hub.lock('door', { signal: controller.signal });
    const acquired = session.command('lock.acquire');

    controller.abort('enough');
    acquired.settle({ type: 'granted', token: 7 });

    expect(await waited.catch((reason: unknown) => reason)).to.equal('enough');
    expect(session.command('lock.release').command).to.deep.equal({ type: 'lock.release', ticket: 1 });
  });

  it('time out only while they wait', async () => {
    const held = hub.lock('door', { timeout: 100 });
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    const waited = hub.lock('door', { timeout: 100 });
    session.command('lock.acquire').settle({ type: 'waiting' });

    const [error] = await Promise.all([rejection(waited), host.pass(100)]);

    expect(error).to.have.property('code', 'TIMEOUT');
    expect((await held).signal.aborted).to.equal(false);
    expect(session.command('lock.release').command).to.deep.equal({ type: 'lock.release', ticket: 2 });
  });

  it('are released once, and never reject', async () => {
    const held = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    const lock = await held;

    const [first, second] = [lock.release(), lock.release()];
    session.command('lock.release').settle(LOST);

    expect([await first, await second]).to.deep.equal([false, false]);
  });

  it('are lost with the group: waits reject, holders hear it, releases do nothing', async () => {
    const held = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    const lock = await held;
    const waited = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'waiting' });
    const { signal } = lock;

    session.ear.lost(LOST);

    expect(await rejection(waited)).to.have.property('code', 'LOST');
    expect((signal.reason as HubError).code).to.equal('LOST');
    expect(await lock.release()).to.equal(false);
  });

  it('are lost when the authority does not know of them any more: what was told was not heard', async () => {
    const lock = async (key: string, outcome: Outcome): Promise<Lock> => {
      const asked = hub.lock(key);
      session.command('lock.acquire').settle(outcome);
      return asked;
    };
    const kept = await lock('kept', { type: 'granted', token: 7 });
    const stolen = await lock('stolen', { type: 'granted', token: 8 });
    const waits = lock('waits', { type: 'waiting' });
    const missed = lock('missed', { type: 'waiting' });

    session.hears({ type: 'lock.standing', tickets: [1, 3] });
    session.hears({ type: 'lock.granted', ticket: 3, token: 9 });

    expect([kept.signal.aborted, stolen.signal.aborted]).to.deep.equal([false, true]);
    expect(stolen.signal.reason).to.be.instanceOf(HubError).with.property('code', 'LOST');
    expect((await waits).token).to.equal(9);
    expect(await rejection(missed)).to.have.property('code', 'LOST');
  });

  it('tell a loss also to who looks only later', async () => {
    const held = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    const lock = await held;

    session.ear.lost(LOST);

    expect(lock.signal.aborted).to.equal(true);
  });

  it('let the error of the body come first', async () => {
    const done = hub.lock('door', () => {
      throw new RangeError('mine');
    });
    const error = done.catch((thrown: unknown) => thrown);
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    await host.settle();

    expect(await error).to.be.instanceOf(RangeError);
  });

  it('are dropped once, and ask for no outcome', async () => {
    const held = hub.lock('door');
    session.command('lock.acquire').settle({ type: 'granted', token: 7 });
    const lock = await held;

    lock[Symbol.dispose]();
    lock[Symbol.dispose]();

    expect(session.submit.args.slice(1)).to.deep.equal([[{ type: 'lock.release', ticket: 1 }, undefined]]);
    expect(await lock.release()).to.equal(false);
  });

  it('give nothing when the key is taken and they are not to wait', async () => {
    const tried = hub.tryLock('door');
    const { command, settle } = session.command('lock.acquire');
    settle({ type: 'unavailable' });

    expect(command).to.include({ wait: false });
    expect(await tried).to.equal(undefined);
  });
});

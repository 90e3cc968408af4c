import { expect } from 'chai';
import sinon from 'sinon';
import { encodeFailure } from '../../../src/core/codec/failure.js';
import { HubError } from '../../../src/core/errors.js';
import type { Hub } from '../../../src/core/hub.js';
import { ANN, BOB, FakeSession, seatedHub } from '../../support/fake-transport.js';
import { rejection } from '../../support/rejection.js';
import { VirtualHost } from '../../support/virtual-host.js';

describe('Calls', () => {
  let session: FakeSession;
  let host: VirtualHost;
  let hub: Hub;
  beforeEach(async () => {
    session = new FakeSession(ANN, BOB);
    host = new VirtualHost();
    hub = await seatedHub(session, { host });
  });

  function handlers(...members: readonly number[]): void {
    session.hears({ type: 'listeners', of: 'method', name: 'price', members });
  }

  it('learn once who handles a method, and ask them in turn', () => {
    void hub.request('price');
    void hub.request('price');
    expect(session.sent).to.deep.equal([]);

    handlers(2, 3);
    void hub.request('price');

    expect(session.sent).to.deep.equal(['request 2 price', 'request 3 price', 'request 2 price']);
    expect(session.follow.args).to.deep.equal([[{ type: 'method.listeners', name: 'price' }]]);
  });

  it('let nothing overtake what still has to find its way', () => {
    void hub.request('price');
    hub.send('note', 1, { to: 'ann' });
    expect(session.sent).to.deep.equal([]);

    handlers(2);

    expect(session.sent).to.deep.equal(['request 2 price', 'message 2 note']);
  });

  it('reject at once when nobody handles the method', async () => {
    const asked = hub.request('price');

    handlers();

    expect(await rejection(asked)).to.include({ code: 'NO_RECEIVER', mayHaveRun: false });
  });

  it('never take an answer for another: a number is not used again whose answer may still come', async () => {
    handlers(2);
    const interrupted = hub.request('price', 1, { to: 'ann' });
    const given = new AbortController();
    const givenUp = hub.request('price', 2, { to: 'ann', signal: given.signal }).catch((reason: unknown) => reason);
    given.abort('enough');
    const numbers = [0, 1].map((which) => session.envelope('request', which).call);

    session.ear.interrupted(new HubError('LOST', 'The broker died.'));
    const next = [hub.request('price', 3, { to: 'ann' }), hub.request('price', 4, { to: 'ann' })];
    for (const call of numbers) session.receives({ type: 'reply', member: 2, call, payload: '"late"' });
    for (const which of [2, 3]) session.receives({ type: 'reply', member: 2, call: session.envelope('request', which).call, payload: String(which) });

    expect(await rejection(interrupted)).to.include({ code: 'LOST', mayHaveRun: true });
    expect(await givenUp).to.equal('enough');
    expect(await Promise.all(next)).to.deep.equal([2, 3]);
  });

  it('never share a number, also with what is asked while the group is being lost', async () => {
    const first = hub.request('price', 0, { to: 'ann' });
    session.receives({ type: 'reply', member: 2, call: session.envelope('request').call, payload: '0' });
    await first;
    const asked: Promise<unknown>[] = [];
    const ask = (value: number): number => asked.push(hub.request('price', value, { to: 'ann' }));
    const parts: AsyncIterableIterator<number> = {
      [Symbol.asyncIterator]: () => parts,
      next: () => new Promise(() => {}),
      return: async () => ({ done: true, value: ask(1) + ask(2) }),
    };
    const interrupted = hub.request('price', parts, { to: 'ann' });

    session.ear.interrupted(new HubError('LOST', 'The broker died.'));
    ask(3);
    session.receives({ type: 'reply', member: 2, call: session.envelope('request', 1).call, payload: '"late"' });
    for (const which of [2, 3, 4]) session.receives({ type: 'reply', member: 2, call: session.envelope('request', which).call, payload: String(which - 1) });

    expect(await rejection(interrupted)).to.include({ code: 'LOST' });
    expect(await Promise.all(asked)).to.deep.equal([1, 2, 3]);
  });

  it('ask another when one has stopped to handle it', async () => {
    handlers(2, 3);
    const asked = hub.request('price');
    handlers(2, 3);
    const { call } = session.envelope('request');

    session.receives({ type: 'failure', member: 2, call, payload: encodeFailure(new HubError('NO_RECEIVER', 'Not here.', { mayHaveRun: false })) });
    expect(session.sent).to.deep.equal(['request 2 price', 'request 3 price']);
    session.receives({ type: 'reply', member: 3, call, payload: '7' });

    expect(await asked).to.equal(7);
  });

  it('ask another when the request comes back', async () => {
    const asked = hub.request('price');
    handlers(2, 3);

    session.ear.returned({ ...session.envelope('request') }, 'absent');
    session.receives({ type: 'reply', member: 3, call: session.envelope('request', 1).call, payload: '7' });

    expect(await asked).to.equal(7);
  });

  it('reject when those who are left have all refused', async () => {
    const asked = hub.request('price');
    handlers(2);

    session.ear.returned({ ...session.envelope('request') }, 'absent');

    expect(await rejection(asked)).to.include({ code: 'NO_RECEIVER', mayHaveRun: false });
  });

  it('tell a named member apart that is none, that has gone and that has too much to do', async () => {
    expect(await rejection(hub.request('price', 1, { to: 'nobody' }))).to.include({ code: 'NO_MEMBER', mayHaveRun: false });

    const gone = hub.request('price', 1, { to: 'ann' });
    session.ear.returned({ ...session.envelope('request') }, 'absent');
    expect(await rejection(gone)).to.include({ code: 'LOST', mayHaveRun: false });

    const busy = hub.request('price', 1, { to: 'ann' });
    session.ear.returned({ ...session.envelope('request', 1) }, 'full');
    expect(await rejection(busy)).to.include({ code: 'OVERLOADED', mayHaveRun: false });
  });

  it('say that all have too much to do, rather than that there is nobody', async () => {
    const asked = hub.request('price');
    handlers(2);

    session.ear.returned({ ...session.envelope('request') }, 'full');

    expect(await rejection(asked)).to.include({ code: 'OVERLOADED', mayHaveRun: false });
  });

  it('reject at the death of the member that was asked, and only those', async () => {
    const dead = hub.request('price', 1, { to: 'ann' });
    const alive = hub.request('price', 1, { to: 'bob' });

    session.hears({ type: 'member.left', number: 2, reason: 'lost' });
    session.receives({ type: 'reply', member: 3, call: session.envelope('request', 1).call, payload: '7' });

    expect(await rejection(dead)).to.include({ code: 'LOST', mayHaveRun: true });
    expect(await alive).to.equal(7);
  });

  it('reject at the loss of the group', async () => {
    const asked = hub.request('price', 1, { to: 'ann' });

    session.ear.lost(new HubError('LOST', 'The broker died.'));

    expect(await rejection(asked)).to.include({ code: 'LOST', mayHaveRun: true });
  });

  it('give a number away again only when its answer has come', async () => {
    const late = hub.request('price', 1, { to: 'ann', timeout: 10 });
    const { call } = session.envelope('request');
    await Promise.all([rejection(late), host.pass(10)]);
    expect(session.sent).to.deep.equal(['request 2 price', 'cancel 2']);

    const next = hub.request('price', 2, { to: 'ann' });
    expect(session.envelope('request', 1).call).to.not.equal(call);
    session.receives({ type: 'reply', member: 2, call, payload: '"late"' });
    session.receives({ type: 'reply', member: 2, call: session.envelope('request', 1).call, payload: '"next"' });

    expect(await next).to.equal('next');
    void hub.request('price', 3, { to: 'ann' });
    void hub.request('price', 4, { to: 'ann' });
    expect([session.envelope('request', 2).call, session.envelope('request', 3).call]).to.include(call);
  });

  it('take no answer from any but the member that was asked', async () => {
    const asked = hub.request('price', 1, { to: 'ann' });
    const { call } = session.envelope('request');

    session.receives({ type: 'reply', member: 3, call, payload: '"false"' });
    session.receives({ type: 'reply', member: 2, call, payload: '"true"' });

    expect(await asked).to.equal('true');
  });

  it('listen to a signal only as long as they wait', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [sinon.spy(signal, 'addEventListener'), sinon.spy(signal, 'removeEventListener')];
    const asked = hub.request('price', 1, { to: 'ann', signal });

    session.receives({ type: 'reply', member: 2, call: session.envelope('request').call, payload: '7' });
    await asked;

    expect(removed.args).to.deep.equal(added.args.map(([type, listener]) => [type, listener]));
    sinon.assert.calledOnce(added);
  });

  it('forget the names that were asked least lately', () => {
    for (let n = 0; n < 3_000; n++) {
      void hub.request(`method-${n}`);
      session.hears({ type: 'listeners', of: 'method', name: `method-${n}`, members: [2] });
    }

    expect(session.follow.callCount - session.unfollow.callCount).to.be.within(1_000, 1_200);
    expect(session.send.callCount).to.equal(3_000);
  });
});

import { expect } from 'chai';
import sinon from 'sinon';
import { HubError } from '../../src/core/errors.js';
import type { Hub } from '../../src/core/hub.js';
import { ANN, BOB, FakeSession, fakeTransport, hubOver, seatedHub } from '../support/fake-transport.js';
import { rejection } from '../support/rejection.js';
import { VirtualHost } from '../support/virtual-host.js';

const LOST = new HubError('LOST', 'The broker died.');

describe('A seat', () => {
  it('holds what is said and asked before it is taken, and lets it go in order', async () => {
    const session = new FakeSession(ANN);
    const hub = hubOver(session);
    hub.on('news', () => {});
    hub.send('first', 1, { to: 'ann' });
    void hub.state('prices').add('apple');
    hub.broadcast('second', 2);

    await hub.ready();

    expect(session.follow.args).to.deep.equal([[{ type: 'topic', name: 'news' }]]);
    expect(session.command('map.add').command).to.include({ map: 'prices', key: 'apple' });
    expect(session.sent).to.deep.equal(['message 2 first', 'message 0 second']);
  });

  it('says what it follows while it joins, and takes back what it does not follow any more', async () => {
    const session = new FakeSession();
    const known: unknown[] = [];
    const hub: Hub = hubOver({
      name: 'curious',
      join: async (seat) => {
        known.push(...seat.interests());
        old[Symbol.dispose]();
        hub.on('new', () => {});
        return session.take(seat);
      },
    });
    hub.on('news', () => {});
    const old = hub.on('old', () => {});

    await hub.ready();

    expect(known).to.deep.equal([{ type: 'topic', name: 'news' }, { type: 'topic', name: 'old' }]);
    expect(session.unfollow.args).to.deep.equal([[{ type: 'topic', name: 'old' }]]);
    expect(session.follow.args).to.deep.equal([[{ type: 'topic', name: 'news' }], [{ type: 'topic', name: 'new' }]]);
  });

  it('holds no more than it has room for', async () => {
    const hub = hubOver(fakeTransport());
    for (let n = 0; n < 10_000; n++) hub.send('topic', n);

    expect(() => hub.send('topic')).to.throw(HubError).with.property('code', 'OVERLOADED');
    expect(await rejection(hub.request('method'))).to.include({ code: 'OVERLOADED', mayHaveRun: false });
    await hub.close();
  });

  it('hears what is said in the turn in which it is taken', async () => {
    const session = new FakeSession();
    const hub = hubOver({
      name: 'hasty',
      async join(seat) {
        const joined = session.take(seat);
        queueMicrotask(() => session.hears({ type: 'member.joined', member: BOB }));
        return joined;
      },
    });

    await hub.ready();

    expect([...hub.members].map(({ name }) => name)).to.deep.equal(['pid-1', 'bob']);
  });

  it('closes the hub when there is no way in, and everyone hears why', async () => {
    const refused = new HubError('REFUSED', 'Not you.');
    const hub = hubOver(fakeTransport(refused));
    const changes: unknown[] = [];
    hub.onStatus((change) => changes.push(change));
    const pending = [hub.ready(), hub.request('method'), hub.lock('key'), hub.state('map').get('key')];

    const errors = await Promise.all(pending.map(rejection));

    expect(errors.map(({ code, message }) => ({ code, message }))).to.deep.equal(pending.map(() => ({ code: 'REFUSED', message: 'Not you.' })));
    expect(changes).to.deep.equal([{ status: 'closed', error: refused }]);
    expect(() => hub.on('topic', () => {})).to.throw(refused.message);
  });

  it('reports that there is no way in when nobody waits to hear it', async () => {
    const refused = new HubError('REFUSED', 'Not you.');
    const reported = new Promise((onError) => {
      hubOver(fakeTransport(refused), { onError }).on('topic', () => {});
    });

    expect(await reported).to.equal(refused);
  });

  it('joins again after a loss, under a fresh id, and follows all that was followed', async () => {
    const [first, second] = [new FakeSession(ANN), new FakeSession(BOB)];
    const hub = hubOver(fakeTransport(first, second));
    hub.on('news', () => {});
    await hub.ready();
    const { id } = hub.member;
    const statuses: string[] = [];
    hub.onStatus(({ status }) => statuses.push(status));

    first.ear.lost(LOST);
    hub.send('hello', 1, { to: 'bob' });
    await hub.ready();

    expect(statuses).to.deep.equal(['joining', 'seated']);
    expect(hub.member.id).to.not.equal(id);
    expect(second.follow.args).to.deep.equal([[{ type: 'topic', name: 'news' }]]);
    expect(second.sent).to.deep.equal(['message 3 hello']);
    expect([...hub.members].map(({ name }) => name)).to.deep.equal(['pid-1', 'bob']);
  });

  it('tries again after a loss, with rests that grow', async () => {
    const host = new VirtualHost();
    const [first, second] = [new FakeSession(), new FakeSession()];
    const transport = fakeTransport(first, LOST, LOST, LOST, second);
    const hub = await seatedHub(first, { transport, host });

    first.ear.lost(LOST);
    await host.pass(24);
    sinon.assert.callCount(transport.join, 2);
    await host.pass(26);
    sinon.assert.callCount(transport.join, 3);
    await host.pass(300);

    expect(hub.status).to.equal('seated');
  });

  it('gives up after a loss when trying again would not help', async () => {
    const session = new FakeSession();
    const hub = await seatedHub(session, { transport: fakeTransport(session, new HubError('UNSUPPORTED', 'Gone for good.')) });

    session.ear.lost(LOST);

    expect(await rejection(hub.ready())).to.have.property('code', 'UNSUPPORTED');
    expect(hub.status).to.equal('closed');
  });

  it('tells when the authority is silent, and when it is back', async () => {
    const session = new FakeSession();
    const hub = await seatedHub(session);
    const statuses: string[] = [];
    hub.onStatus(({ status }) => statuses.push(status));

    session.ear.suspended(true);
    session.ear.suspended(false);

    expect(statuses).to.deep.equal(['suspended', 'seated']);
  });

  it('gives a session back that came after the hub was closed', async () => {
    const session = new FakeSession();
    let come = (_: FakeSession): void => {};
    const hub = hubOver(fakeTransport(new Promise((resolve) => (come = resolve))));
    await new Promise((resolve) => setImmediate(resolve));

    await hub.close();
    come(session);
    await new Promise((resolve) => setImmediate(resolve));

    sinon.assert.calledOnce(session.close);
    expect(hub.status).to.equal('closed');
  });
});

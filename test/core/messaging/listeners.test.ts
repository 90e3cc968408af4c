import { expect } from 'chai';
import sinon from 'sinon';
import type { Hub } from '../../../src/core/hub.js';
import { ANN, FakeSession, seatedHub } from '../../support/fake-transport.js';

describe('Listeners', () => {
  let session: FakeSession;
  let hub: Hub;
  const onError = sinon.fake();
  const onUndelivered = sinon.fake();
  beforeEach(async () => {
    onError.resetHistory();
    onUndelivered.resetHistory();
    session = new FakeSession(ANN);
    hub = await seatedHub(session, { onError, onUndelivered });
  });

  it('follow a topic while there are any, and no longer', () => {
    const first = hub.on('a.*', () => {});
    const second = hub.on('a.*', () => {});

    first[Symbol.dispose]();
    first[Symbol.dispose]();
    sinon.assert.notCalled(session.unfollow);
    second[Symbol.dispose]();

    expect(session.follow.args).to.deep.equal([[{ type: 'topic', name: 'a.*' }]]);
    expect(session.unfollow.args).to.deep.equal([[{ type: 'topic', name: 'a.*' }]]);
  });

  it('may come and go while a message is delivered', () => {
    const heard: string[] = [];
    const first = hub.on('news', () => {
      heard.push('first');
      first[Symbol.dispose]();
      hub.on('news', () => heard.push('third'));
    });
    hub.on('news', () => heard.push('second'));

    session.receives({ type: 'message', member: 2, name: 'news', payload: '1' });
    expect(heard).to.deep.equal(['first', 'second']);
    session.receives({ type: 'message', member: 2, name: 'news', payload: '1' });

    expect(heard).to.deep.equal(['first', 'second', 'second', 'third']);
  });

  it('report what they throw and reject with, also on a topic named "error"', async () => {
    hub.on('error', () => {
      throw 'thrown';
    });
    hub.on('error', () => Promise.reject('rejected'));
    const heard = sinon.fake();
    hub.on('error', heard);

    session.receives({ type: 'message', member: 2, name: 'error', payload: '1' });
    await new Promise((resolve) => setImmediate(resolve));

    sinon.assert.calledOnce(heard);
    expect(onError.args).to.deep.equal([['thrown'], ['rejected']]);
  });

  it('hear a broadcast of their own hub, by the way that all take', () => {
    hub.on('news', () => {});

    hub.broadcast('news', 1, { self: true });
    hub.broadcast('other', 1, { self: true });

    expect(session.sent).to.deep.equal(['message 0 news', 'message 1 news', 'message 0 other']);
  });

  it('are missed aloud: `onUndelivered` hears of what found nobody', async () => {
    hub.send('news', [1], { to: 'nobody' });
    hub.send('news', [2], { to: 'ann' });
    session.ear.returned(session.envelope('message'), 'absent');
    hub.send('news', [3]);
    session.hears({ type: 'listeners', of: 'topic', name: 'news', members: [] });

    await Promise.resolve();

    expect(onUndelivered.args).to.deep.equal([
      [{ topic: 'news', value: [1], to: 'nobody' }],
      [{ topic: 'news', value: [2], to: 2 }],
      [{ topic: 'news', value: [3], to: undefined }],
    ]);
  });
});

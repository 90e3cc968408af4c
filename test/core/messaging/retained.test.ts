import { expect } from 'chai';
import sinon from 'sinon';
import { encode } from '../../../src/core/codec/codec.js';
import type { Hub } from '../../../src/core/hub.js';
import { Retained } from '../../../src/core/messaging/retained.js';
import { RETAINED } from '../../../src/core/protocol.js';
import type { Event, MapEntry } from '../../../src/core/protocol.js';
import type { Message } from '../../../src/index.js';
import { ANN, FakeSession, seatedHub } from '../../support/fake-transport.js';

describe('What topics keep', () => {
  let session: FakeSession;
  let hub: Hub;
  const onError = sinon.fake();
  beforeEach(async () => {
    onError.resetHistory();
    session = new FakeSession(ANN);
    hub = await seatedHub(session, { onError });
  });

  const entry = (key: string, version: number, value: unknown): MapEntry => ({ key, version, value: encode([ANN, encode(value), false]) });
  /** The first that is heard of an interest. */
  const whole = (...entries: MapEntry[]): Event => ({ type: 'map.whole', map: RETAINED, version: 100, entries });
  const changed = (one: MapEntry): Event => ({ type: 'map.changed', map: RETAINED, change: { type: 'set', ...one } });
  const listen = (topic: string): unknown[] => {
    const heard: unknown[] = [];
    hub.on(topic, (value, { from, retained }: Message) => heard.push([value, from.name, retained]));
    return heard;
  };

  it('is told once, however often the authority tells it', () => {
    const heard = listen('news');

    session.hears(changed(entry('news', 7, 'a')));
    session.hears(whole(entry('news', 7, 'a')));
    session.hears(whole(entry('news', 9, 'b')));
    session.hears(changed(entry('news', 9, 'b')));

    expect(heard).to.deep.equal([['a', 'ann', false], ['b', 'ann', true]]);
  });

  it('is told to a second listener from what this hub has heard, when its owner has it in hand', async () => {
    listen('news');
    session.hears(whole(entry('news', 7, 'a')));

    const late = listen('news');
    const now = [...late];
    await Promise.resolve();

    expect([now, late]).to.deep.equal([[], [['a', 'ann', true]]]);
    sinon.assert.calledOnce(session.follow);
  });

  it('is not kept when it comes too late, for one who listens no more', async () => {
    const early = hub.on('news', () => {});
    early[Symbol.dispose]();
    session.hears(whole(entry('news', 7, 'old')));

    const heard = listen('news');
    await Promise.resolve();
    session.hears(whole(entry('news', 9, 'new')));

    expect(heard).to.deep.equal([['new', 'ann', true]]);
  });

  it('comes before anything newer', () => {
    listen('news');
    session.hears(whole(entry('news', 7, 'a')));

    const late = listen('news');
    session.receives({ type: 'message', member: 2, name: 'news', payload: '"b"' });

    expect(late).to.deep.equal([['a', 'ann', true], ['b', 'ann', false]]);
  });

  it('is not told to who has gone by then', async () => {
    listen('news');
    session.hears(whole(entry('news', 7, 'a')));
    const heard: unknown[] = [];

    hub.on('news', (value) => heard.push(value))[Symbol.dispose]();
    await Promise.resolve();

    expect(heard).to.deep.equal([]);
  });

  it('is not remembered when nobody listens any more', async () => {
    const first = hub.on('news.*', () => {});
    session.hears(whole(entry('news.old', 7, 'a')));
    first[Symbol.dispose]();

    const heard = listen('news.old');
    await Promise.resolve();
    session.hears(whole(entry('news.old', 8, 'b')));

    expect(heard).to.deep.equal([['b', 'ann', true]]);
  });

  it('is forgotten when it is not told again after a silence', async () => {
    listen('news');
    listen('other');
    session.hears(whole(entry('news', 7, 'a'), entry('other', 8, 'b')));

    session.ear.suspended(true);
    session.hears(whole(entry('other', 8, 'b')));
    session.ear.suspended(false);
    session.hears(whole(entry('other', 8, 'b')));
    session.command('map.size').settle({ type: 'count', count: 1 });
    const late = [listen('news'), listen('other')];
    await Promise.resolve();

    expect(late).to.deep.equal([[], [['b', 'ann', true]]]);
  });

  it('leaves in its place behind what waits for the authority to be heard again', () => {
    session.ear.suspended(true);
    hub.broadcast('news', 1);
    hub.broadcast('news', 2, { retain: true });
    hub.broadcast('news', 3);
    const before = session.send.callCount;

    session.ear.suspended(false);

    expect(before).to.equal(1);
    expect(session.send.args.map(([{ payload }]) => payload)).to.deep.equal(['1', '3']);
    expect(session.submit.firstCall.calledBefore(session.send.secondCall as never)).to.equal(true);
  });

  it('reports what has no room, and what could not be written down; not what was lost', () => {
    for (let n = 0; n < 2; n++) hub.broadcast('news', n, { retain: true });

    session.command('map.set').settle({ type: 'too-large', limit: 500 });

    expect(onError.args).to.have.lengthOf(1);
    expect(onError.firstCall.firstArg).to.include({ code: 'TOO_LARGE' }).with.property('message').that.matches(/"news" was not told.*500 bytes.*`limits.retained`/);
  });

  it('is looked through, when a listener goes, for what that one heard alone', () => {
    const kept = new Retained();
    for (const topic of ['a.1', 'a.2', 'b']) kept.keep({ topic, value: 1, from: ANN, retained: true }, 7);
    const isHeard = sinon.fake((topic: string) => topic === 'a.2');

    kept.forget('a.*', isHeard);
    kept.forget('c', isHeard);

    expect(isHeard.args).to.deep.equal([['a.1'], ['a.2']]);
    expect([...kept.of('>')].map(({ topic }) => topic)).to.deep.equal(['a.2', 'b']);
  });

  it('is in a map that is not for others', () => {
    expect(() => hub.state(RETAINED)).to.throw(TypeError, "the hub's own");
  });
});

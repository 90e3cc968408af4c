/** A member that does not read, because it is stopped or has too much to do: it is not harmed, and harms nobody. */
import { expect } from 'chai';
import sinon from 'sinon';
import { HubError } from '../../../src/core/errors.js';
import { RETAINED } from '../../../src/core/protocol.js';
import type { Envelope, Event, Interest, Outcome } from '../../../src/core/protocol.js';
import type { Link } from '../../../src/core/star/link.js';
import { linkPair } from '../../../src/core/star/pair.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { Valve } from '../../support/valve.js';
import { VirtualHost } from '../../support/virtual-host.js';

const QUEUE = 10_000;
const VALUE = JSON.stringify('x'.repeat(1_000));

describe('A member that does not read', () => {
  let host: VirtualHost;
  let ann: Session;
  let annSeat: ListeningSeat;
  let bob: ListeningSeat;
  let valve: Valve;
  let session: Session;
  let cid: ListeningSeat;
  let teller: Session;
  /** What the teller's link was given. */
  let said: sinon.SinonSpy;

  beforeEach(async () => {
    host = new VirtualHost();
    annSeat = new ListeningSeat('ann');
    bob = new ListeningSeat('bob');
    let onLink: (link: Link) => void = () => {};
    const options = { host, limits: { queue: QUEUE } };
    const founding = star({ name: 'test', meet: async () => ({ role: 'authority', epoch: 1, accept: (accept) => (onLink = accept), close: async () => {} }) }, options).join(annSeat);
    await host.settle();
    ann = await founding;
    const join = async (link: Link, seat: ListeningSeat): Promise<Session> => {
      const joining = star({ name: 'test', meet: async () => ({ role: 'member', link }) }, options).join(seat);
      await host.settle();
      return joining;
    };
    const [near, far] = linkPair(host);
    valve = new Valve(far);
    onLink(valve);
    session = await join(near, bob);
    const [tellersEnd, other] = linkPair(host);
    onLink(other);
    cid = new ListeningSeat('cid');
    teller = await join(tellersEnd, cid);
    said = sinon.spy(tellersEnd, 'send');
  });

  const follow = async (...interests: readonly Interest[]): Promise<void> => {
    for (const interest of interests) session.follow(interest);
    await host.settle();
    bob.events.length = 0;
  };
  const set = async (map: string, count: number): Promise<void> => {
    for (let n = 1; n <= count; n++) {
      ann.submit({ type: 'map.set', map, key: `k${n % 7}`, value: VALUE }, () => {});
      await host.settle();
    }
  };
  const changes = (map: string): unknown[] => bob.events.flatMap((event: Event) => ('map' in event && event.map === map ? [event.type] : []));

  it('is told a map whole when it reads again, in the place of all the changes that there was no room for', async () => {
    await follow({ type: 'map', name: 'm' });

    valve.isShut = true;
    await set('m', 500);
    valve.reopen();
    await host.settle();
    const after = changes('m');
    await set('m', 1);

    const told = after.filter((type) => type === 'map.changed').length;
    expect(told).to.be.within(5, 15);
    expect(after.slice(told)).to.deep.equal(['map.whole']);
    expect(changes('m').slice(told)).to.deep.equal(['map.whole', 'map.changed']);
    const whole = bob.events.find((event) => event.type === 'map.whole');
    expect(whole?.type === 'map.whole' && whole.entries).to.have.length(7);
  });

  it('is told each map for itself, and none that it has left in the meantime', async () => {
    await follow({ type: 'map', name: 'm' }, { type: 'map', name: 'n' }, { type: 'map', name: 'still' });

    valve.isShut = true;
    await set('m', 50);
    await set('n', 50);
    session.unfollow({ type: 'map', name: 'm' });
    await host.settle();
    valve.reopen();
    await host.settle();

    expect([changes('m'), changes('n'), changes('still')].map((types) => types.filter((type) => type === 'map.whole').length)).to.deep.equal([0, 1, 0]);
  });

  const envelope = (type: Envelope['type'], call = 0): Envelope => ({ type, member: session.member.number, name: 'news', call, extra: 0, payload: VALUE });
  const tell = async (count: number, type: Envelope['type'] = 'message'): Promise<void> => {
    for (let n = 1; n <= count; n++) {
      teller.send(envelope(type, n));
      await host.settle();
    }
  };

  it('is told nothing by who knows that it takes no more, until it takes more again', async () => {
    await follow({ type: 'topic', name: 'news' });

    valve.isShut = true;
    await tell(100);
    said.resetHistory();
    await tell(50);
    await tell(50, 'request');
    const saidInVain = said.callCount;
    await tell(1, 'reply');
    const back = cid.undelivered.map(({ why }) => why);
    valve.reopen();
    await host.settle();
    await tell(1);

    expect(saidInVain).to.equal(0);
    expect(back).to.have.length.within(180, 195);
    expect(new Set(back)).to.deep.equal(new Set(['full']));
    expect(bob.envelopes.slice(-2).map(({ type }) => type)).to.deep.equal(['reply', 'message']);
    expect(bob.envelopes.length + back.length).to.equal(202);
  });

  it('is not said to be full when it has gone', async () => {
    await follow({ type: 'topic', name: 'news' });
    valve.isShut = true;
    await tell(100);

    const late = envelope('message');
    valve.destroy(new HubError('LOST', 'killed'));
    await host.settle();
    cid.undelivered.length = 0;
    teller.send(late);
    await host.settle();

    expect(cid.undelivered.map(({ why }) => why)).to.deep.equal(['absent']);
  });

  it('gets back no more messages than it takes itself', async () => {
    valve.isShut = true;
    for (let n = 0; n < 100; n++) {
      session.send({ ...envelope('message'), member: ann.member.number });
      await host.settle();
    }
    for (let n = 1; n <= 3; n++) {
      session.send({ ...envelope('request', n), member: 4_711 });
      await host.settle();
    }
    valve.reopen();
    await host.settle();

    const types = bob.undelivered.map(({ envelope: { type } }) => type);
    expect(types.filter((type) => type === 'message')).to.have.length.within(5, 15);
    expect(types.slice(-3)).to.deep.equal(['request', 'request', 'request']);
  });

  it('is told the last that topics keep when it reads again, in the place of all that there was no room for, and then what is newer', async () => {
    await follow({ type: 'topic', name: '*' }, { type: 'topic', name: 'news' });
    await set(RETAINED, 7);
    bob.told.length = 0;

    valve.isShut = true;
    await set(RETAINED, 500);
    ann.submit({ type: 'map.delete', map: RETAINED, key: 'k3' }, () => {});
    ann.send(envelope('message'));
    await host.settle();
    valve.reopen();
    await host.settle();
    ann.send(envelope('message', 1));
    await host.settle();

    const told = bob.told.map((word) => ('type' in word && word.type === 'map.changed' ? `${word.change.type} ${'key' in word.change ? word.change.key : ''}` : word.type));
    expect(told.length).to.be.within(13, 23);
    expect(told.slice(-8, -1)).to.have.members(['set k0', 'set k1', 'set k2', 'delete k3', 'set k4', 'set k5', 'set k6']);
    expect(told.filter((word) => word === 'message')).to.deep.equal(['message']);
    expect(told.at(-1)).to.equal('message');
    const versions = bob.told.flatMap((word) => (word.type === 'map.changed' ? [word.change.version] : []));
    expect(Math.max(...versions.slice(-7)) - Math.min(...versions.slice(-7))).to.be.below(8);
  });

  it('is not told what a topic keeps that it does not listen to any more', async () => {
    await follow({ type: 'topic', name: '*' });
    valve.isShut = true;
    await set(RETAINED, 50);
    bob.events.length = 0;

    session.unfollow({ type: 'topic', name: '*' });
    await host.settle();
    valve.reopen();
    await host.settle();

    expect(bob.events.length).to.be.within(5, 15);
  });

  it('is answered what may be long when it reads, each in its place among all that it says', async () => {
    await set('m', 1);
    const answers: string[] = [];
    const said = (outcome: Outcome | HubError): void => {
      if (!(outcome instanceof HubError)) answers.push(outcome.type === 'entries' ? String(outcome.entries[0]?.value).slice(1, 4) : outcome.type);
    };
    const inMap = async (): Promise<unknown> => {
      const outcomes: (Outcome | HubError)[] = [];
      ann.submit({ type: 'map.get', map: 'm', key: 'k1' }, (outcome) => outcomes.push(outcome));
      await host.settle();
      return outcomes;
    };
    ann.follow({ type: 'topic', name: 'news' });

    valve.isShut = true;
    for (let n = 0; n < 1_000; n++) session.submit({ type: 'map.entries', map: 'm' }, said);
    session.submit({ type: 'map.set', map: 'm', key: 'k1', value: '"new"' }, said);
    session.submit({ type: 'map.entries', map: 'm' }, said);
    session.send({ ...envelope('message'), member: ann.member.number });
    await host.settle();
    const worked = valve.kept;
    const before = await inMap();
    const heard = annSeat.envelopes.length;
    valve.reopen();
    await host.settle();

    expect(worked).to.be.below(3);
    expect(before).to.have.nested.property('[0].value', VALUE);
    expect(heard).to.equal(0);
    expect(answers).to.deep.equal([...new Array<string>(1_000).fill('xxx'), 'stored', 'new']);
    expect(annSeat.envelopes).to.have.length(1);
  });

  it('is heard at once where nothing long is to be told: it lets go of a lock, and sets what is to be set', async () => {
    await follow({ type: 'topic', name: 'news' });
    session.submit({ type: 'lock.acquire', key: 'k', ticket: 1, wait: true }, () => {});
    await host.settle();
    const granted: (Outcome | HubError)[] = [];

    valve.isShut = true;
    await tell(100);
    session.submit({ type: 'map.set', map: 'm', key: 'k', value: '1' }, () => {});
    session.submit({ type: 'lock.release', ticket: 1 }, () => {});
    await host.settle();
    ann.submit({ type: 'lock.acquire', key: 'k', ticket: 1, wait: false }, (outcome) => granted.push(outcome));
    ann.submit({ type: 'map.get', map: 'm', key: 'k' }, (outcome) => granted.push(outcome));
    await host.settle();

    expect(granted.map((outcome) => 'type' in outcome && outcome.type)).to.deep.equal(['granted', 'entry']);
  });

  it('keeps its seat and its locks', async () => {
    await follow({ type: 'map', name: 'm' });
    session.submit({ type: 'lock.acquire', key: 'door', ticket: 1, wait: true }, () => {});
    await host.settle();

    valve.isShut = true;
    await set('m', 100);
    await host.pass(60_000);
    const lines: unknown[] = [];
    ann.submit({ type: 'lock.lines', most: 10 }, (outcome) => lines.push(outcome));
    await host.settle();
    valve.reopen();
    await host.settle();

    expect(lines).to.have.nested.property('[0].lines[0].tickets[0].member', session.member.number);
    expect(bob.losses).to.deep.equal([]);
  });
});

import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import { EVERYONE, RETAINED } from '../../../src/core/protocol.js';
import type { Envelope, Interest, Outcome } from '../../../src/core/protocol.js';
import type { Limits } from '../../../src/core/limits.js';
import type { Link } from '../../../src/core/star/link.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { MemoryPlace } from '../../../src/transports/memory.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { VirtualHost } from '../../support/virtual-host.js';

interface Peer {
  readonly seat: ListeningSeat;
  readonly session: Session;
  readonly number: number;
  submit(command: Parameters<Session['submit']>[0]): Promise<Outcome | HubError>;
}

class Group {
  readonly host = new VirtualHost();
  readonly #place = new MemoryPlace(this.host);
  readonly #limits: Partial<Limits>;
  links: Link[] = [];

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = limits;
  }

  /** A link to the broker, of which it knows nothing yet. */
  async knock(): Promise<Link> {
    const meeting = await this.#place.rendezvous().meet(new AbortController().signal);
    if (meeting.role !== 'member') throw new Error('There is no broker.');
    return meeting.link;
  }

  async join(name: string, interests: readonly Interest[] = [], limits = this.#limits): Promise<Peer> {
    const seat = new ListeningSeat(name, undefined, interests);
    const rendezvous = this.#place.rendezvous();
    const joining = star(
      {
        name: 'memory',
        meet: async (signal) => {
          const meeting = await rendezvous.meet(signal);
          if (meeting.role === 'member') this.links.push(meeting.link);
          return meeting;
        },
      },
      { host: this.host, limits },
    ).join(seat);
    // Its rejection is for whoever awaits it below.
    joining.catch(() => {});
    await this.host.settle();
    const session = await joining;
    return {
      seat,
      session,
      number: session.member.number,
      submit: async (command) => {
        const settled = new Promise<Outcome | HubError>((resolve) => session.submit(command, resolve));
        await this.host.settle();
        return settled;
      },
    };
  }
}

function tag(outcome: Outcome | HubError): string {
  return outcome instanceof HubError ? outcome.code : outcome.type;
}

function message(to: number, name: string, payload = '1'): Envelope {
  return { type: 'message', member: to, name, call: 0, extra: 0, payload };
}

function request(to: number, call: number, payload = '1'): Envelope {
  return { type: 'request', member: to, name: 'sum', call, extra: 30_000, payload };
}

describe('A star', () => {
  it('makes the first to come its broker, and a member like the others', async () => {
    const group = new Group();

    const ann = await group.join('ann');
    const bob = await group.join('bob');

    expect([ann.number, bob.number]).to.deep.equal([1, 2]);
    expect(bob.session.members.map(({ name }) => name)).to.deep.equal(['ann', 'bob']);
    expect(ann.seat.events).to.deep.equal([{ type: 'member.joined', member: bob.session.member }]);
  });

  it('knows what a member listens to when the others hear that it has joined, but for what has no room in a hello', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const names = Array.from({ length: 3_000 }, (_, n) => `topic number ${n}`);
    const interests = names.map((name) => ({ type: 'topic', name }) as const);

    const bob = await group.join('bob', interests);
    for (const name of names) ann.session.send(message(bob.number, name));
    await group.host.settle();
    const before = bob.seat.envelopes.length;
    for (const interest of interests) bob.session.follow(interest);
    bob.session.unfollow({ type: 'topic', name: 'topic number 0' });
    await group.host.settle();
    for (const name of names) ann.session.send(message(bob.number, name));
    await group.host.settle();

    expect(before).to.be.within(1_000, 2_000);
    expect(ann.seat.undelivered).to.have.length(3_000 - before + 1);
    expect(bob.seat.envelopes).to.have.length(before + 2_999);
  });

  it('turns away who listens to what is no pattern, and lets it go like anybody else', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');

    bob.session.follow({ type: 'topic', name: 'a.>.b' });
    await group.host.settle();

    expect(ann.seat.events.map(({ type }) => type)).to.deep.equal(['member.joined', 'member.left']);
  });

  it('delivers what one member tells another in order, whatever its kind and size', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    ann.session.follow({ type: 'topic', name: 'news' });
    await group.host.settle();
    const sent: Envelope[] = [];
    for (let call = 1; call <= 200; call++) {
      sent.push(message(ann.number, 'news', String(call)));
      sent.push(request(ann.number, call, call % 7 === 0 ? '' : JSON.stringify('x'.repeat(call % 50 === 0 ? 30_000 : call))));
      if (call % 9 === 0) sent.push({ type: 'cancel', member: ann.number, name: '', call, extra: 0, payload: '' });
      if (call % 11 === 0) sent.push({ ...message(ann.number, 'news'), payload: { form: 'bytes', bytes: Buffer.from([call]) } });
    }

    for (const envelope of sent) bob.session.send(envelope);
    await group.host.settle();

    expect(ann.seat.envelopes.map(summary)).to.deep.equal(sent.map((envelope) => summary({ ...envelope, member: bob.number })));
  });

  it('ends what is bound to time and to members on its own clock, and within a second', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    ann.session.follow({ type: 'map', name: 'stock' });
    await bob.submit({ type: 'map.set', map: 'stock', key: 'brief', value: '1', lifetime: { ttl: 2_000 } });
    await bob.submit({ type: 'map.set', map: 'stock', key: 'bound', value: '1', lifetime: { ephemeral: true } });
    const heard = ann.seat.events.length;

    await group.host.pass(1_999);
    expect(await ann.submit({ type: 'map.get', map: 'stock', key: 'brief' })).to.include({ type: 'entry' });
    await group.host.pass(1);
    expect(await ann.submit({ type: 'map.get', map: 'stock', key: 'brief' })).to.deep.equal({ type: 'absent' });
    void bob.session.close();
    await group.host.settle();

    const told = ann.seat.events.slice(heard).map((event) => (event.type === 'map.changed' && event.change.type === 'delete' ? event.change.ended?.reason : event.type));
    expect(told).to.deep.equal(['expired', 'left', 'member.left']);
  });

  it('keeps no more for its topics than its limit, and has room again when something was taken away', async () => {
    const group = new Group({ retained: 1_000 });
    const ann = await group.join('ann');
    ann.session.follow({ type: 'topic', name: '>' });
    const keep = (topic: string, size: number): Promise<unknown> => ann.submit({ type: 'map.set', map: RETAINED, key: topic, value: JSON.stringify('x'.repeat(size)) });
    const heard = (): readonly unknown[] => ann.seat.events.flatMap((event) => (event.type === 'map.changed' && 'key' in event.change ? [event.change.key] : []));

    expect(await keep('a', 600)).to.include({ type: 'stored' });
    expect(await keep('b', 600)).to.deep.equal({ type: 'too-large', limit: 1_000 });
    expect(await keep('a', 900)).to.include({ type: 'stored' });
    expect(await ann.submit({ type: 'map.set', map: 'stock', key: 'b', value: JSON.stringify('x'.repeat(2_000)) })).to.include({ type: 'stored' });
    expect(await ann.submit({ type: 'map.delete', map: RETAINED, key: 'a' })).to.include({ removed: true });
    expect(await keep('b', 600)).to.include({ type: 'stored' });

    expect(heard()).to.deep.equal(['a', 'a', 'a', 'b']);
  });

  it('sends nothing that is more than a packet, however many parts it has', async () => {
    const group = new Group({ packet: 10_000 });
    const ann = await group.join('ann');
    const value = JSON.stringify('x'.repeat(1_000));
    const steps = Array.from({ length: 9 }, (_, n) => ({ type: 'set', key: `key ${n}`, value }) as const);
    const transaction = { type: 'map.transact', map: 'stock', conditions: [], otherwise: [] } as const;

    expect(() => ann.session.submit({ ...transaction, then: steps }, () => {})).to.throw(HubError).with.property('code', 'TOO_LARGE');
    expect(() => ann.session.submit({ type: 'map.pick', map: 'stock', keys: Array(300).fill('x'.repeat(50)) as string[] }, () => {})).to.throw(HubError).with.property('code', 'TOO_LARGE');
    expect(await ann.submit({ ...transaction, then: steps.slice(0, 5) })).to.deep.include({ type: 'transacted', succeeded: true });
  });

  it('keeps the order between what a member tells and what it does', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    ann.session.follow({ type: 'topic', name: 'news' });
    ann.session.follow({ type: 'map', name: 'map' });
    await group.host.settle();
    const before = ann.seat.told.length;

    for (let round = 0; round < 200; round++) {
      bob.session.send(message(ann.number, 'news'));
      if (round % 3 === 0) bob.session.send(message(EVERYONE, 'news'));
      bob.session.submit({ type: 'map.set', map: 'map', key: 'key', value: String(round) }, () => {});
    }
    await group.host.settle();

    const expected = Array.from({ length: 200 }, (_, round) => (round % 3 === 0 ? ['message', 'message', 'map.changed'] : ['message', 'map.changed']));
    expect(ann.seat.told.slice(before).map(({ type }) => type)).to.deep.equal(expected.flat());
  });

  it('sends a broadcast to every other member that listens, by name or by pattern, and to nobody else', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    const cid = await group.join('cid');
    ann.session.follow({ type: 'topic', name: 'sport.news' });
    bob.session.follow({ type: 'topic', name: 'sport.*' });
    bob.session.follow({ type: 'topic', name: 'sport.news' });
    cid.session.follow({ type: 'topic', name: 'weather' });
    await group.host.settle();

    ann.session.send(message(EVERYONE, 'sport.news'));
    bob.session.send(message(EVERYONE, 'sport.news'));
    await group.host.settle();

    expect(ann.seat.envelopes.map(summary)).to.deep.equal([summary(message(bob.number, 'sport.news'))]);
    expect(bob.seat.envelopes.map(summary)).to.deep.equal([summary(message(ann.number, 'sport.news'))]);
    expect(cid.seat.envelopes).to.deep.equal([]);
  });

  it('returns what finds nobody to its sender, whole', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');

    ann.session.send(message(bob.number, 'unheard', '"a"'));
    ann.session.send(request(99, 5, '{"b":1}'));
    await group.host.settle();

    expect(ann.seat.undelivered.map(({ envelope, why }) => [summary(envelope), why])).to.deep.equal([
      [summary(message(bob.number, 'unheard', '"a"')), 'absent'],
      [summary(request(99, 5, '{"b":1}')), 'absent'],
    ]);
  });

  it('tells who listens, at once and at every change, to those who asked', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    ann.session.follow({ type: 'method.listeners', name: 'sum' });
    ann.session.follow({ type: 'topic.listeners', name: 'a.b' });
    await group.host.settle();

    bob.session.follow({ type: 'method', name: 'sum' });
    bob.session.follow({ type: 'topic', name: 'a.>' });
    bob.session.unfollow({ type: 'method', name: 'sum' });
    await group.host.settle();

    const heard = ann.seat.events.filter((event) => event.type === 'listeners').map(({ of, members }) => [of, members]);
    expect(heard).to.deep.equal([['method', []], ['topic', []], ['method', [bob.number]], ['topic', [bob.number]], ['method', []]]);
  });

  it('ends a member in one act: its locks move on and its listeners are gone before it is said to have left', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    bob.session.follow({ type: 'method', name: 'sum' });
    await bob.submit({ type: 'lock.acquire', key: 'door', ticket: 1, wait: true });
    ann.session.follow({ type: 'method.listeners', name: 'sum' });
    void ann.submit({ type: 'lock.acquire', key: 'door', ticket: 7, wait: true });
    await group.host.settle();
    ann.seat.events.length = 0;

    group.links[0]?.destroy(new HubError('LOST', 'killed'));
    await group.host.settle();

    expect(ann.seat.events.map(({ type }) => type)).to.deep.equal(['listeners', 'lock.granted', 'member.left']);
    expect(ann.seat.events[2]).to.deep.equal({ type: 'member.left', number: bob.number, reason: 'lost' });
    expect(bob.seat.losses).to.have.length(1);
  });

  it('says nothing that goes without saying', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    await ann.submit({ type: 'lock.acquire', key: 'door', ticket: 1, wait: true });
    const outcomes: (Outcome | HubError)[] = [];

    bob.session.submit({ type: 'lock.acquire', key: 'door', ticket: 1, wait: true }, (outcome) => outcomes.push(outcome));
    bob.session.submit({ type: 'lock.acquire', key: 'desk', ticket: 2, wait: true }, (outcome) => outcomes.push(outcome));
    await group.host.settle();
    const before = [...outcomes];
    ann.session.submit({ type: 'lock.release', ticket: 1 });
    await group.host.settle();

    expect(before.map(tag)).to.deep.equal(['waiting', 'granted']);
    expect(outcomes).to.have.length(2);
    expect(bob.seat.events.map(({ type }) => type)).to.deep.equal(['lock.granted']);
  });

  it('tells soon, and before there are many, what nothing else tells of', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    await ann.submit({ type: 'lock.acquire', key: 'door', ticket: 1, wait: true });
    const outcomes: (Outcome | HubError)[] = [];
    const wait = (ticket: number): void => bob.session.submit({ type: 'lock.acquire', key: 'door', ticket, wait: true }, (outcome) => outcomes.push(outcome));

    for (let ticket = 1; ticket <= 100; ticket++) wait(ticket);
    await group.host.settle();
    const atOnce = outcomes.length;
    await group.host.pass(2_500);

    expect(atOnce).to.be.within(50, 99);
    expect(outcomes.map(tag)).to.deep.equal(new Array(100).fill('waiting'));
  });

  it('says of a member that closes that it has closed', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');

    const closing = bob.session.close();
    await group.host.settle();
    await closing;

    expect(ann.seat.events.at(-1)).to.deep.equal({ type: 'member.left', number: bob.number, reason: 'closed' });
    expect(bob.seat.losses).to.deep.equal([]);
  });

  it('loses everybody when the broker closes, and whoever meets again founds a new group', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');

    const closing = ann.session.close();
    await group.host.settle();
    await closing;
    const again = await group.join('bob again');

    expect(bob.seat.losses.map(({ code }) => code)).to.deep.equal(['LOST']);
    expect(again.number).to.equal(1);
  });

  it('answers a command with LOST when the link ends before its outcome came', async () => {
    const group = new Group();
    await group.join('ann');
    const bob = await group.join('bob');

    const settled = new Promise((resolve) => bob.session.submit({ type: 'map.size', map: 'm' }, resolve));
    group.links[0]?.destroy(new HubError('LOST', 'cut'));
    await group.host.settle();

    expect(await settled).to.be.instanceOf(HubError).and.include({ code: 'LOST', mayHaveRun: true });
  });

  it('tells a follower of a map the whole, then each change', async () => {
    const group = new Group();
    const ann = await group.join('ann');
    const bob = await group.join('bob');
    await ann.submit({ type: 'map.set', map: 'm', key: 'k', value: '1' });

    bob.session.follow({ type: 'map', name: 'm' });
    await ann.submit({ type: 'map.delete', map: 'm', key: 'k' });
    await ann.submit({ type: 'map.clear', map: 'other' });

    const [whole, change, ...rest] = bob.seat.events;
    expect(whole).to.deep.include({ type: 'map.whole', map: 'm' });
    expect(whole).to.have.nested.property('entries[0].value', '1');
    expect(change).to.have.nested.property('change.type', 'delete');
    expect(rest).to.deep.equal([]);
  });

  it('cuts a link that keeps silent, and one that begins with anything but a hello', async () => {
    const group = new Group({ hello: 100 });
    await group.join('ann');
    const rude = await stranger(group);
    const silent = await stranger(group);

    rude.link.send(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    await group.host.settle();
    const afterRude = [rude.isClosed, silent.isClosed];
    await group.host.pass(100);

    expect(afterRude).to.deep.equal([true, false]);
    expect(silent.isClosed).to.equal(true);
  });

  it('makes room for those who come by letting go who has kept silent for longest', async () => {
    const group = new Group({ strangers: 2 });
    await group.join('ann');
    const [first, second, third] = [await stranger(group), await stranger(group), await stranger(group)];
    await group.host.settle();

    expect([first.isClosed, second.isClosed, third.isClosed]).to.deep.equal([true, false, false]);
    expect((await group.join('bob')).number).to.equal(2);
  });

  it('refuses who comes when the group is full, and lets it in when somebody has left', async () => {
    const group = new Group({ members: 2 });
    await group.join('ann');
    const bob = await group.join('bob');

    const error = await group.join('cid').catch((refusal: unknown) => refusal);
    void bob.session.close();
    await group.host.settle();

    expect(error).to.be.instanceOf(HubError).with.property('message').that.includes('limits.members');
    expect(error).to.have.property('code', 'REFUSED');
    expect((await group.join('cid')).seat.losses).to.deep.equal([]);
  });

  it('refuses more commands than may be under way, at whoever gives them, but for a release', async () => {
    const group = new Group({ commands: 3 });
    await group.join('ann');
    const bob = await group.join('bob');
    const submit = (command: Parameters<Session['submit']>[0]): void => bob.session.submit(command, () => {});
    for (let ticket = 1; ticket <= 3; ticket++) submit({ type: 'lock.acquire', key: 'door', ticket, wait: true });

    expect(() => submit({ type: 'map.size', map: 'm' })).to.throw(HubError, 'limits.commands').with.property('code', 'OVERLOADED');
    submit({ type: 'lock.release', ticket: 1 });
    await group.host.settle();

    expect(await bob.submit({ type: 'map.size', map: 'm' })).to.deep.equal({ type: 'count', count: 0 });
  });

  it('refuses what is too much for a map at its sender, and does not hear one who sends it all the same', async () => {
    const group = new Group({ entry: 5_000 });
    const ann = await group.join('ann');
    const bob = await group.join('bob', [], { entry: 1_000_000 });
    const set = (length: number) => ({ type: 'map.set', map: 'm', key: 'k', value: JSON.stringify('x'.repeat(length)) }) as const;

    expect(() => ann.session.submit(set(5_000), () => {})).to.throw(HubError, 'limits.entry').with.property('code', 'TOO_LARGE');
    expect(await ann.submit(set(4_900))).to.include({ type: 'stored' });
    ann.session.send(request(bob.number, 1, JSON.stringify('x'.repeat(50_000))));
    await group.host.settle();
    const heard = bob.seat.envelopes.length;
    bob.session.submit(set(10_000), () => {});
    await group.host.settle();

    expect(heard).to.equal(1);
    expect(bob.seat.losses).to.have.length(1);
    expect(await ann.submit({ type: 'map.size', map: 'm' })).to.include({ count: 1 });
  });

  it('refuses a value over the limit at its sender, who keeps the seat', async () => {
    const group = new Group({ packet: 10_000 });
    const ann = await group.join('ann');
    const bob = await group.join('bob');

    expect(() => bob.session.send(request(ann.number, 1, JSON.stringify('x'.repeat(10_000))))).to.throw(HubError).with.property('code', 'TOO_LARGE');
    bob.session.send(request(ann.number, 2, '"small"'));
    await group.host.settle();

    expect(ann.seat.envelopes).to.have.length(1);
  });
});

/** A link into the group's broker that has said nothing yet. */
async function stranger(group: Group): Promise<{ readonly link: Link; readonly isClosed: boolean }> {
  const state = { isClosed: false };
  const link = await group.knock();
  link.open({ received: () => {}, drained: () => {}, closed: () => (state.isClosed = true) });
  return { link, get isClosed() { return state.isClosed; } };
}

/** What two envelopes have to agree in, however their payloads travelled. */
function summary(envelope: Envelope | Parameters<ListeningSeat['received']>[0]): unknown[] {
  const { payload } = envelope;
  const value: unknown = typeof payload === 'string' ? (payload === '' ? undefined : JSON.parse(payload)) : 'value' in payload ? payload.value : [payload.form, ...payload.bytes];
  return [envelope.type, envelope.member, envelope.name, envelope.call, envelope.extra, value];
}

/** A star with a journal: its broker dies, and the next one goes on. */
import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Limits } from '../../../src/core/limits.js';
import type { Command, Outcome } from '../../../src/core/protocol.js';
import type { Link } from '../../../src/core/star/link.js';
import { Estate } from '../../../src/core/star/estate.js';
import { linkPair } from '../../../src/core/star/pair.js';
import type { Meeting, Rendezvous } from '../../../src/core/star/rendezvous.js';
import { star } from '../../../src/core/star/star.js';
import type { Session } from '../../../src/core/transport.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { snapshotOf } from '../../support/snapshot-of.js';
import { VirtualHost } from '../../support/virtual-host.js';

/** Where a group meets whose brokers die: the journal stays. */
class MortalPlace {
  readonly host = new VirtualHost();
  readonly limits: Partial<Limits>;
  readonly dead = new Set<string>();
  /** They hear nothing that comes. */
  readonly stopped = new Set<string>();
  journal = new MemoryJournal();
  #epoch = 0;
  #accept: ((link: Link) => void) | undefined;
  #links: Link[] = [];
  #isReigning = false;
  #waiting: { readonly name: string; readonly resolve: (meeting: Meeting) => void }[] = [];
  /** Who may found a group. */
  founders: ReadonlySet<string> | undefined;

  constructor(limits: Partial<Limits> = {}) {
    this.limits = limits;
  }

  rendezvous(name: string): Rendezvous {
    return { name: 'mortal', meet: (signal) => this.#meet(name, signal), proof: async () => name };
  }

  /** Without a good-bye, in the middle of whatever it did. */
  killBroker(): void {
    this.#vacate();
    for (const link of this.#links.splice(0)) link.destroy(new HubError('LOST', 'killed'));
  }

  /** From now on this one may take over. */
  admit(name: string): void {
    this.founders = new Set([...(this.founders ?? []), name]);
    for (const { resolve } of this.#waiting.splice(0)) resolve({ role: 'member', link: dead(this.host) });
  }

  async #meet(name: string, signal: AbortSignal): Promise<Meeting> {
    signal.throwIfAborted();
    if (this.#accept !== undefined) return { role: 'member', link: this.#link(name, this.#accept) };
    if (this.#isReigning || this.founders?.has(name) === false) return new Promise((resolve) => this.#waiting.push({ name, resolve }));
    this.#isReigning = true;
    this.#epoch += 1;
    return {
      role: 'authority',
      epoch: this.#epoch,
      journal: this.journal,
      isDead: async (proof) => this.dead.has(proof),
      accept: (onLink) => {
        this.#accept = onLink;
        for (const { name, resolve } of this.#waiting.splice(0)) resolve({ role: 'member', link: this.#link(name, onLink) });
      },
      close: async () => this.#vacate(),
    };
  }

  #vacate(): void {
    this.#isReigning = false;
    this.#accept = undefined;
    this.journal = new MemoryJournal(this.journal.bytes);
  }

  #link(name: string, accept: (link: Link) => void): Link {
    const [near, far] = linkPair(this.host);
    this.#links.push(near);
    accept(far);
    return stoppable(near, () => this.stopped.has(name));
  }
}

function stoppable(link: Link, isStopped: () => boolean): Link {
  return {
    open: (sink) =>
      link.open({
        received: (bytes) => {
          if (!isStopped()) sink.received(bytes);
        },
        drained: () => sink.drained(),
        closed: (error) => sink.closed(error),
      }),
    send: (bytes) => link.send(bytes),
    close: (reason) => link.close(reason),
    destroy: (reason) => link.destroy(reason),
  };
}

function dead(host: VirtualHost): Link {
  const [near, far] = linkPair(host);
  far.destroy(new HubError('LOST', 'nobody there'));
  return near;
}

interface Peer {
  readonly seat: ListeningSeat;
  readonly session: Session;
  /** What became of each command, in the order of asking. */
  readonly settled: (Outcome | HubError | undefined)[];
  ask(command: Command): void;
}

async function join(place: MortalPlace, name: string): Promise<Peer> {
  const seat = new ListeningSeat(name);
  const joining = star(place.rendezvous(name), { host: place.host, limits: place.limits }).join(seat);
  await place.host.settle();
  const session = await joining;
  const settled: (Outcome | HubError | undefined)[] = [];
  const ask = (command: Command): void => {
    const at = settled.push(undefined) - 1;
    session.submit(command, (settlement) => (settled[at] = settlement));
  };
  return { seat, session, settled, ask };
}

const acquire = (ticket: number, key = 'door'): Command => ({ type: 'lock.acquire', key, ticket, wait: true });

describe('A star with a journal', () => {
  let place: MortalPlace;
  let ann: Peer;
  let bob: Peer;
  let cid: Peer;

  beforeEach(async () => {
    place = new MortalPlace();
    place.founders = new Set(['ann']);
    ann = await join(place, 'ann');
    bob = await join(place, 'bob');
    cid = await join(place, 'cid');
  });

  /** `ann` is the broker, and dies; her session with her. */
  const killAnn = async (): Promise<void> => {
    place.founders = new Set();
    place.killBroker();
    await place.host.settle();
  };
  const succeed = async (name = 'bob'): Promise<void> => {
    place.admit(name);
    await place.host.pass(50);
  };

  it('writes once for all that comes in one turn, before it tells an outcome', async () => {
    const before = place.journal.writes;

    for (let ticket = 1; ticket <= 20; ticket++) bob.ask(acquire(ticket, `key ${ticket}`));
    await place.host.settle();

    expect(place.journal.writes - before).to.equal(1);
    expect(bob.settled.map((outcome) => outcome?.constructor === Object && 'type' in outcome && outcome.type)).to.deep.equal(new Array(20).fill('granted'));
  });

  it('does not write down questions', async () => {
    const before = place.journal.writes;

    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    await place.host.settle();

    expect(place.journal.writes).to.equal(before);
    expect(bob.settled).to.deep.equal([{ type: 'absent' }]);
  });

  it('suspends its members when the broker dies, and seats them again under their numbers', async () => {
    await killAnn();
    const during = [bob.seat.silences.slice(), bob.seat.losses.length];
    await succeed();

    expect(during).to.deep.equal([[true], 0]);
    expect(bob.seat.silences).to.deep.equal([true, false]);
    expect([bob.seat.interruptions.length, bob.seat.losses.length]).to.deep.equal([1, 0]);
    expect(bob.session.member.number).to.equal(2);
  });

  it('keeps holders, tokens and lines', async () => {
    bob.ask(acquire(1));
    cid.ask(acquire(1));
    await place.host.settle();
    await killAnn();
    await succeed();

    bob.ask({ type: 'lock.release', ticket: 1 });
    await place.host.settle();

    const [granted] = bob.settled;
    const event = cid.seat.events.find((each) => each.type === 'lock.granted');
    expect(granted).to.have.property('type', 'granted');
    expect(event?.type === 'lock.granted' && granted !== undefined && 'token' in granted && event.token > granted.token).to.equal(true);
  });

  it('applies what was asked and not answered once, whether the dead broker had done it or not', async () => {
    place.journal.room = Infinity;
    bob.ask({ type: 'map.add', map: 'm', key: 'n', amount: 1 });
    await place.host.settle();
    // Written down and applied, but its outcome is cut off with the broker.
    const { journal } = place;
    const append = journal.append.bind(journal);
    journal.append = (records) => {
      append(records);
      place.founders = new Set();
      place.killBroker();
    };
    bob.ask({ type: 'map.add', map: 'm', key: 'n', amount: 1 });
    await place.host.settle();
    bob.ask({ type: 'map.add', map: 'm', key: 'n', amount: 1 });
    const before = bob.settled.length - bob.settled.filter((outcome) => outcome === undefined).length;
    await succeed();

    expect(before).to.equal(1);
    expect(bob.settled.map((outcome) => outcome !== undefined && 'sum' in outcome && outcome.sum)).to.deep.equal([1, 2, 3]);
  });

  it('tells of a grant that was cut off with the broker', async () => {
    bob.ask(acquire(1));
    cid.ask(acquire(7));
    await place.host.settle();
    const { journal } = place;
    const append = journal.append.bind(journal);
    journal.append = (records) => {
      append(records);
      place.founders = new Set();
      place.killBroker();
    };
    bob.ask({ type: 'lock.release', ticket: 1 });
    await place.host.settle();
    const before = cid.seat.events.some(({ type }) => type === 'lock.granted');
    await succeed('cid');

    expect(before).to.equal(false);
    expect(cid.seat.events.filter(({ type }) => type === 'lock.granted')).to.have.length(1);
  });

  it('tells how its tickets stand to one who has missed what became of them', async () => {
    bob.ask(acquire(1));
    bob.ask({ ...acquire(2, 'desk'), terms: { maxHold: 500 } } as Command);
    cid.ask(acquire(1));
    bob.ask(acquire(3, 'shelf'));
    await place.host.settle();
    place.founders = new Set(['cid']);
    const { journal } = place;
    const append = journal.append.bind(journal);
    journal.append = (records) => {
      journal.append = append;
      append(records);
      place.killBroker();
    };
    cid.ask({ ...acquire(2, 'shelf'), terms: { steal: true } } as Command);
    await place.host.pass(2_000);

    const told = ({ seat }: Peer): unknown[] => seat.events.flatMap((event): unknown[] => (event.type === 'lock.standing' ? [event] : 'ticket' in event ? [[event.type, event.ticket]] : []));
    expect(told(bob)).to.deep.equal([['lock.granted', 1], ['lock.granted', 2], { type: 'lock.standing', tickets: [1, 2] }, ['lock.lost', 2]]);
    expect(told(cid)).to.deep.equal([['lock.granted', 2], { type: 'lock.standing', tickets: [1, 2] }]);
  });

  it('passes nothing on of one who has not come back, until it is proved dead', async () => {
    ann.ask(acquire(1));
    await place.host.settle();
    bob.ask(acquire(1));
    await place.host.settle();
    await killAnn();
    await succeed();
    await place.host.pass(60_000);
    const before = bob.seat.events.some(({ type }) => type === 'lock.granted');

    place.dead.add('ann');
    await place.host.pass(2_000);

    expect(before).to.equal(false);
    expect(bob.seat.events.map(({ type }) => type).slice(-2)).to.deep.equal(['lock.granted', 'member.left']);
  });

  it('lets nobody back who is taken for dead', async () => {
    place.dead.add('cid');
    await killAnn();
    await succeed('bob');
    await place.host.pass(2_000);

    expect(cid.seat.losses.map(({ code }) => code)).to.deep.equal(['LOST']);
    expect(bob.seat.events).to.deep.include({ type: 'member.left', number: 3, reason: 'lost' });
  });

  it('holds what is said to one who has not come back yet, and its order', async () => {
    cid.session.follow({ type: 'topic', name: 'news' });
    await place.host.settle();
    await killAnn();
    const message = (payload: string, member: number) => ({ type: 'message', member, name: 'news', call: 0, extra: 0, payload }) as const;
    bob.session.send(message('1', 3));
    bob.session.send(message('2', 0));
    place.founders = new Set(['bob']);
    await succeed('bob');
    await place.host.pass(100);

    expect(cid.seat.envelopes.map(({ payload }) => (typeof payload === 'object' && 'value' in payload ? payload.value : Number(payload)))).to.deep.equal([1, 2]);
  });

  it('gives back what was said to one who is proved dead before it came back: it never saw it', async () => {
    const request = { type: 'request', member: 1, name: 'price', call: 7, extra: 0, payload: '1' } as const;
    await killAnn();
    await succeed();
    bob.session.send(request);
    await place.host.pass(100);
    const before = bob.seat.undelivered.length;

    place.dead.add('ann');
    await place.host.pass(2_000);

    expect(before).to.equal(0);
    expect(bob.seat.undelivered).to.deep.equal([{ envelope: request, why: 'absent' }]);
  });

  it('gives back what waited for a link, and for one who has left meanwhile', async () => {
    const request = { type: 'request', member: 1, name: 'price', call: 7, extra: 0, payload: '1' } as const;
    place.dead.add('ann');
    await killAnn();
    bob.session.send(request);
    await succeed();

    expect(bob.seat.undelivered).to.deep.equal([{ envelope: request, why: 'absent' }]);
    expect(bob.seat.events).to.deep.include({ type: 'member.left', number: 1, reason: 'lost' });
  });

  it('refuses what cannot be written down, and changes nothing; questions are answered', async () => {
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '1' });
    await place.host.settle();
    place.journal.room = 0;

    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '2' });
    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    await place.host.settle();

    const [, refused, read] = bob.settled;
    expect(refused).to.be.instanceOf(HubError).with.property('code', 'JOURNAL');
    expect(read).to.include({ type: 'entry', value: '1' });
  });

  it('takes a release, and a death, when there is room again', async () => {
    bob.ask(acquire(1));
    cid.ask(acquire(1));
    cid.ask(acquire(2, 'desk'));
    await place.host.settle();
    place.journal.room = 0;

    bob.ask({ type: 'lock.release', ticket: 1 });
    await place.host.pass(1_000);
    const before = cid.seat.events.some(({ type }) => type === 'lock.granted');
    place.journal.room = Infinity;
    await place.host.pass(200);

    expect(before).to.equal(false);
    expect(bob.settled[1]).to.include({ type: 'removed', removed: true });
    expect(cid.seat.events.some(({ type }) => type === 'lock.granted')).to.equal(true);
  });

  it('does not take a release for done that waits for room, whatever else it answers', async () => {
    bob.ask(acquire(1));
    await place.host.settle();
    place.journal.room = 0;
    bob.session.submit({ type: 'lock.release', ticket: 1 });
    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '2' });
    await place.host.settle();
    const before = bob.settled.map((outcome) => (outcome instanceof HubError ? outcome.code : outcome?.type));

    place.journal.room = Infinity;
    await place.host.pass(200);

    expect(before).to.deep.equal(['granted', undefined, 'JOURNAL']);
    expect(bob.settled[1]).to.deep.equal({ type: 'absent' });
  });

  it('does not do what could not be written when it is asked again after something later was done', async () => {
    place.stopped.add('bob');
    place.journal.room = 0;
    bob.ask(acquire(1));
    bob.session.submit({ type: 'lock.release', ticket: 1 });
    await place.host.settle();
    place.journal.room = Infinity;
    await place.host.pass(200);

    await killAnn();
    place.stopped.delete('bob');
    await succeed('cid');
    cid.ask(acquire(1));
    await place.host.settle();

    expect(bob.settled).to.have.nested.property('[0].code', 'JOURNAL');
    expect(cid.settled).to.have.nested.property('[0].type', 'granted');
  });

  it('refuses who wants to join when it cannot be written down', async () => {
    place.journal.room = 0;
    const seat = new ListeningSeat('dan');
    const joining = star(place.rendezvous('dan'), { host: place.host }).join(seat).catch((error: unknown) => error);
    await place.host.settle();

    expect(await joining).to.be.instanceOf(HubError).with.property('code', 'JOURNAL');
  });

  it('stays short: what has become of the state is written in the place of how it came to be', async () => {
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 100; i++) bob.ask({ type: 'map.set', map: 'm', key: `k${i}`, value: JSON.stringify('x'.repeat(100)) });
      await place.host.settle();
    }

    expect(place.journal.snapshots).to.be.above(1);
    expect(place.journal.bytes.length).to.be.below(1_200_000);
    await killAnn();
    await succeed();
    bob.ask({ type: 'map.size', map: 'm' });
    await place.host.settle();
    expect(bob.settled.at(-1)).to.deep.equal({ type: 'count', count: 100 });
  });

  it('stays within four times the state, also when each write is flushed', async () => {
    for (const flushes of [false, true]) {
      place = new MortalPlace({ journal: 4_096 });
      place.journal.sync = flushes ? async () => undefined : undefined;
      ann = await join(place, 'ann');
      bob = await join(place, 'bob');
      const sizes: number[] = [];
      for (let round = 0; round < 400; round++) {
        for (let i = 0; i < 5; i++) bob.ask({ type: 'map.set', map: 'm', key: `k${round % 97}`, value: JSON.stringify('x'.repeat(round)) });
        await place.host.settle();
        const { bytes } = place.journal;
        const live = snapshotOf(Estate.read(bytes)).length;
        sizes.push(bytes.length / Math.max(4_096, 4 * live));
      }

      expect(Math.max(...sizes)).to.be.at.most(1);
      expect(place.journal.snapshots).to.be.above(5);
    }
  });

  it('has all that was answered when it is written anew, whenever that begins', async () => {
    for (const flushes of [false, true]) {
      place = new MortalPlace({ journal: 4_096 });
      place.journal.sync = flushes ? () => new Promise((resolve) => place.host.yield(() => place.host.yield(resolve))) : undefined;
      place.founders = new Set(['ann']);
      ann = await join(place, 'ann');
      bob = await join(place, 'bob');
      let count = 0;
      const goOn = (): void => {
        count += 1;
        if (count <= 300) bob.session.submit({ type: 'map.set', map: 'm', key: `${count}`, value: JSON.stringify('x'.repeat(200)) }, goOn);
      };
      // One after the other, so that there is always something that is being flushed, and something that waits.
      const begin = (after: number): void => (after === 0 ? goOn() : place.host.yield(() => begin(after - 1)));
      for (let i = 0; i < 7; i++) begin(i);
      await place.host.settle();
      const { snapshots } = place.journal;

      await killAnn();
      await succeed();
      bob.ask({ type: 'map.size', map: 'm' });
      await place.host.settle();

      expect(snapshots).to.be.above(1);
      expect(bob.settled.at(-1)).to.deep.equal({ type: 'count', count: 300 });
    }
  });

  it('writes what is great in its place, in a turn of its own', async () => {
    const great = JSON.stringify('x'.repeat(5_000_000));
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '1' });
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: great });
    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '2' });
    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    await place.host.settle();

    expect(bob.settled.map((outcome) => (outcome !== undefined && 'value' in outcome ? outcome.value : outcome instanceof HubError || outcome?.type))).to.deep.equal(['stored', 'stored', great, 'stored', '2']);
  });

  it('keeps a durable map when everybody has gone, without what was bound to a member, and counts its time', async () => {
    const terms = { durable: true, maxEntries: 3 };
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '1', terms });
    bob.ask({ type: 'map.set', map: 'm', key: 'brief', value: '2', lifetime: { ttl: 5_000 } });
    bob.ask({ type: 'map.set', map: 'm', key: 'bobs', value: '3', lifetime: { ephemeral: true } });
    bob.ask({ type: 'map.set', map: 'other', key: 'k', value: '1' });
    await place.host.settle();
    for (const name of ['ann', 'bob', 'cid']) place.dead.add(name);
    place.founders = new Set(['dan', 'eve']);
    place.killBroker();

    place.journal.age = 4_000;
    const dan = await join(place, 'dan');
    dan.ask({ type: 'map.entries', map: 'm' });
    dan.ask({ type: 'map.size', map: 'other' });
    dan.ask({ type: 'map.set', map: 'm', key: 'k', value: '1', terms: { maxEntries: 3 } });
    await place.host.settle();
    void dan.session.close();
    await place.host.pass(2_500);
    place.journal.age = 1_001;
    const eve = await join(place, 'eve');
    eve.ask({ type: 'map.entries', map: 'm' });
    await place.host.settle();

    const keys = (outcome: Outcome | HubError | undefined): unknown => outcome !== undefined && 'entries' in outcome && outcome.entries.map(({ key }) => key);
    expect(keys(dan.settled[0])).to.deep.equal(['k', 'brief']);
    expect(dan.settled.slice(1)).to.deep.equal([{ type: 'count', count: 0 }, { type: 'other-terms', terms }]);
    expect(keys(eve.settled[0])).to.deep.equal(['k']);
  });

  it('begins a watch with the whole, whatever is being written down', async () => {
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '1' });
    bob.session.follow({ type: 'map', name: 'm' });
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '2' });
    await place.host.settle();

    expect(bob.seat.events.map(({ type }) => type)).to.deep.equal(['member.joined', 'map.whole', 'map.changed']);
  });

  it('does not forget what time it is when that could not be written', async () => {
    bob.ask({ type: 'map.set', map: 'm', key: 'first', value: '1' });
    await place.host.settle();
    place.journal.room = 0;
    await place.host.pass(5_000);
    bob.ask({ type: 'map.set', map: 'm', key: 'refused', value: '1' });
    await place.host.settle();
    place.journal.room = Infinity;
    bob.ask({ type: 'map.set', map: 'm', key: 'k', value: '1', lifetime: { ttl: 1_000 } });
    await place.host.pass(500);

    bob.ask({ type: 'map.get', map: 'm', key: 'k' });
    await place.host.settle();

    expect(bob.settled.at(-1)).to.include({ type: 'entry', value: '1' });
  });

  it('keeps the order between what a member tells and what it does', async () => {
    cid.session.follow({ type: 'topic', name: 'news' });
    cid.session.follow({ type: 'map', name: 'm' });
    await place.host.settle();
    const heard: string[] = [];
    cid.seat.events.push = (event) => heard.push(event.type);
    cid.seat.envelopes.push = () => heard.push('message');

    for (const value of ['1', '2']) {
      bob.ask({ type: 'map.set', map: 'm', key: 'k', value });
      bob.session.send({ type: 'message', member: 3, name: 'news', call: 0, extra: 0, payload: value });
    }
    void bob.session.close();
    await place.host.settle();

    expect(heard).to.deep.equal(['map.changed', 'message', 'map.changed', 'message', 'member.left']);
  });

  it('ends a session that closes while there is no broker as soon as there is one', async () => {
    bob.ask(acquire(1));
    cid.ask(acquire(1));
    await place.host.settle();
    await killAnn();

    const closing = bob.session.close();
    await succeed('cid');
    await closing;
    await place.host.pass(100);

    expect(cid.seat.events.some(({ type }) => type === 'lock.granted')).to.equal(true);
    expect(cid.seat.events.some((event) => event.type === 'member.left' && event.number === 2 && event.reason === 'closed')).to.equal(true);
  });

  it('says that something may be lost when not everybody has had a last word', async () => {
    for (const ends of ['late', 'killed'] as const) {
      place = new MortalPlace();
      place.founders = new Set(['ann']);
      [ann, bob, cid] = [await join(place, 'ann'), await join(place, 'bob'), await join(place, 'cid')];
      place.founders = new Set(['bob']);
      place.stopped.add('cid');

      void ann.session.close();
      await place.host.pass(500);
      const during = [bob.seat.interruptions.length, bob.seat.silences.length];
      if (ends === 'killed') place.killBroker();
      await place.host.pass(1_000);

      expect(during, ends).to.deep.equal([0, 1]);
      expect([bob.seat.interruptions.length, bob.seat.losses.length], ends).to.deep.equal([1, 0]);
      expect(bob.seat.silences, ends).to.deep.equal([true, false]);
    }
  });

  it('loses nothing when the broker closes: everybody has a last word', async () => {
    cid.session.follow({ type: 'topic', name: 'news' });
    await place.host.settle();
    place.founders = new Set(['bob']);
    for (let i = 1; i <= 5; i++) bob.session.send({ type: 'message', member: 3, name: 'news', call: 0, extra: 0, payload: String(i) });

    const closing = ann.session.close();
    await place.host.pass(100);
    await closing;
    await succeed('bob');

    expect(cid.seat.envelopes).to.have.length(5);
    expect([...bob.seat.interruptions, ...cid.seat.interruptions]).to.deep.equal([]);
    expect(bob.seat.events).to.deep.include({ type: 'member.left', number: 1, reason: 'closed' });
  });
});

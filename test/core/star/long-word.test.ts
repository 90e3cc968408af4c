import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Event, MapEntry } from '../../../src/core/protocol.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import type { Link } from '../../../src/core/star/link.js';
import { Outbox } from '../../../src/core/star/outbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import { Turn } from '../../../src/core/star/turn.js';
import { readEvent } from '../../../src/core/star/vocabulary.js';
import { VirtualHost } from '../../support/virtual-host.js';

/** Some 32 KiB each. */
function entries(count: number): readonly MapEntry[] {
  return Array.from({ length: count }, (_, i) => ({ key: `k${i}`, version: 1, value: 'x'.repeat(30_000) }));
}

const whole = (count: number): Event => ({ type: 'map.whole', map: 'm', version: 7, entries: entries(count) });
const granted = (ticket: number): Event => ({ type: 'lock.granted', ticket, token: 7 });

describe('A word that is too long for one packet', () => {
  let host: VirtualHost;
  let turns: (() => void)[];
  let out: Outbox;
  let heard: string[];
  let room: number;
  let moved: number;

  beforeEach(() => {
    host = new VirtualHost();
    turns = [];
    host.yield = (run) => void turns.push(run);
    heard = [];
    room = Infinity;
    moved = 0;
    const inbox = new Inbox(65_536, (packet) => {
      if (packet.kind === KIND.bye) heard.push('bye');
      else if (packet.kind === KIND.event) heard.push(readEvent(packet).type);
    });
    const link: Link = {
      open() {},
      close: () => heard.push('closed'),
      destroy(_reason: HubError) {},
      send: (bytes) => {
        expect(room, 'room').to.be.above(0);
        inbox.received(bytes);
        room -= 1;
        return room > 0;
      },
    };
    out = new Outbox(link, new Turn(host), () => (moved += 1));
  });

  const turn = (): void => {
    for (const run of turns.splice(0)) run();
  };
  const drained = (more: number): void => {
    room = more;
    out.drained();
  };

  it('goes a few parts a turn, and what is said later comes behind it', async () => {
    out.event(granted(1));
    out.event(whole(30));
    out.event(granted(2));
    await host.settle();
    const perTurn: number[] = [];
    while (turns.length > 0) {
      const before = heard.length;
      turn();
      perTurn.push(heard.length - before);
    }

    expect(Math.max(...perTurn)).to.be.at.most(9);
    expect(perTurn.length).to.be.above(3);
    expect(heard).to.deep.equal(['lock.granted', ...Array.from({ length: 29 }, () => 'part.entries'), 'map.whole', 'lock.granted']);
    expect(moved).to.equal(1);
    expect(out.isDrained).to.equal(true);
  });

  it('is no more in a turn where there are many of them', () => {
    for (let i = 0; i < 20; i++) out.event(whole(2));

    turn();

    expect(heard.length).to.be.at.most(8);
    while (turns.length > 0) turn();
    expect(heard.filter((type) => type === 'map.whole')).to.have.length(20);
  });

  it('is not written before the link takes it', () => {
    room = 3;
    out.event(whole(30));
    while (turns.length > 0) turn();

    expect(heard).to.have.length(3);
    expect(out.queued).to.equal(0);
    drained(1);
    expect(heard).to.have.length(4);
    drained(Infinity);
    while (turns.length > 0) turn();
    expect(heard).to.have.length(30);
  });

  it('waits for what the link had no room for before', async () => {
    room = 1;
    out.event(granted(1));
    await host.settle();
    out.event(granted(2));
    out.event(whole(2));
    out.event(granted(3));
    while (turns.length > 0) turn();

    drained(Infinity);
    while (turns.length > 0) turn();

    expect(heard).to.deep.equal(['lock.granted', 'lock.granted', 'part.entries', 'map.whole', 'lock.granted']);
  });

  it('is said to its end before the link is let go, but not to one who has gone', () => {
    out.event(whole(30));
    turn();
    out.close();
    const toOneWhoIsThere = heard.splice(0);

    out.event(whole(30));
    turn();
    out.cutShort();
    out.control(KIND.bye);
    out.close();

    expect(toOneWhoIsThere.slice(-2)).to.deep.equal(['map.whole', 'closed']);
    expect(heard.filter((type) => type === 'part.entries').length).to.be.at.most(8);
    expect(heard.slice(-2)).to.deep.equal(['bye', 'closed']);
  });

  it('is what no room is left for, too: while much waits, no answer is written that may as well be known', async () => {
    const value = 'x'.repeat(50_000);
    const said: number[] = [];
    const inbox = new Inbox(65_536, (packet) => void said.push(packet.id));
    const sent: Uint8Array[] = [];
    let takes = false;
    const link: Link = { open() {}, close() {}, destroy() {}, send: (bytes) => (sent.push(Uint8Array.from(bytes)), takes) };
    out = new Outbox(link, new Turn(host), () => (moved += 1));

    for (let number = 1; number <= 2_000; number++) out.outcome(number, number % 10 === 0 ? { type: 'absent' } : { type: 'entry', version: 1, value });
    await host.settle();
    const { queued } = out;
    takes = true;
    out.drained();
    while (turns.length > 0) turn();
    await host.settle();
    for (const bytes of sent) inbox.received(bytes);

    expect(queued).to.be.below(1_300_000);
    expect(said).to.deep.equal(Array.from({ length: 2_000 }, (_, i) => i + 1));
  });
});

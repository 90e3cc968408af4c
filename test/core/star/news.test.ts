import { expect } from 'chai';
import type { Event, MapEntry, Member, Outcome } from '../../../src/core/protocol.js';
import type { HubError } from '../../../src/core/errors.js';
import { Commands } from '../../../src/core/star/commands.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import { News } from '../../../src/core/star/news.js';
import { Outbox } from '../../../src/core/star/outbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import { Turn } from '../../../src/core/star/turn.js';
import { VirtualHost } from '../../support/virtual-host.js';

function member(number: number): Member {
  return { id: `id ${number}`, number, name: `member ${number}`, labels: {}, pid: number };
}

const ENTRIES: readonly MapEntry[] = ['a', 'b', 'c'].map((key) => ({ key, version: 1, value: 'x'.repeat(30_000) }));

describe('News', () => {
  let commands: Commands;
  let news: News;
  let heard: (Event | { readonly type: 'gone'; readonly member: number })[];

  beforeEach(() => {
    commands = new Commands();
    heard = [];
    news = new News({ commands, ear: { heard: (event) => heard.push(event) }, left: (gone) => heard.push({ type: 'gone', member: gone }) });
    news.begin([member(1), member(2)]);
  });

  /** What a broker says, in its packets. `most`: only so many of them come. */
  function told(say: (broker: Outbox) => void, most = Infinity): void {
    let count = 0;
    const inbox = new Inbox(65_536, (packet) => {
      if (++count <= most) news.packet(packet);
    });
    const link = { open() {}, close() {}, destroy() {}, send: (bytes: Uint8Array) => (inbox.received(bytes), true) };
    const broker = new Outbox(link, new Turn(new VirtualHost()));
    say(broker);
    broker.close();
  }

  it('tell the outcome of a command to whoever waits for it, and events in order', () => {
    const outcomes: (Outcome | HubError)[] = [];
    const number = commands.add({ type: 'map.get', map: 'm', key: 'k' }, (outcome) => outcomes.push(outcome));

    told((broker) => {
      broker.event({ type: 'member.joined', member: member(3) });
      broker.decided(number, { type: 'absent' }, false);
      broker.event({ type: 'member.left', number: 2, reason: 'closed' });
    });

    expect(outcomes).to.deep.equal([{ type: 'absent' }]);
    expect(heard).to.deep.equal([
      { type: 'member.joined', member: member(3) },
      { type: 'gone', member: 2 },
      { type: 'member.left', number: 2, reason: 'closed' },
    ]);
  });

  it('are told whole, whatever parts they came in', () => {
    const whole: Event = { type: 'map.whole', map: 'm', version: 7, entries: ENTRIES };

    told((broker) => broker.event(whole));

    expect(heard).to.deep.equal([whole]);
  });

  it('forget the parts of what a link has ended in the middle of', () => {
    const whole: Event = { type: 'map.whole', map: 'm', version: 7, entries: ENTRIES };
    told((broker) => broker.event(whole), 1);

    news.interrupt();
    told((broker) => broker.event(whole));

    expect(heard).to.deep.equal([whole]);
  });

  it('tell after a time away who has gone, then who has come, and of nobody twice', () => {
    told((broker) => broker.event({ type: 'member.joined', member: member(3) }));
    heard = [];

    news.catchUp([member(1), member(3), member(4)]);
    news.catchUp([member(1), member(3), member(4)]);

    expect(heard).to.deep.equal([
      { type: 'gone', member: 2 },
      { type: 'member.left', number: 2, reason: 'lost' },
      { type: 'member.joined', member: member(4) },
    ]);
  });

  it('end with a broker that says what is not for a member', () => {
    expect(() => told((broker) => broker.control(KIND.hello))).to.throw(/which is not for a member/);
  });
});

/** What a broker hears only when what came before it is written, or has been told: it is as safe as what it hears at once. */
import { expect } from 'chai';
import sinon from 'sinon';
import { Ledger } from '../../../src/core/ledger/ledger.js';
import { LIMITS } from '../../../src/core/limits.js';
import { EVERYONE } from '../../../src/core/protocol.js';
import { Broker } from '../../../src/core/star/broker.js';
import { Estate } from '../../../src/core/star/estate.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import { Outbox } from '../../../src/core/star/outbox.js';
import { KIND, PROTOCOL } from '../../../src/core/star/packet.js';
import { linkPair } from '../../../src/core/star/pair.js';
import { Turn } from '../../../src/core/star/turn.js';
import { readOutcome } from '../../../src/core/star/vocabulary.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { Valve } from '../../support/valve.js';
import { VirtualHost } from '../../support/virtual-host.js';

/** Somebody at a broker who may say anything. */
interface Stranger {
  readonly out: Outbox;
  readonly sink: RecordingSink;
  /** What the broker says to it goes through this. */
  readonly valve: Valve;
}

describe('What a broker hears later', () => {
  const COMMANDS = 50;
  let host: VirtualHost;
  let journal: MemoryJournal;
  let broker: Broker;
  let ann: Stranger;
  let bob: Stranger;

  beforeEach(async () => {
    host = new VirtualHost();
    journal = new MemoryJournal();
    broker = new Broker({ epoch: 1, floor: 0, host, limits: { ...LIMITS, commands: COMMANDS }, journal });
    await broker.begin();
    ann = await join('ann');
    bob = await join('bob');
  });

  async function join(name: string): Promise<Stranger> {
    const [near, far] = linkPair(host);
    const sink = new RecordingSink();
    const valve = new Valve(far);
    broker.attach(valve);
    near.open(sink);
    const out = new Outbox(near, new Turn(host));
    out.control(KIND.hello, { protocol: PROTOCOL, epoch: 0, member: { id: name, name, labels: {}, pid: 1 } });
    await host.settle();
    return { sink, out, valve };
  }

  function set({ out }: Stranger, number: number, key: string): void {
    out.command(number, 1, { type: 'map.set', map: 'm', key, value: '1' }, false);
  }

  /** The numbers of the commands of whose outcomes it has heard. */
  function outcomes({ sink }: Stranger): number[] {
    const numbers: number[] = [];
    new Inbox(LIMITS.packet, (packet) => {
      if (packet.kind === KIND.outcome && readOutcome(packet).type === 'stored') numbers.push(packet.id);
    }).received(sink.bytes);
    return numbers;
  }

  it('ends who said it, where it is wrong, and nobody else', async () => {
    set(ann, 1, 'a');
    ann.out.cut({ type: 'message', member: EVERYONE, name: 'n', call: 0, extra: 0, payload: '' }, 1, 100_000);
    set(bob, 1, 'b');
    await host.settle();
    set(bob, 2, 'c');
    await host.settle();

    expect(ann.sink.told.at(-1)).to.equal('closed');
    expect([outcomes(bob), bob.sink.told.includes('closed')]).to.deep.equal([[1, 2], false]);
  });

  it('ends who said it, where it is no command at all and comes after a question that waits for room', async () => {
    ann.valve.isShut = true;
    set(ann, 1, 'a');
    await host.settle();
    ann.out.command(2, 1, { type: 'map.entries', map: 'm' }, false);
    ann.out.forward(packetOf(KIND.command, 63), 0, 20, false);
    await host.settle();
    const before = ann.sink.told.includes('closed');

    ann.valve.reopen();
    await host.settle();
    set(bob, 1, 'b');
    await host.settle();

    expect([before, ann.sink.told.includes('closed')]).to.deep.equal([false, true]);
    expect(outcomes(bob)).to.deep.equal([1]);
  });

  it('comes in its order, whether it waits for what is written, or for an answer', async () => {
    const messages: string[] = [];
    bob.out.interest(KIND.follow, { type: 'topic', name: 'n' });
    await host.settle();
    const tell = (payload: string): void => ann.out.envelope({ type: 'message', member: 2, name: 'n', call: 0, extra: 0, payload });

    for (let number = 1; number <= 9; number += 3) {
      set(ann, number, 'a');
      tell(`${number}`);
      ann.out.command(number + 1, 1, { type: 'map.entries', map: 'm' }, false);
      tell(`${number + 1}`);
      set(ann, number + 2, 'b');
      tell(`${number + 2}`);
    }
    await host.settle();
    new Inbox(LIMITS.packet, (packet) => {
      if (packet.kind === KIND.message) messages.push(packet.text());
    }).received(bob.sink.bytes);

    expect(messages).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(outcomes(ann)).to.deep.equal([1, 3, 4, 6, 7, 9]);
  });

  it('counts no message as a command: whoever tells much after a question is not ended for it', async () => {
    bob.out.interest(KIND.follow, { type: 'topic', name: 'n' });
    await host.settle();

    set(ann, 1, 'a');
    ann.out.command(2, 1, { type: 'map.entries', map: 'm' }, false);
    for (let i = 0; i < COMMANDS * 3; i++) ann.out.forward(packetOf(KIND.message, 0, 2), 0, 20, false);
    set(ann, 3, 'b');
    await host.settle();

    expect(outcomes(ann)).to.deep.equal([1, 3]);
    expect(ann.sink.told.includes('closed')).to.equal(false);
  });

  it('is worked out when there is room, also where somebody asks for the same again and again while another writes', async () => {
    const long = JSON.stringify('x'.repeat(30_000));
    ['a', 'b'].forEach((key, i) => bob.out.command(i + 1, 1, { type: 'map.set', map: 'm', key, value: long }, false));
    await host.settle();
    const wholes = sinon.spy(Ledger.prototype, 'whole');
    ann.valve.isShut = true;
    set(bob, 3, 'c');
    bob.out.flush();
    for (let i = 0; i < 20; i++) {
      ann.out.interest(KIND.follow, { type: 'map', name: 'm' });
      ann.out.interest(KIND.unfollow, { type: 'map', name: 'm' });
    }
    await host.settle();
    const before = wholes.callCount;
    ann.valve.reopen();
    await host.settle();
    const after = wholes.callCount;
    wholes.restore();

    expect([before, after]).to.deep.equal([1, 20]);
  });

  it('is nothing after its good-bye', async () => {
    for (const [who, other] of [[ann, 'map.entries'], [bob, 'map.size']] as const) {
      set(who, 1, 'a');
      who.out.command(2, 1, { type: other, map: 'm' }, false);
      who.out.control(KIND.bye);
      who.out.command(3, 1, { type: 'lock.acquire', key: 'door', ticket: 1, wait: true }, false);
      set(who, 4, 'late');
      await host.settle();
    }
    const cid = await join('cid');
    cid.out.command(1, 1, { type: 'lock.acquire', key: 'door', ticket: 1, wait: false }, false);
    cid.out.command(2, 1, { type: 'map.get', map: 'm', key: 'late' }, false);
    await host.settle();
    const types: string[] = [];
    new Inbox(LIMITS.packet, (packet) => {
      if (packet.kind === KIND.outcome) types.push(readOutcome(packet).type);
    }).received(cid.sink.bytes);

    expect(types).to.deep.equal(['granted', 'absent']);
    expect([...Estate.read(journal.bytes).ledger.members.values()].map(({ id }) => id)).to.deep.equal(['cid']);
  });

  it('is not believed where it says that more of its commands are under way than can be', async () => {
    set(ann, 1, 'a');
    ann.out.command(2 ** 31, 1, { type: 'map.set', map: 'm', key: 'k', value: '1' }, false);
    bob.out.command(7, 8, { type: 'map.set', map: 'm', key: 'k', value: '1' }, false);
    await host.settle();

    expect([ann, bob].map(({ sink }) => sink.told.at(-1))).to.deep.equal(['closed', 'closed']);
  });

  it('may be as many releases as there are tickets, whatever the limit of commands is', async () => {
    const count = COMMANDS * 5;
    for (let ticket = 1; ticket <= count; ticket++) {
      ann.out.command(ticket, ticket, { type: 'lock.acquire', key: `k${ticket}`, ticket, wait: true }, false);
      if (ticket % COMMANDS === 0) await host.settle();
    }

    for (let ticket = 1; ticket <= count; ticket++) ann.out.command(count + ticket, count + 1, { type: 'lock.release', ticket }, true);
    await host.settle();
    bob.out.command(1, 1, { type: 'lock.lines', most: count }, false);
    set(bob, 2, 'b');
    await host.settle();

    expect(ann.sink.told).not.to.include('closed');
    expect(outcomes(bob)).to.deep.equal([2]);
  });

  it('is bounded: who goes on asking, and does not hear the answers, is ended', async () => {
    ann.valve.isShut = true;
    set(ann, 1, 'a');
    await host.settle();

    for (let number = 2; number <= COMMANDS * 2 + 1; number++) ann.out.command(number, 1, { type: 'map.entries', map: 'm' }, false);
    await host.settle();
    const before = ann.sink.told.includes('closed');
    ann.out.command(COMMANDS * 2 + 2, 1, { type: 'map.entries', map: 'm' }, false);
    await host.settle();

    expect([before, ann.sink.told.includes('closed')]).to.deep.equal([false, true]);
  });
});

/** One with nothing in it. */
function packetOf(kind: number, extra: number, member = 0): Uint8Array {
  const bytes = new Uint8Array(20);
  bytes[4] = kind;
  bytes[8] = member;
  bytes[16] = extra;
  return bytes;
}

/** Whatever happens to its writes, what an authority has told is what stands in its journal. */
import { expect } from 'chai';
import fc from 'fast-check';
import { LIMITS } from '../../../src/core/limits.js';
import { Estate } from '../../../src/core/star/estate.js';
import { Inbox } from '../../../src/core/star/inbox.js';
import type { Asker } from '../../../src/core/star/matter.js';
import { Order } from '../../../src/core/star/order.js';
import { Outbox } from '../../../src/core/star/outbox.js';
import { KIND } from '../../../src/core/star/packet.js';
import { linkPair } from '../../../src/core/star/pair.js';
import { Turn } from '../../../src/core/star/turn.js';
import { readOutcome } from '../../../src/core/star/vocabulary.js';
import type { Submitted } from '../../../src/core/star/vocabulary.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { snapshotOf } from '../../support/snapshot-of.js';
import { VirtualHost } from '../../support/virtual-host.js';

const MEMBERS = [1, 2, 3];

type Step =
  | { readonly type: 'command'; readonly member: number; readonly commands: readonly Submitted[]; readonly gap: number; readonly isQuiet: boolean; readonly lag: number }
  | { readonly type: 'after'; readonly member: number }
  | { readonly type: 'turn' }
  | { readonly type: 'time'; readonly passes: number }
  | { readonly type: 'disk'; readonly works: boolean }
  | { readonly type: 'flushed'; readonly isWell: boolean };

const key = fc.constantFrom('a', 'b', 'ö');
const ticket = fc.integer({ min: 1, max: 4 });
const command: fc.Arbitrary<Submitted> = fc.oneof(
  fc.record({ type: fc.constant('map.set' as const), map: fc.constantFrom('m', 'n'), key, value: fc.constantFrom('1', `"${'x'.repeat(300)}"`) }),
  fc.record({ type: fc.constant('map.add' as const), map: fc.constant('n'), key, amount: fc.constantFrom(1, 2) }),
  fc.record({ type: fc.constant('map.delete' as const), map: fc.constantFrom('m', 'n'), key }),
  fc.record({ type: fc.constant('map.get' as const), map: fc.constantFrom('m', 'n'), key }),
  fc.record({ type: fc.constant('lock.acquire' as const), key, ticket, wait: fc.boolean() }),
  fc.record({ type: fc.constant('lock.release' as const), ticket }),
);
const member = fc.constantFrom(...MEMBERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ type: fc.constant('command' as const), member, commands: fc.array(command, { minLength: 1, maxLength: 5 }), gap: fc.constantFrom(0, 0, 0, 1, 70), isQuiet: fc.boolean(), lag: fc.constantFrom(0, 1, 100) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('after' as const), member }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('time' as const), passes: fc.constantFrom(1, 60, 150) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('disk' as const), works: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('flushed' as const), isWell: fc.boolean() }) },
);

describe('An order', () => {
  for (const flushes of [false, true]) {
    it(`leaves in its journal what it has told, and tells all, in order${flushes ? ', where the disk takes its time' : ''}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.constantFrom(1, 2 ** 32 - 40), (steps, first) => holds(steps, first, flushes)),
        { numRuns: Number(process.env['RUNS'] ?? 100) },
      );
    });
  }
});

async function holds(steps: readonly Step[], first: number, flushes: boolean): Promise<void> {
  const host = new VirtualHost();
  const journal = new MemoryJournal();
  const flushing: ((isWell: boolean) => void)[] = [];
  if (flushes) journal.sync = () => new Promise((resolve, reject) => flushing.push((isWell) => (isWell ? resolve(journal.flushed()) : reject(journal.takeBack()))));
  const estate = Estate.read(journal.bytes);
  const turn = new Turn(host);
  const order = new Order({ estate, journal, size: 0, limit: 600, floor: 100, host, turn, refusal: () => undefined, direct: () => {} });
  const settled = async (): Promise<void> => {
    journal.room = Infinity;
    for (let i = 0; i < 12; i++) {
      await host.pass(150);
      for (const flush of flushing.splice(0)) flush(true);
    }
    await host.settle();
  };
  for (const id of MEMBERS) order.decree({ command: { type: 'member.join', member: { id: `${id}`, name: 'n', labels: {}, pid: id } } });
  await settled();
  const people = new Map(MEMBERS.map((number) => [number, new Person(number, first, host, turn)]));

  for (const each of steps) {
    switch (each.type) {
      case 'command':
        each.commands.forEach((command, i) => people.get(each.member)?.submit(order, command, i === 0 ? each.gap : 0, each.lag, each.isQuiet));
        break;
      case 'after':
        people.get(each.member)?.after(order);
        break;
      case 'turn':
        await host.settle();
        break;
      case 'time':
        await host.pass(each.passes);
        break;
      case 'disk':
        journal.room = each.works ? Infinity : 0;
        break;
      case 'flushed': {
        flushing.shift()?.(each.isWell);
        await host.settle();
      }
    }
  }
  await settled();

  for (const person of people.values()) person.check();
  expect(Buffer.from(snapshotOf(Estate.read(journal.bytes))).toString('latin1')).to.equal(Buffer.from(snapshotOf(estate)).toString('latin1'));
  await order.close();
}

/** A member who knows what it has to be told, and whether it was told all that it had asked before something that comes after that. */
class Person implements Asker {
  readonly member: number;
  readonly out: Outbox;
  waiting = 0;
  readonly #said: Outbox;
  readonly #sink = new RecordingSink();
  readonly #inbox: Inbox;
  #order: Order | undefined;
  #number: number;
  #oldest: number;
  #isAsked = 0;
  #decided = 0;
  readonly #expected: number[] = [];
  readonly #ran: boolean[] = [];
  #markers = 0;

  constructor(member: number, first: number, host: VirtualHost, turn: Turn) {
    this.member = member;
    this.#number = first;
    this.#oldest = first;
    const [near, far] = linkPair(host);
    far.open(this.#sink);
    near.open(new RecordingSink());
    this.out = new Outbox(near, turn);
    this.#inbox = new Inbox(LIMITS.packet, (packet) => this.#order?.submit(this, packet));
    const inbox = this.#inbox;
    this.#said = new Outbox({ open() {}, send: (bytes: Uint8Array) => (inbox.received(Uint8Array.from(bytes)), true), close() {}, destroy() {} } as never, new Turn(host));
  }

  decided(): void {
    this.waiting -= 1;
    this.#decided += 1;
  }

  submit(order: Order, command: Submitted, gap: number, lag: number, isQuiet: boolean): void {
    this.#order = order;
    this.#number = (this.#number + gap) >>> 0;
    const oldest = (this.#number - lag) >>> 0;
    if (((oldest - this.#oldest) | 0) > 0) this.#oldest = oldest;
    this.#isAsked += 1;
    if (!isQuiet && command.type !== 'lock.acquire') this.#expected.push(this.#number);
    this.#said.command(this.#number, this.#oldest, command, isQuiet);
    this.#said.flush();
    this.#number = (this.#number + 1) >>> 0;
  }

  after(order: Order): void {
    this.#markers += 1;
    const asked = this.#isAsked;
    order.after(this.member, () => this.#ran.push(this.#decided >= asked));
  }

  check(): void {
    const told: number[] = [];
    new Inbox(LIMITS.packet, (packet) => {
      if (packet.kind === KIND.outcome && this.#expected.includes(packet.id)) {
        readOutcome(packet);
        told.push(packet.id);
      }
    }).received(this.#sink.bytes);
    expect(told.sort()).to.deep.equal(this.#expected.sort());
    expect(this.#ran).to.deep.equal(new Array(this.#markers).fill(true));
    expect(this.waiting).to.equal(0);
  }
}

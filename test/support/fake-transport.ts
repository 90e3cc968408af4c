/** Sinon fakes at the transport port: a test is the group, and says what the hub hears. */
import sinon from 'sinon';
import { Hub } from '../../src/core/hub.js';
import type { HubSetup } from '../../src/core/hub-parts.js';
import { HubError } from '../../src/core/errors.js';
import type { Arrival, Command, Envelope, Event, Interest, Member, Outcome } from '../../src/core/protocol.js';
import type { Ear, Seat, Session, Settled, Transport } from '../../src/core/transport.js';

export interface Submitted {
  readonly command: Command;
  settle(settlement: Outcome | HubError): void;
}

export const ANN: Member = { id: 'ann-id', number: 2, name: 'ann', labels: {}, pid: 2 };
export const BOB: Member = { id: 'bob-id', number: 3, name: 'bob', labels: {}, pid: 3 };

/** The hub under test is member 1; `others` are there when it comes. */
export class FakeSession implements Session {
  readonly send = sinon.fake<[Envelope], void>();
  readonly follow = sinon.fake<[Interest], void>();
  readonly unfollow = sinon.fake<[Interest], void>();
  readonly drained = sinon.fake.resolves<[], Promise<void>>(undefined);
  readonly close = sinon.fake.resolves<[], Promise<void>>(undefined);
  readonly submit = sinon.spy((command: Command, settled?: Settled) => this.#submitted(command, settled));
  readonly #others: readonly Member[];
  readonly #commands: Submitted[] = [];
  #seat: Seat | undefined;

  constructor(...others: readonly Member[]) {
    this.#others = others;
  }

  get member(): Member {
    if (this.#seat === undefined) throw new TypeError('Nobody has joined.');
    return { ...this.#seat.member, number: 1 };
  }

  get members(): readonly Member[] {
    return [this.member, ...this.#others];
  }

  get ear(): Ear {
    if (this.#seat === undefined) throw new TypeError('Nobody has joined.');
    return this.#seat.ear;
  }

  take(seat: Seat): this {
    this.#seat = seat;
    return this;
  }

  hears(event: Event): void {
    this.ear.heard(event);
  }

  /** An envelope comes; what is not said is empty. */
  receives(envelope: Pick<Envelope<Arrival>, 'type' | 'member'> & Partial<Envelope<Arrival>>): void {
    this.ear.received({ name: '', call: 0, extra: 0, payload: '', ...envelope });
  }

  /** The oldest command of a type that was not asked for yet. */
  command(type: Command['type']): Submitted {
    const index = this.#commands.findIndex(({ command }) => command.type === type);
    const [found] = index < 0 ? [] : this.#commands.splice(index, 1);
    if (found === undefined) throw new Error(`No "${type}" was submitted.`);
    return found;
  }

  /** What was sent so far: type, receiver, name. */
  get sent(): readonly string[] {
    return this.send.args.map(([{ type, member, name }]) => [type, member, name].join(' ').trim());
  }

  envelope(type: Envelope['type'], which = 0): Envelope {
    const found = this.send.args.map(([envelope]) => envelope).filter((envelope) => envelope.type === type)[which];
    if (found === undefined) throw new Error(`No ${type} was sent.`);
    return found;
  }

  #submitted(command: Command, settled: Settled = () => {}): void {
    this.#commands.push({ command, settle: settled });
  }
}

/** Gives its sessions, or errors, to those who join, one after the other; then nobody comes in any more. */
export function fakeTransport(...answers: readonly (FakeSession | Error | Promise<FakeSession>)[]): Transport & { readonly join: sinon.SinonSpy } {
  const left = [...answers];
  return {
    name: 'fake',
    join: sinon.spy(async (seat: Seat): Promise<Session> => {
      const answer = await left.shift();
      if (answer === undefined) return new Promise(() => {});
      if (answer instanceof Error) throw answer;
      return answer.take(seat);
    }),
  };
}

/** It is closed after the test: what it still waits for would keep the process of the tests alive. */
export function hubOver(session: FakeSession | Transport, setup: Partial<HubSetup> = {}): Hub {
  const hub = new Hub({ transport: session instanceof FakeSession ? fakeTransport(session) : session, pid: 1, ...setup });
  open.push(hub);
  return hub;
}

const open: Hub[] = [];

afterEach(() => Promise.all(open.splice(0).map((hub) => hub.close({ grace: 0 }))));

export async function seatedHub(session: FakeSession, setup: Partial<HubSetup> = {}): Promise<Hub> {
  const hub = hubOver(session, setup);
  await hub.ready();
  return hub;
}

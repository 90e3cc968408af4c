/**
 * The authority of a star: numbers commands as they arrive, keeps the ledger, tells each event to the members that it
 * concerns, and sends envelopes on without reading them. It does no I/O but through links.
 *
 * A member's end is one act, in one turn: its listeners go, its tickets leave every line, and then the others hear of it.
 */
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import { Ledger } from '../ledger/ledger.js';
import type { Directed } from '../ledger/ledger.js';
import { EVERYONE } from '../protocol.js';
import type { Command, Event, LeaveReason, Outcome } from '../protocol.js';
import { Clock } from './clock.js';
import { Connection } from './connection.js';
import { readHello } from './hello.js';
import type { Refusal, Welcome } from './hello.js';
import type { Shift } from './interests.js';
import { Interests } from './interests.js';
import type { Limits } from './limits.js';
import type { Link } from './link.js';
import { AT, FIRST_ENVELOPE, FLAG, KIND, PROTOCOL } from './packet.js';
import type { Reader } from './reader.js';
import { Turn } from './turn.js';
import { readCommand, readInterest } from './vocabulary.js';

export interface BrokerOptions {
  readonly epoch: number;
  /** All seqs are above it. */
  readonly floor: number;
  readonly host: Host;
  readonly limits: Limits;
}

export class Broker {
  readonly #epoch: number;
  readonly #floor: number;
  readonly #host: Host;
  readonly #limits: Limits;
  readonly #turn: Turn;
  readonly #ledger = new Ledger();
  readonly #clock: Clock;
  readonly #interests = new Interests();
  readonly #members = new Map<number, Connection>();
  /** Links that have not said hello yet, and how long they may take. */
  readonly #strangers = new Map<Connection, Disposable>();
  #isClosed = false;

  constructor({ epoch, floor, host, limits }: BrokerOptions) {
    this.#epoch = epoch;
    this.#floor = floor;
    this.#host = host;
    this.#limits = limits;
    this.#turn = new Turn(host);
    this.#clock = new Clock(host, this.#ledger, (now) => this.#apply(0, { type: 'time', now }));
  }

  attach(link: Link): void {
    const connection = new Connection(this, link, this.#turn);
    if (!this.#isClosed) {
      const silent = new HubError('BAD_PACKET', `A link kept silent for ${this.#limits.hello} ms; it should have begun with a hello.`);
      this.#strangers.set(connection, this.#host.after(this.#limits.hello, () => connection.destroy(silent)));
    }
    connection.open();
    if (this.#isClosed) connection.close();
  }

  /** Says good-bye to everyone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clock.stop();
    for (const connection of [...this.#members.values(), ...this.#strangers.keys()]) {
      connection.out.control(KIND.bye);
      connection.close();
    }
  }

  packet(connection: Connection, packet: Reader): void {
    if (connection.member === 0) this.#meet(connection, packet);
    else if (packet.kind >= FIRST_ENVELOPE) this.#forward(connection, packet);
    else this.#serve(connection, packet);
  }

  closed(connection: Connection): void {
    this.#strangers.get(connection)?.[Symbol.dispose]();
    this.#strangers.delete(connection);
    this.#leave(connection, 'lost');
  }

  #meet(connection: Connection, packet: Reader): void {
    if (packet.kind !== KIND.hello) throw new HubError('BAD_PACKET', `A link began with a packet of kind ${packet.kind}; it should have begun with a hello.`);
    this.#strangers.get(connection)?.[Symbol.dispose]();
    this.#strangers.delete(connection);
    try {
      this.#welcome(connection, packet);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      connection.out.control(KIND.refused, { code: error.code, message: error.message } satisfies Refusal);
      connection.close(error);
    }
  }

  #welcome(connection: Connection, packet: Reader): void {
    const hello = readHello(packet.text());
    if (hello.epoch > this.#epoch) {
      throw new HubError('REFUSED', `A member has seen epoch ${hello.epoch} of this group, and this authority is of epoch ${this.#epoch}: the group never goes back.`);
    }
    if (this.#members.size >= this.#limits.members) {
      throw new HubError('REFUSED', `The group has ${this.#limits.members} members, its limit. Raise \`limits.members\`, or close hubs that are not needed.`);
    }
    const outcome = this.#apply(0, { type: 'member.join', member: hello.member });
    if (outcome.type !== 'joined') throw new HubError('REFUSED', 'The ledger did not take the member in.');
    const { number, members } = outcome;
    connection.admit(number, this.#limits.packet);
    this.#members.set(number, connection);
    connection.out.control(KIND.welcome, { protocol: PROTOCOL, epoch: this.#epoch, number, members } satisfies Welcome);
  }

  #serve(connection: Connection, packet: Reader): void {
    switch (packet.kind) {
      case KIND.command: {
        this.#clock.tick();
        const outcome = this.#apply(connection.member, readCommand(packet), connection, packet.id);
        if (outcome.type === 'joined' || outcome.type === 'left') throw new HubError('BAD_PACKET', 'A member submitted a command that is not its to submit.');
        return;
      }
      case KIND.follow: {
        const interest = readInterest(packet);
        this.#tell(this.#interests.follow(connection.member, interest));
        if (interest.type === 'map') connection.out.event(this.#ledger.whole(interest.name));
        if (interest.type === 'leader') connection.out.event(this.#ledger.leader(interest.name));
        if (interest.type === 'topic.listeners') connection.out.event(listeners('topic', interest.name, this.#interests.listening(interest.name)));
        if (interest.type === 'method.listeners') connection.out.event(listeners('method', interest.name, this.#interests.handling(interest.name)));
        return;
      }
      case KIND.unfollow:
        this.#tell(this.#interests.unfollow(connection.member, readInterest(packet)));
        return;
      case KIND.bye:
        this.#leave(connection, 'closed');
        connection.out.control(KIND.bye);
        connection.close();
        return;
      default:
        throw new HubError('BAD_PACKET', `A member sent a packet of kind ${packet.kind}, which is not for a broker.`);
    }
  }

  #forward(from: Connection, packet: Reader): void {
    const { bytes, start, end, member: to } = packet;
    if ((packet.flags & FLAG.returned) !== 0) throw new HubError('BAD_PACKET', 'A member returned an envelope; only a broker does.');
    setMember(bytes, start, from.member);
    if (to === EVERYONE) {
      for (const number of this.#interests.listening(packet.name)) {
        if (number !== from.member) this.#members.get(number)?.out.forward(bytes, start, end);
      }
      return;
    }
    const receiver = this.#members.get(to);
    const listens = packet.kind !== KIND.message || this.#interests.listening(packet.name).includes(to);
    if (receiver !== undefined && listens && receiver.out.queued < this.#limits.queue) receiver.out.forward(bytes, start, end);
    else if (packet.kind <= KIND.request) {
      setMember(bytes, start, to);
      bytes[start + AT.flags] = packet.flags | FLAG.returned | (receiver !== undefined && listens ? FLAG.full : 0);
      from.out.forward(bytes, start, end);
    }
  }

  #leave(connection: Connection, reason: LeaveReason): void {
    const number = connection.member;
    if (number === 0) return;
    connection.member = 0;
    this.#members.delete(number);
    this.#tell(this.#interests.drop(number));
    this.#apply(0, { type: 'member.leave', number, reason });
  }

  /** Gives a command its place in the order; tells its outcome to whoever asked, then what follows from it. */
  #apply(from: number, command: Command, asker?: Connection, number = 0): Outcome {
    const seq = Math.max(this.#floor, this.#ledger.seq) + 1;
    const { outcome, events } = this.#ledger.apply(seq, from, command);
    if (asker !== undefined && outcome.type !== 'joined' && outcome.type !== 'left') asker.out.outcome(number, outcome);
    for (const directed of events) this.#direct(directed);
    this.#clock.arm();
    return outcome;
  }

  #direct({ to, event, except }: Directed): void {
    if (typeof to === 'number') {
      this.#members.get(to)?.out.event(event);
    } else if (to === 'everyone') {
      for (const [number, connection] of this.#members) if (number !== except) connection.out.event(event);
    } else if (event.type === 'map.changed') {
      for (const number of this.#interests.following(event.map)) this.#members.get(number)?.out.event(event);
    } else if (event.type === 'leader') {
      for (const number of this.#interests.watching(event.name)) this.#members.get(number)?.out.event(event);
    }
  }

  #tell(shifts: readonly Shift[]): void {
    for (const { of, name, listeners: numbers, tell } of shifts) {
      const event = listeners(of, name, numbers);
      for (const number of tell) this.#members.get(number)?.out.event(event);
    }
  }
}

function listeners(of: 'topic' | 'method', name: string, members: readonly number[]): Event {
  return { type: 'listeners', of, name, members };
}

function setMember(bytes: Uint8Array, start: number, member: number): void {
  const at = start + AT.member;
  bytes[at] = member;
  bytes[at + 1] = member >>> 8;
  bytes[at + 2] = member >>> 16;
  bytes[at + 3] = member >>> 24;
}

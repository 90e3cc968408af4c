/**
 * The authority of a star: lets members in, puts what they ask in one order, and sends on what they tell each other without
 * reading it. It does no I/O but through links.
 *
 * A member's end is one act, in one turn: its listeners go, its tickets leave every line, and then the others hear of it.
 * With a journal the group outlives its broker: the next one begins with all that this one knew, and its members come back.
 */
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { Interest, LeaveReason, Outcome } from '../protocol.js';
import { Connection } from './connection.js';
import { Delivery } from './delivery.js';
import { Estate } from './estate.js';
import type { Hello, Welcome } from './hello.js';
import { interestsIn } from './listens.js';
import { Herald } from './herald.js';
import { Interests } from './interests.js';
import type { Journal } from './journal.js';
import type { Limits } from '../limits.js';
import type { Link } from './link.js';
import { Order } from './order.js';
import { FIRST_ENVELOPE, FLAG, KIND, LAST_UNASKED, PROTOCOL } from './packet.js';
import { Reader } from './reader.js';
import { Reception, refuse } from './reception.js';
import { Retained } from './retained.js';
import { Return } from './return.js';
import type { IsDead } from './return.js';
import { RollCall } from './roll-call.js';
import type { Secret } from './secret.js';
import { checkCommandPacket } from './sizes.js';
import { Turn } from './turn.js';
import { asksMuch, isRelease, readInterest } from './vocabulary.js';

export interface BrokerOptions {
  readonly epoch: number;
  /** All seqs are above it. */
  readonly floor: number;
  readonly host: Host;
  readonly limits: Limits;
  readonly journal?: Journal | undefined;
  readonly isDead?: IsDead | undefined;
  /** Where there is one, nobody is let in who does not know it. */
  readonly secret?: Secret | undefined;
}

export class Broker {
  readonly #epoch: number;
  readonly #host: Host;
  readonly #limits: Limits;
  readonly #reception: Reception;
  readonly #outlives: boolean;
  readonly #turn: Turn;
  readonly #estate: Estate;
  readonly #order: Order;
  readonly #return: Return;
  readonly #delivery: Delivery;
  readonly #herald: Herald;
  readonly #interests = new Interests();
  readonly #members = new Map<number, Connection>();
  /** Of members that are handed over: each is told that this broker ends, says what it still had to say, and that this was all. */
  #lastWords: RollCall | undefined;
  /** Nobody has said anything that did not arrive, nor will. */
  #isSettled = false;
  /** Of links that are let go. */
  #ends: RollCall | undefined;
  #isClosed = false;

  constructor({ epoch, floor, host, limits, journal, secret, isDead = doubt }: BrokerOptions) {
    this.#epoch = epoch;
    this.#host = host;
    this.#limits = limits;
    this.#reception = new Reception({ epoch, host, limits, secret, letIn: (connection, hello) => this.#meet(connection, hello) });
    this.#outlives = journal !== undefined;
    this.#turn = new Turn(host);
    const past = journal?.past() ?? NOTHING;
    this.#estate = Estate.read(past);
    const retained = new Retained(this.#estate.ledger, limits.retained);
    this.#order = new Order({
      estate: this.#estate,
      journal,
      size: past.length,
      limit: limits.journal,
      floor,
      host,
      turn: this.#turn,
      refusal: (command) => retained.refusal(command),
      direct: (directed) => this.#herald.direct(directed),
    });
    this.#return = new Return({
      members: this.#order.ledger.members.keys(),
      proofs: this.#estate.proofs,
      isDead,
      host,
      limit: limits.queue,
      died: (number) => this.#bury(number),
      over: () => this.#herald.gathered(),
    });
    this.#delivery = new Delivery({ members: this.#members, interests: this.#interests, absent: this.#return, limit: limits.queue, longest: limits.packet });
    this.#herald = new Herald({ ledger: this.#estate.ledger, members: this.#members, interests: this.#interests, retained, absent: this.#return, delivery: this.#delivery });
  }

  /** Resolves when it is known which of the members of the time before are dead. Nobody is let in before that. */
  begin(): Promise<void> {
    this.#order.begin();
    return this.#return.begin();
  }

  attach(link: Link): void {
    const connection = new Connection(this, link, this.#turn);
    if (!this.#isClosed) this.#reception.enter(connection);
    connection.open();
    if (this.#isClosed) connection.close();
  }

  /**
   * Nobody is let in any more, and everybody has a last word, so that nothing is lost on the way; then nothing is written
   * any more, and another broker may begin. Members that do not answer are not waited for long.
   */
  async handOver(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#return.stop();
    this.#reception.close();
    if (this.#outlives && this.#members.size > 0) {
      this.#lastWords = new RollCall(this.#members.values(), this.#host);
      for (const { out } of [...this.#members.values()]) out.control(KIND.handover);
      this.#isSettled = await this.#lastWords.all();
    }
    await this.#order.close();
  }

  /**
   * Lets all links go. Resolves when what was said has gone out: this process may end then. Whoever is told so has lost
   * nothing on the way. Who had no last word is not waited for again.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#reception.close();
    const leaving = [...this.#members.values()].filter((connection) => !connection.isEnding);
    this.#ends = new RollCall(leaving.filter((connection) => this.#lastWords?.awaits(connection) !== true), this.#host);
    const ended = this.#ends.all();
    for (const connection of leaving) {
      if (!this.#outlives) connection.out.control(KIND.bye);
      else if (this.#isSettled) connection.out.control(KIND.handover);
      connection.close();
    }
    await ended;
  }

  packet(connection: Connection, packet: Reader): void {
    if (connection.member === 0) return this.#reception.packet(connection, packet);
    if (packet.kind < FIRST_ENVELOPE) return this.#serve(connection, packet);
    if ((packet.flags & FLAG.returned) !== 0) throw new HubError('BAD_PACKET', 'A member returned an envelope; only a broker does.');
    if (connection.waiting === 0 && connection.later === 0 && connection.backlog.isEmpty) this.#delivery.forward(connection, packet);
    else this.#forwardLater(connection, packet);
  }

  linkDrained(connection: Connection): void {
    this.#herald.catchUp(connection);
    this.#delivery.drained(connection);
    connection.goOn();
  }

  closed(connection: Connection): void {
    this.#reception.left(connection);
    this.#lastWords?.came(connection);
    this.#ends?.came(connection);
    this.#order.after(connection.member, () => this.#leave(connection, 'lost'));
  }

  /** What a member tells does not overtake what it did before. */
  #forwardLater(connection: Connection, packet: Reader): void {
    const size = packet.end - packet.start;
    if (packet.kind <= LAST_UNASKED && connection.later + size > this.#limits.queue) return this.#delivery.refuse(connection, packet);
    const kept = keep(packet);
    connection.later += size;
    this.#after(connection, () => {
      connection.later -= size;
      // Nothing is told by who has left.
      if (connection.member !== 0) this.#delivery.forward(connection, kept);
    });
  }

  #meet(connection: Connection, hello: Hello): void {
    this.#checkEpoch(hello);
    if (hello.resume === undefined) this.#letIn(connection, hello);
    else this.#takeBack(connection, hello, hello.resume);
  }

  #checkEpoch({ epoch }: Hello): void {
    if (epoch <= this.#epoch) return;
    throw new HubError('REFUSED', `A member has seen epoch ${epoch} of this group, and this authority is of epoch ${this.#epoch}: the group never goes back.`);
  }

  #letIn(connection: Connection, { member, proof, listens }: Hello): void {
    if (this.#members.size >= this.#limits.members) {
      throw new HubError('REFUSED', `The group has ${this.#limits.members} members, its limit. Raise \`limits.members\`, or close hubs that are not needed.`);
    }
    if (listens !== undefined) connection.first = interestsIn(listens);
    const command = { type: 'member.join', member } as const;
    this.#order.decree(proof === undefined ? { command } : { command, proof }, (outcome) => this.#joined(connection, outcome));
  }

  #joined(connection: Connection, outcome: Outcome | HubError): void {
    if (outcome instanceof HubError) return refuse(connection, outcome);
    if (outcome.type !== 'joined') return refuse(connection, new HubError('REFUSED', 'The ledger did not take the member in.'));
    this.#seat(connection, outcome.number);
    // A dead broker may have let it in, and not have said so.
    this.#return.back(outcome.number);
    // It may have gone before it was in.
    if (connection.isEnding) this.#leave(connection, 'lost');
  }

  /** Whoever is not waited for is taken for dead already: it comes in as a new member, or not at all. */
  #takeBack(connection: Connection, { member }: Hello, number: number): void {
    if (this.#order.ledger.members.get(number)?.id !== member.id || !this.#return.awaits(number) || this.#members.has(number)) {
      throw new HubError('LOST', 'The group has gone on without this member.');
    }
    this.#seat(connection, number);
  }

  #seat(connection: Connection, number: number): void {
    const members = [...this.#order.ledger.members.values()];
    connection.admit(number, this.#limits.packet);
    this.#members.set(number, connection);
    connection.out.control(KIND.welcome, { protocol: PROTOCOL, epoch: this.#epoch, number, members, outlives: this.#outlives } satisfies Welcome);
  }

  #serve(connection: Connection, packet: Reader): void {
    switch (packet.kind) {
      case KIND.command:
        return this.#submit(connection, packet);
      case KIND.follow: {
        const interest = readInterest(packet);
        return isOrdered(interest) ? this.#after(connection, () => this.#herald.follow(connection, interest), interest.type === 'map') : this.#herald.follow(connection, interest);
      }
      case KIND.unfollow: {
        const interest = readInterest(packet);
        return isOrdered(interest) ? this.#after(connection, () => this.#herald.unfollow(connection, interest)) : this.#herald.unfollow(connection, interest);
      }
      case KIND.resumed:
        return this.#after(connection, () => this.#isBack(connection));
      case KIND.ping:
        return connection.out.pong();
      case KIND.handover:
        return this.#after(connection, () => this.#lastWords?.came(connection));
      case KIND.bye:
        return this.#sayGoodBye(connection);
      default:
        throw new HubError('BAD_PACKET', `A member sent a packet of kind ${packet.kind}, which is not for a broker.`);
    }
  }

  #submit(connection: Connection, packet: Reader): void {
    const { backlog } = connection;
    checkCommandPacket(packet, this.#limits);
    const waiting = connection.waiting + connection.unheard;
    if (waiting >= this.#limits.commands * 2 && !isRelease(packet)) throw new HubError('OVERLOADED', `${waiting} commands of a member wait, and it goes on: the limit is ${this.#limits.commands}.`);
    const isMuch = asksMuch(packet);
    if (backlog.isEmpty && (!isMuch || connection.hasRoom)) return this.#decide(connection, packet);
    const kept = keep(packet);
    connection.unheard += 1;
    backlog.add(() => {
      connection.unheard -= 1;
      this.#decide(connection, kept);
    }, isMuch);
  }

  /** Whoever comes back asks again, and hears what became of what was done already. */
  #decide(connection: Connection, packet: Reader): void {
    const { member, out } = connection;
    const isAgain = this.#return.awaits(member);
    const outcome = isAgain ? this.#estate.outcome(member, packet.id) : undefined;
    if (outcome === undefined) this.#order.submit(connection, packet, isAgain);
    else out.outcome(packet.id, outcome);
  }

  /** When all that it has said before has been applied, and, if much is to be told then, when there is room for that. */
  #after(connection: Connection, hear: () => void, isMuch = false): void {
    const { backlog } = connection;
    const whenApplied = (): void => (isMuch ? this.#answerMuch(connection, hear) : this.#whenApplied(connection, hear));
    if (backlog.isEmpty && (!isMuch || connection.hasRoom)) whenApplied();
    else backlog.add(whenApplied, isMuch);
  }

  #whenApplied(connection: Connection, hear: () => void): void {
    this.#order.after(connection.member, () => connection.hear(hear));
  }

  /** Until then it waits like a command: whatever else is much comes after that, when there is room again. */
  #answerMuch(connection: Connection, hear: () => void): void {
    connection.waiting += 1;
    this.#whenApplied(connection, () => {
      hear();
      connection.decided();
    });
  }

  /** It has asked all that it had to ask again: now what it may have missed. */
  #isBack({ member, out }: Connection): void {
    if (!this.#return.awaits(member)) return;
    for (const grant of this.#order.ledger.grants(member)) out.event(grant);
    out.event(this.#order.ledger.standing(member));
    for (const { packet, topic } of this.#return.back(member)) {
      if (topic === undefined || this.#interests.listening(topic).includes(member)) out.forward(packet, 0, packet.length, true);
    }
  }

  #leave(connection: Connection, reason: LeaveReason, left = (): void => {}): void {
    const number = connection.member;
    if (number === 0) return;
    connection.member = 0;
    connection.backlog.clear();
    connection.out.cutShort();
    this.#members.delete(number);
    this.#return.back(number);
    this.#herald.left(number);
    this.#order.decree({ command: { type: 'member.leave', number, reason } }, left);
  }

  #sayGoodBye(connection: Connection): void {
    // Answered when it is written: who goes without an answer comes again to say it, or leaves a note.
    const left = (): void => {
      connection.out.control(KIND.bye);
      connection.close();
    };
    this.#after(connection, () => this.#leave(connection, 'closed', left));
  }

  /** It is proved dead, and has not come back; if it has, its link will end. */
  #bury(number: number): void {
    if (this.#members.has(number)) return;
    // Its senders learn that it never saw this before they learn that it has left.
    for (const { packet, topic } of this.#return.back(number)) {
      if (topic === undefined) this.#delivery.giveBack(new Reader().open(packet, 0, packet.length, true), number);
    }
    this.#order.decree({ command: { type: 'member.leave', number, reason: 'lost' } });
  }
}

const NOTHING = new Uint8Array(0);

const doubt: IsDead = async () => false;

/** To be read later. */
function keep(packet: Reader): Reader {
  const bytes = packet.copy();
  return new Reader().open(bytes, 0, bytes.length, true);
}

/** What was agreed before is not told to who follows only now: it begins with the whole. */
function isOrdered({ type }: Interest): boolean {
  return type === 'map' || type === 'leader';
}

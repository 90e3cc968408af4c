/**
 * A member's end of a star: a session over one link to the broker after another. It says hello, and is seated when the
 * broker has welcomed it. When its link ends and the group outlives its broker, it is suspended: what is said waits, what
 * was asked is asked again of the next broker, under the same number, and nothing that it holds is lost.
 */
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import { InterestSet } from '../interest-set.js';
import { EVERYONE } from '../protocol.js';
import type { Command, Envelope, Interest, MapTerms, Member } from '../protocol.js';
import { shownName } from '../shown-name.js';
import type { Seat, Session, Settled } from '../transport.js';
import type { Deliver } from './arrivals.js';
import { Commands } from './commands.js';
import { Connection } from './connection.js';
import type { Desk } from './connection.js';
import type { Welcome } from './hello.js';
import { Introduction } from './introduction.js';
import type { Self } from './introduction.js';
import { interestsIn, listensOf } from './listens.js';
import type { Limits } from '../limits.js';
import type { Link } from './link.js';
import { News } from './news.js';
import { FIRST_ENVELOPE, FLAG, KIND, LAST_UNASKED } from './packet.js';
import { Pulse } from './pulse.js';
import type { Patient } from './pulse.js';
import type { Reader } from './reader.js';
import type { Secret } from './secret.js';
import { checkCommand, checkPayload } from './sizes.js';
import { Traffic } from './traffic.js';
import { Turn } from './turn.js';
import { WaitingRoom } from './waiting-room.js';

export interface SeatedOptions {
  readonly host: Host;
  readonly limits: Limits;
  /** What would prove that this process is dead. */
  readonly proof?: string | undefined;
  /** Where there is one, a broker has to prove that it knows it. */
  readonly secret?: Secret | undefined;
  /** The link has ended, and the session has not: a new one is to be brought to `enter`. */
  readonly mend: (session: Seated) => void;
  /** The session has ended, and its group, which outlives its broker, does not know. */
  readonly resign: () => void;
}

interface Place {
  readonly member: Member;
  readonly members: readonly Member[];
  /** Whether the session goes on when its link ends. */
  readonly outlives: boolean;
}

type Life =
  | { readonly at: 'joining' }
  | { readonly at: 'seated'; readonly place: Place }
  /** It has had its last word to this broker, and goes on listening to it. `isSettled`: so have all others, and nothing was lost. */
  | { readonly at: 'handed over'; readonly place: Place; readonly isSettled: boolean }
  | { readonly at: 'suspended'; readonly place: Place }
  | { readonly at: 'leaving'; readonly place: Place }
  | { readonly at: 'ended' };

interface Entering {
  readonly introduction: Introduction;
  readonly entered: (isIn: boolean) => void;
  readonly refused: (error: HubError) => void;
}

export class Seated implements Session, Desk, Patient {
  readonly #seat: Seat;
  readonly #options: SeatedOptions;
  readonly #turn: Turn;
  readonly #pulse: Pulse;
  readonly #commands = new Commands();
  readonly #news: News;
  readonly #interests = new InterestSet();
  /** Those of them that the broker knows by the hello. */
  #introduced = new InterestSet();
  readonly #room: WaitingRoom;
  readonly #ended = new AbortController();
  readonly #gone: Promise<void>;
  #isGone: () => void = nothing;
  #connection: Connection | undefined;
  /** What this member and the others tell each other over that connection. */
  #traffic: Traffic | undefined;
  #entering: Entering | undefined;
  /** The highest epoch that this session has been in. */
  #epoch = 0;
  /** Those who wait until all that was said has left. */
  #draining: (() => void)[] = [];
  #epilogue: () => Promise<void> = () => Promise.resolve();
  #closing: Promise<void> | undefined;
  #hasKnocked = false;
  #life: Life = { at: 'joining' };

  constructor(seat: Seat, options: SeatedOptions) {
    this.#seat = seat;
    this.#options = options;
    this.#turn = new Turn(options.host);
    this.#pulse = new Pulse(options.host, this);
    this.#news = new News({ commands: this.#commands, ear: seat.ear, left: (member) => this.#traffic?.memberLeft(member) });
    this.#room = new WaitingRoom(options.limits.queue);
    this.#gone = new Promise((resolve) => {
      this.#isGone = resolve;
    });
  }

  /**
   * Says hello over a link: for the first time, or after each loss. `false`: the link ended before the answer, so there
   * is no answer. Rejects with the broker's refusal. `epoch`: the highest that this process has seen. `epilogue`: what
   * is to be done after the good-bye, before `close` resolves.
   */
  enter(link: Link, epoch: number, epilogue: () => Promise<void> = () => Promise.resolve()): Promise<boolean> {
    return new Promise((entered, refused) => {
      const connection = new Connection(this, link, this.#turn);
      const introduction = new Introduction(connection.out, this.#self(Math.max(epoch, this.#epoch)), this.#options.secret);
      this.#hasKnocked = true;
      this.#entering = { introduction, entered, refused };
      this.#epilogue = epilogue;
      connection.admit(0, this.#options.limits.packet);
      this.#connection = connection;
      this.#traffic = new Traffic(connection.out, this.#options.limits, this.#deliver);
      connection.open();
      introduction.begin();
    });
  }

  /** Ends it without its group's knowledge: there is no way back. */
  end(error: HubError): void {
    const life = this.#life;
    if (life.at === 'ended') return;
    this.#life = { at: 'ended' };
    this.#ended.abort(error);
    this.#pulse.stop();
    this.#connection?.destroy(error);
    this.#settleDraining();
    this.#commands.fail(life.at === 'leaving' ? 'CLOSED' : 'LOST', `The group was lost before the outcome came: ${error.message}`);
    if (life.at !== 'joining' && life.place.outlives) this.#options.resign();
    if (life.at === 'seated' || life.at === 'suspended' || life.at === 'handed over') this.#seat.ear.lost(error);
    this.#isGone();
  }

  /** Aborts when the session has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether it has said hello to anybody. */
  get hasKnocked(): boolean {
    return this.#hasKnocked;
  }

  get member(): Member {
    return this.#place().member;
  }

  get members(): readonly Member[] {
    return this.#place().members;
  }

  get epoch(): number {
    return this.#epoch;
  }

  send(envelope: Envelope): void {
    checkPayload(envelope.payload, envelope.name, this.#options.limits);
    switch (this.#life.at) {
      case 'seated':
        this.#checkUnsent(envelope);
        if (this.#traffic?.send(envelope) === false) this.#comesBack(envelope);
        return this.#pulse.said();
      case 'handed over':
      case 'suspended':
        if (!this.#room.add(envelope)) this.#comesBack(envelope);
        return;
      case 'joining':
      case 'leaving':
      case 'ended':
        return;
    }
  }

  submit(command: Command, settled?: Settled): void {
    if (command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time') {
      throw new TypeError(`"${command.type}" is the authority's to say; it cannot be submitted.`);
    }
    if (command.type === 'map.set' || command.type === 'map.add' || command.type === 'map.transact') this.#checkTerms(command);
    checkCommand(command, this.#options.limits);
    if (this.#commands.size >= this.#options.limits.commands && command.type !== 'lock.release') this.#overloaded();
    const number = this.#commands.add(command, settled);
    if (this.#life.at !== 'seated') return;
    this.#connection?.out.command(number, this.#commands.oldest, command, settled === undefined);
    this.#pulse.said();
  }

  follow(interest: Interest): void {
    this.#interests.add(interest);
    if (this.#life.at === 'seated' && !this.#introduced.delete(interest)) this.#connection?.out.interest(KIND.follow, interest);
  }

  unfollow(interest: Interest): void {
    this.#interests.delete(interest);
    this.#introduced.delete(interest);
    if (this.#life.at === 'seated') this.#connection?.out.interest(KIND.unfollow, interest);
  }

  drained(): Promise<void> {
    switch (this.#life.at) {
      case 'seated':
        this.#connection?.out.flush();
        if (this.#traffic?.isDrained !== false) return Promise.resolve();
        break;
      case 'handed over':
      case 'suspended':
        break;
      case 'joining':
      case 'leaving':
      case 'ended':
        return Promise.resolve();
    }
    return new Promise((resolve) => this.#draining.push(resolve));
  }

  close(): Promise<void> {
    const life = this.#life;
    if (life.at === 'seated' || life.at === 'suspended' || life.at === 'handed over') {
      this.#life = { at: 'leaving', place: life.place };
      this.#commands.fail('CLOSED', 'The hub was closed before the outcome came.');
      this.#settleDraining();
      if (life.at === 'seated') this.#sayGoodBye();
      const late = new HubError('LOST', `The authority did not answer a good-bye within ${GOOD_BYE} ms.`);
      const patience = this.#options.host.after(GOOD_BYE, () => this.end(late));
      void this.#gone.then(() => patience[Symbol.dispose]());
    }
    this.#closing ??= this.#gone.then(() => this.#epilogue());
    return this.#closing;
  }

  packet(connection: Connection, packet: Reader): void {
    if (connection !== this.#connection) return;
    this.#pulse.heard();
    if (this.#entering !== undefined) return this.#answered(connection, packet, this.#entering);
    switch (this.#life.at) {
      case 'seated':
      case 'handed over':
        if (packet.kind >= FIRST_ENVELOPE) this.#receive(packet);
        else if (packet.kind === KIND.handover) this.#handOver(this.#life.place);
        else if (packet.kind === KIND.bye) this.end(new HubError('LOST', 'The authority of the group has closed.'));
        else this.#news.packet(packet);
        // What was big may have left because another member has taken what was before it, or has gone.
        if (this.#draining.length > 0) this.#drainedNow();
        return;
      case 'leaving':
        if (packet.kind === KIND.bye) this.#saidGoodBye(this.#life.place);
        return;
      case 'joining':
      case 'suspended':
      case 'ended':
        return;
    }
  }

  linkDrained(connection: Connection): void {
    if (connection !== this.#connection || this.#life.at !== 'seated') return;
    this.#traffic?.linkDrained();
    this.#drainedNow();
  }

  closed(connection: Connection, error: HubError = new HubError('LOST', 'The link to the authority of the group has ended.')): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#news.interrupt();
    this.#pulse.stop();
    const entering = this.#entering;
    this.#entering = undefined;
    if (entering !== undefined) return entering.entered(false);
    switch (this.#life.at) {
      case 'seated':
        return this.#life.place.outlives ? this.#suspend(this.#life.place, error) : this.end(error);
      case 'handed over': {
        const { place, isSettled } = this.#life;
        this.#life = { at: 'suspended', place };
        if (!isSettled) this.#seat.ear.interrupted(error);
        return this.#options.mend(this);
      }
      case 'leaving':
        // Whether the good-bye was heard is not known: it is said again, or its locks would wait for the end of this process.
        return this.#life.place.outlives ? this.#options.mend(this) : this.end(error);
      case 'joining':
      case 'suspended':
      case 'ended':
        return;
    }
  }

  ping(): void {
    this.#connection?.out.control(KIND.ping);
  }

  stalled(isStalled: boolean): void {
    if (this.#life.at === 'seated') this.#seat.ear.suspended(isStalled);
  }

  #self(epoch: number): Self {
    const { proof } = this.#options;
    const self = { member: this.#seat.member, epoch, ...(proof === undefined ? {} : { proof }) };
    if (this.#life.at !== 'joining' && this.#life.at !== 'ended') {
      this.#introduced = new InterestSet();
      return { ...self, resume: this.#life.place.member.number };
    }
    const listens = listensOf(this.#seat.interests());
    this.#introduced = new InterestSet(interestsIn(listens));
    return { ...self, listens };
  }

  #answered(connection: Connection, packet: Reader, { introduction, entered, refused }: Entering): void {
    const answer = introduction.packet(packet);
    if (answer === undefined) return;
    this.#entering = undefined;
    switch (answer.type) {
      case 'welcome':
        this.#welcomed(answer.welcome);
        return entered(true);
      case 'refused':
        return refused(answer.error);
      case 'declined':
        this.#connection = undefined;
        connection.destroy(answer.error);
        return refused(answer.error);
    }
  }

  #welcomed({ number, members, epoch, outlives }: Welcome): void {
    const life = this.#life;
    this.#epoch = epoch;
    switch (life.at) {
      case 'joining':
        this.#news.begin(members);
        this.#life = { at: 'seated', place: { member: { ...this.#seat.member, number }, members, outlives } };
        return;
      case 'suspended':
        this.#life = { at: 'seated', place: { ...life.place, outlives } };
        this.#sayAgain(new Set(members.map(({ number }) => number)));
        this.#news.catchUp(members);
        return this.#seat.ear.suspended(false);
      case 'leaving':
        return this.#sayGoodBye();
      case 'seated':
      case 'handed over':
      case 'ended':
        return;
    }
  }

  /** In this order: who comes later finds its listeners there, and hears of its grants when their tickets are known again. */
  #sayAgain(present: ReadonlySet<number>): void {
    const out = this.#connection?.out;
    for (const interest of this.#interests) out?.interest(KIND.follow, interest);
    this.#commands.forEach((number, command, isQuiet) => out?.command(number, this.#commands.oldest, command, isQuiet));
    out?.control(KIND.resumed);
    const undeliverable: Envelope[] = [];
    for (const envelope of this.#room.empty()) {
      if (envelope.member !== EVERYONE && !present.has(envelope.member)) undeliverable.push(envelope);
      else if (this.#traffic?.send(envelope) === false) this.#comesBack(envelope);
    }
    this.#pulse.said();
    this.#drainedNow();
    // Whom they were for never saw them: this comes before the news that they have left.
    for (const envelope of undeliverable) this.#deliver(FLAG.returned, envelope);
  }

  /** The broker does not read what it sends on: what is wrong with it is the fault of its sender, and ends nothing here. */
  #receive(packet: Reader): void {
    try {
      this.#traffic?.packet(packet);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
    }
  }

  readonly #deliver: Deliver = (flags, envelope) => {
    if (this.#life.at === 'leaving' || this.#life.at === 'ended') return;
    if ((flags & FLAG.returned) === 0) this.#seat.ear.received(envelope);
    else this.#seat.ear.returned(envelope, (flags & FLAG.full) === 0 ? 'absent' : 'full');
  };

  /** All that was said comes before its last word; what is said from now on waits for the next broker. Told again: all have had theirs. */
  #handOver(place: Place): void {
    if (this.#life.at === 'handed over') {
      this.#life = { at: 'handed over', place, isSettled: true };
      return;
    }
    this.#traffic?.flush();
    this.#connection?.out.control(KIND.handover);
    this.#life = { at: 'handed over', place, isSettled: false };
    this.#seat.ear.suspended(true);
  }

  #suspend(place: Place, error: HubError): void {
    this.#life = { at: 'suspended', place };
    this.#seat.ear.interrupted(error);
    this.#seat.ear.suspended(true);
    this.#options.mend(this);
  }

  #sayGoodBye(): void {
    this.#traffic?.flush();
    this.#connection?.out.control(KIND.bye);
    this.#connection?.out.flush();
  }

  #saidGoodBye(place: Place): void {
    this.#life = { at: 'leaving', place: { ...place, outlives: false } };
    this.end(new HubError('CLOSED', 'The session was closed.'));
  }

  #drainedNow(): void {
    if (this.#traffic?.isDrained === true) this.#settleDraining();
  }

  /** As if its broker had no room for it: later, for whoever says it is still on the stack. */
  #comesBack(envelope: Envelope): void {
    this.#options.host.defer(() => this.#deliver(FLAG.returned | FLAG.full, envelope));
  }

  #settleDraining(): void {
    const draining = this.#draining;
    this.#draining = [];
    for (const resolve of draining) resolve();
  }

  #place(): Place {
    if (this.#life.at !== 'joining' && this.#life.at !== 'ended') return this.#life.place;
    throw new TypeError('The session has ended, or has not begun.');
  }

  /** Answers always go. */
  #checkUnsent({ type, name }: Envelope): void {
    const { unsent } = this.#options.limits;
    if ((this.#connection?.out.queued ?? 0) <= unsent || KIND[type] > LAST_UNASKED) return;
    const advice = 'Await hub.drained() now and then before sending more, or raise `limits.unsent`.';
    throw new HubError('OVERLOADED', `"${shownName(name)}" cannot be sent: ${unsent} bytes wait to leave this process, the limit. ${advice}`, { mayHaveRun: false });
  }

  #overloaded(): never {
    const { commands } = this.#options.limits;
    throw new HubError('OVERLOADED', `${commands} commands of this process wait for their outcomes, the limit. Await some before you give more, or raise \`limits.commands\`.`);
  }

  #checkTerms({ map, terms }: { readonly map: string; readonly terms?: MapTerms }): void {
    if (terms?.durable !== true || this.#place().outlives) return;
    throw new HubError('UNSUPPORTED', `The map "${map}" was to be there after the group's end, and this group keeps nothing. Use the socket transport with the durability "process" or "disk", or leave out \`durable\`.`);
  }
}

const nothing = (): void => {};

/** How long a leaving member waits for the broker to say good-bye too. */
const GOOD_BYE = 2_000;

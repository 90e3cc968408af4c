/**
 * A member's end of a star: a session over one link to the broker. It says hello, and is seated when the broker has
 * welcomed it; it ends with the link, with a good-bye, or when the broker does not keep to the protocol.
 */
import { parseJson } from '../codec/json.js';
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { Arrival, Command, Envelope, EnvelopeType, Interest, Member, Payload } from '../protocol.js';
import { utf8Length } from '../text.js';
import type { Seat, Session, Settled } from '../transport.js';
import { Commands } from './commands.js';
import { readRefusal, readWelcome } from './hello.js';
import type { Hello } from './hello.js';
import { Inbox } from './inbox.js';
import type { Limits } from './limits.js';
import type { Link } from './link.js';
import { Outbox } from './outbox.js';
import { FIRST_ENVELOPE, FLAG, KIND, PROTOCOL, UNDEFINED_VALUE } from './packet.js';
import type { Reader } from './reader.js';
import { Turn } from './turn.js';
import { readEvent, readOutcome } from './vocabulary.js';

export interface SeatedOptions {
  readonly host: Host;
  readonly limits: Limits;
  /** The highest epoch that this process has seen so far. */
  readonly epoch: number;
  /** What is to be done after the good-bye, before `close` resolves. */
  readonly epilogue?: () => Promise<void>;
}

type Life =
  | { readonly at: 'joining'; readonly seated: (session: Seated) => void; readonly failed: (error: HubError) => void }
  | { readonly at: 'seated'; readonly member: Member; readonly members: readonly Member[]; readonly epoch: number }
  | { readonly at: 'leaving'; readonly member: Member; readonly members: readonly Member[]; readonly epoch: number }
  | { readonly at: 'ended' };

export class Seated implements Session {
  readonly #seat: Seat;
  readonly #link: Link;
  readonly #inbox: Inbox;
  readonly #out: Outbox;
  readonly #packetLimit: number;
  readonly #commands = new Commands();
  /** Those who wait until all that was said has left. */
  #draining: (() => void)[] = [];
  readonly #host: Host;
  readonly #epilogue: () => Promise<void>;
  readonly #gone: Promise<void>;
  #isGone: () => void = nothing;
  #closing: Promise<void> | undefined;
  #life: Life = { at: 'ended' };

  /** Rejects with the broker's refusal, or with `LOST` when the link ends first. */
  static join(link: Link, seat: Seat, options: SeatedOptions): Promise<Seated> {
    return new Promise((seated, failed) => {
      const session = new Seated(link, seat, options);
      session.#life = { at: 'joining', seated, failed };
      link.open({
        received: (bytes) => session.#received(bytes),
        drained: () => session.#linkDrained(),
        closed: (error) => session.#end(error ?? new HubError('LOST', 'The link to the authority of the group has ended.')),
      });
      session.#out.control(KIND.hello, { protocol: PROTOCOL, member: seat.member, epoch: options.epoch } satisfies Hello);
    });
  }

  private constructor(link: Link, seat: Seat, { host, limits, epilogue = () => Promise.resolve() }: SeatedOptions) {
    this.#epilogue = epilogue;
    this.#host = host;
    this.#link = link;
    this.#seat = seat;
    this.#packetLimit = limits.packet;
    this.#inbox = new Inbox(limits.packet, (packet) => this.#packet(packet));
    this.#out = new Outbox(link, new Turn(host));
    this.#gone = new Promise((resolve) => {
      this.#isGone = resolve;
    });
  }

  get member(): Member {
    return this.#place().member;
  }

  get members(): readonly Member[] {
    return this.#place().members;
  }

  get epoch(): number {
    return this.#place().epoch;
  }

  send(envelope: Envelope): void {
    this.#checkSize(envelope.payload, envelope.name);
    this.#out.envelope(envelope);
  }

  submit(command: Command, settled: Settled): void {
    if (command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time') {
      throw new TypeError(`"${command.type}" is the authority's own; it cannot be submitted.`);
    }
    if (command.type === 'map.set') this.#checkSize(command.value, command.key);
    this.#out.command(this.#commands.add(settled), command);
  }

  follow(interest: Interest): void {
    this.#out.interest(KIND.follow, interest);
  }

  unfollow(interest: Interest): void {
    this.#out.interest(KIND.unfollow, interest);
  }

  drained(): Promise<void> {
    this.#out.flush();
    if (this.#out.isDrained || this.#life.at !== 'seated') return Promise.resolve();
    return new Promise((resolve) => this.#draining.push(resolve));
  }

  close(): Promise<void> {
    if (this.#life.at === 'seated') {
      this.#life = { ...this.#life, at: 'leaving' };
      this.#out.control(KIND.bye);
      this.#out.flush();
      // The broker answers when all that was said has been done and the others know: `close` resolves after that.
      const patience = this.#host.after(GOOD_BYE, () => this.#link.destroy(new HubError('LOST', `The authority did not answer a good-bye within ${GOOD_BYE} ms.`)));
      void this.#gone.then(() => patience[Symbol.dispose]());
      this.#commands.fail('CLOSED', 'The hub was closed before the outcome came.');
    }
    this.#closing ??= this.#gone.then(this.#epilogue);
    return this.#closing;
  }

  /** Gives up joining. */
  abandon(reason: HubError): void {
    this.#link.destroy(reason);
  }

  #received(bytes: Uint8Array): void {
    if (this.#life.at === 'ended') return;
    try {
      this.#inbox.received(bytes);
    } catch (error) {
      const reason = error instanceof HubError ? error : new HubError('BAD_PACKET', 'A packet could not be handled.', { cause: error });
      this.#inbox.close();
      this.#link.destroy(reason);
    }
  }

  #linkDrained(): void {
    this.#out.drained();
    if (!this.#out.isDrained) return;
    const draining = this.#draining;
    this.#draining = [];
    for (const resolve of draining) resolve();
  }

  #packet(packet: Reader): void {
    switch (this.#life.at) {
      case 'joining':
        return this.#joining(packet, this.#life.seated);
      case 'seated':
        return packet.kind >= FIRST_ENVELOPE ? this.#envelope(packet) : this.#told(packet);
      case 'leaving':
        if (packet.kind === KIND.bye) this.#link.close();
        return;
      case 'ended':
        return;
    }
  }

  #joining(packet: Reader, seated: (session: Seated) => void): void {
    switch (packet.kind) {
      case KIND.welcome: {
        const { number, members, epoch } = readWelcome(packet.text());
        this.#life = { at: 'seated', member: { ...this.#seat.member, number }, members, epoch };
        return seated(this);
      }
      case KIND.refused:
        throw readRefusal(packet.text());
      case KIND.bye:
        throw new HubError('LOST', 'The authority of the group is closing.');
      default:
        throw new HubError('BAD_PACKET', `A broker began with a packet of kind ${packet.kind}; it should have begun with a welcome.`);
    }
  }

  #told(packet: Reader): void {
    switch (packet.kind) {
      case KIND.outcome:
        return this.#commands.settle(packet.id, readOutcome(packet));
      case KIND.event:
        return this.#seat.ear.heard(readEvent(packet));
      case KIND.bye:
        this.#inbox.close();
        this.#link.close();
        return this.#end(new HubError('LOST', 'The authority of the group has closed.'));
      default:
        throw new HubError('BAD_PACKET', `A broker sent a packet of kind ${packet.kind}, which is not for a member.`);
    }
  }

  #envelope(packet: Reader): void {
    const type = ENVELOPE_TYPES[packet.kind - FIRST_ENVELOPE];
    if (type === undefined) throw new HubError('BAD_PACKET', `A packet is of an unknown kind, ${packet.kind}.`);
    const { member, flags, extra: timeout, name } = packet;
    if ((flags & FLAG.batch) === 0) {
      this.#deliver(flags, { type, member, name, call: packet.id, timeout, payload: packet.rest() });
      return;
    }
    const count = packet.id;
    const hasCalls = type !== 'message';
    packet.expect(count, hasCalls ? 4 : 1);
    const calls = hasCalls ? Array.from({ length: count }, () => packet.u32()) : [];
    const values = parseAll(packet.text(), count);
    for (let i = 0; i < count; i++) {
      const call = calls[i] ?? 0;
      const payload: Arrival = values === undefined ? UNREADABLE : { value: (call & UNDEFINED_VALUE) === 0 ? values[i] : undefined };
      this.#deliver(flags, { type, member, name, call: (call & ~UNDEFINED_VALUE) >>> 0, timeout, payload });
    }
  }

  #deliver(flags: number, envelope: Envelope<Arrival>): void {
    if (this.#life.at !== 'seated') return;
    if ((flags & FLAG.returned) === 0) this.#seat.ear.received(envelope);
    else this.#seat.ear.returned(envelope, (flags & FLAG.full) === 0 ? 'absent' : 'full');
  }

  #end(error: HubError): void {
    const life = this.#life;
    if (life.at === 'ended') return;
    this.#life = { at: 'ended' };
    this.#inbox.close();
    for (const resolve of this.#draining) resolve();
    this.#draining = [];
    if (life.at === 'joining') life.failed(error);
    if (life.at === 'seated') {
      this.#commands.fail('LOST', `The group was lost before the outcome came: ${error.message}`);
      this.#seat.ear.lost(error);
    }
    this.#isGone();
  }

  #place(): { readonly member: Member; readonly members: readonly Member[]; readonly epoch: number } {
    if (this.#life.at === 'seated' || this.#life.at === 'leaving') return this.#life;
    throw new TypeError('The session has ended, or has not begun.');
  }

  #checkSize(payload: Payload, name: string): void {
    const room = this.#packetLimit - ROOM_FOR_THE_REST;
    const isText = typeof payload === 'string';
    if (isText && payload.length * 3 <= room) return;
    const size = isText ? utf8Length(payload) : payload.bytes.length;
    if (size > room) {
      throw new HubError('TOO_LARGE', `A value for "${name}" takes ${size} bytes; the limit is ${room}. Send it in parts, or raise \`limits.packet\` on all sides.`);
    }
  }
}

const nothing = (): void => {};

/** How long a leaving member waits for the broker to say good-bye too. */
const GOOD_BYE = 2_000;

/** What a packet may hold beside its payload: two names at most, and some numbers. */
const ROOM_FOR_THE_REST = 4_096;

const ENVELOPE_TYPES: readonly EnvelopeType[] = ['message', 'request', 'reply', 'failure', 'cancel'];

/** In place of a value whose batch could not be parsed: whoever decodes it gets the error, value by value. */
const UNREADABLE: Payload = { form: 'tagged', bytes: new Uint8Array(0) };

function parseAll(text: string, count: number): readonly unknown[] | undefined {
  try {
    const values = parseJson(text);
    return Array.isArray(values) && values.length === count ? values : undefined;
  } catch {
    return undefined;
  }
}

/** One end of the link to one process: reads what comes, and ends it when the process does not keep to the rules. */
import { HubError } from '../errors.js';
import type { Interest } from '../protocol.js';
import { Backlog } from './backlog.js';
import { Inbox } from './inbox.js';
import { HELLO_LIMIT } from '../limits.js';
import type { Link, LinkSink } from './link.js';
import { Outbox } from './outbox.js';
import type { Reader } from './reader.js';
import type { Flushable, Turn } from './turn.js';

/** What a connection tells whoever has it. */
export interface Desk {
  /** May throw a `HubError`: the connection is ended with it. */
  packet(connection: Connection, packet: Reader): void;
  /** The link takes more, and all that was said may have left. */
  linkDrained(connection: Connection): void;
  /** Exactly once, and last. */
  closed(connection: Connection, error: HubError | undefined): void;
}

export class Connection implements LinkSink, Flushable {
  readonly #desk: Desk;
  readonly #link: Link;
  readonly #turn: Turn;
  readonly #inbox: Inbox;
  readonly out: Outbox;
  /** To a broker: the member that sits at the other end; 0 before it has been let in, and again after it has left. */
  member = 0;
  /** To a broker: what it wants to hear of from the first moment on. */
  first: readonly Interest[] = [];
  /**
   * To a broker: how many commands that came from here wait to be written down, how many come after them and are not heard
   * yet, and how many bytes of envelopes.
   */
  waiting = 0;
  unheard = 0;
  later = 0;
  /** To a broker: the maps whose changes it was not told, for too much waited for it already. */
  readonly behind = new Set<string>();
  /** To a broker: the topics of whose kept values it was not told the last, for the same reason. */
  readonly missed = new Set<string>();
  /** To a broker: the members that know that it takes no more of what they say to it. */
  readonly turnedAway = new Set<number>();
  /** To a broker: what it has said after it has asked for more than there is room for. */
  readonly backlog = new Backlog();
  #isDue = false;
  #isEnding = false;

  constructor(desk: Desk, link: Link, turn: Turn) {
    this.#desk = desk;
    this.#link = link;
    this.#turn = turn;
    this.out = new Outbox(link, turn, () => desk.linkDrained(this));
    this.#inbox = new Inbox(HELLO_LIMIT, (packet) => desk.packet(this, packet));
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  open(): void {
    this.#link.open(this);
  }

  /** From now on it may send packets as long as these. */
  admit(member: number, packetLimit: number): void {
    this.member = member;
    this.#inbox.limit = packetLimit;
  }

  /** Ends it after what was said has gone out. Nothing more is read. */
  close(reason?: HubError): void {
    if (this.#isEnding) return;
    this.#end();
    this.out.close(reason);
  }

  /** Ends it now. */
  destroy(reason: HubError): void {
    if (this.#isEnding) return;
    this.#end();
    this.#link.destroy(reason);
  }

  received(bytes: Uint8Array, areGiven = false): void {
    if (this.#isEnding) return;
    try {
      this.#inbox.received(bytes, areGiven);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Something that it has said before: what is wrong with it ends this connection, as when it had been heard at once. */
  hear(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A command of it is decided, and its outcome told. What waits for that is heard when all that was decided with it is applied. */
  decided(): void {
    this.waiting -= 1;
    if (this.waiting > 0 || this.backlog.isEmpty || this.#isDue) return;
    this.#isDue = true;
    this.#turn.add(this);
  }

  flush(): void {
    this.#isDue = false;
    this.goOn();
  }

  /** Whether all that it has asked is decided, and it takes what it is told. */
  get hasRoom(): boolean {
    return this.waiting === 0 && this.out.takesMore;
  }

  /** Hears what waited for room, as far as there is some. */
  goOn(): void {
    if (!this.backlog.isEmpty) this.hear(() => this.backlog.goOn(() => this.hasRoom));
  }

  drained(): void {
    this.out.drained();
    this.#desk.linkDrained(this);
  }

  closed(error?: HubError): void {
    this.#end();
    this.#desk.closed(this, error);
  }

  #fail(error: unknown): void {
    this.destroy(error instanceof HubError ? error : new HubError('BAD_PACKET', 'A packet could not be handled.', { cause: error }));
  }

  #end(): void {
    this.#isEnding = true;
    this.#inbox.close();
    this.backlog.clear();
  }
}

/**
 * The one order of a group. What is submitted is written down first, if there is a journal: all that comes in one turn
 * with one write, at the end of the turn; then it is applied, in the order in which it came, and only then told.
 *
 * What cannot be written is not applied, and its asker hears `JOURNAL`. A death and a release are not refused: they wait
 * until there is room, for nobody else can make up for them. Questions need no writing, and are answered in any case, but
 * not before what the same asker has released.
 */
import { HubError } from '../errors.js';
import type { Host } from '../host.js';
import type { Applied, Directed, Ledger, Question } from '../ledger/ledger.js';
import type { Command, MapCommand, Outcome } from '../protocol.js';
import { Clock } from './clock.js';
import type { Decree, Estate } from './estate.js';
import type { Journal } from './journal.js';
import { Matters } from './matter.js';
import type { Asker, Decided, Matter } from './matter.js';
import { FLAG } from './packet.js';
import { Reader } from './reader.js';
import { Records } from './records.js';
import { Renewal } from './renewal.js';
import type { Flushable, Turn } from './turn.js';
import { readCommand } from './vocabulary.js';
import type { Told } from './vocabulary.js';

export interface OrderOptions {
  readonly estate: Estate;
  readonly journal: Journal | undefined;
  /** How long the journal is, and how long it may grow. */
  readonly size: number;
  readonly limit: number;
  /** All seqs are above it. */
  readonly floor: number;
  readonly host: Host;
  readonly turn: Turn;
  /** Why there is no room for what is to be set, if there is none: it is not written down, and not applied. */
  readonly refusal: (command: MapCommand & { readonly type: 'map.set' }) => Told | undefined;
  /** Passes on what follows from a command, after its asker has been told the outcome. */
  readonly direct: (directed: Directed) => void;
}

export class Order implements Flushable {
  readonly #estate: Estate;
  readonly #journal: Journal | undefined;
  readonly #floor: number;
  readonly #host: Host;
  readonly #turn: Turn;
  readonly #refusal: OrderOptions['refusal'];
  readonly #direct: (directed: Directed) => void;
  readonly #clock: Clock;
  readonly #records = new Records();
  readonly #matters = new Matters();
  /** What waits for its turn, in the order in which it came. */
  #waiting: Matter[] = [];
  /** Until what was written is on the disk, nothing more is. */
  #syncing: Promise<void> | undefined;
  /** What waits is so much that a turn is left to others before it is written; and that this was done. */
  #isResting = false;
  #isRested = false;
  /** It is about to be tried again to write what must be written. */
  #retry: Disposable | undefined;
  #isClosed = false;
  readonly #limit: number;
  #size: number;
  /** How long the last snapshot was. */
  #live = 0;
  /** From when it is due until it is published or given up. */
  #isRenewing = false;
  #renewal: Renewal | undefined;

  constructor({ estate, journal, size, limit, floor, host, turn, refusal, direct }: OrderOptions) {
    this.#estate = estate;
    this.#journal = journal;
    this.#floor = Math.max(floor, estate.ledger.seq);
    this.#host = host;
    this.#turn = turn;
    this.#refusal = refusal;
    this.#direct = direct;
    this.#size = size;
    this.#limit = limit;
    this.#clock = new Clock(host, turn, estate.ledger, (now) => this.decree({ command: { type: 'time', now } }), journal?.age);
    this.#clock.arm();
  }

  get ledger(): Ledger {
    return this.#estate.ledger;
  }

  /** From now on time passes: what has ended since the last authority wrote is over. */
  begin(): void {
    this.#clock.tick();
  }

  /** A member's command, in the packet in which it came. */
  submit(asker: Asker, packet: Reader): void {
    if (this.#isClosed) return;
    this.#clock.tick();
    const { id, member: oldest } = packet;
    const command = readCommand(packet);
    const refusal = command.type === 'map.set' ? this.#refusal(command) : undefined;
    if (refusal !== undefined) return this.after(asker.member, () => asker.out.outcome(id, refusal));
    const isAsking = this.ledger.isQuestion(command);
    const matter = this.#matters.take(command);
    matter.member = asker.member;
    matter.oldest = oldest;
    matter.number = id;
    matter.isQuiet = (packet.flags & FLAG.quiet) !== 0;
    matter.asker = asker;
    matter.isAsking = isAsking;
    asker.waiting += 1;
    if (this.#journal === undefined || (isAsking && this.#waiting.length === 0 && this.#syncing === undefined)) return this.#apply(matter);
    if (!isAsking) this.#record(matter, packet);
    this.#add(matter);
  }

  /** A command of the authority. */
  decree(decree: Decree, decided: Decided = nothing): void {
    if (this.#isClosed) return;
    const matter = this.#matters.take(decree.command);
    matter.proof = decree.proof;
    matter.decided = decided;
    if (this.#journal === undefined) return this.#apply(matter);
    matter.from = this.#records.size;
    this.#records.decree(this.#seq, JSON.stringify(decree));
    matter.to = this.#records.size;
    this.#add(matter);
  }

  /**
   * Runs when all that was submitted before has been applied: now, if nothing waits. It is for a member: where something
   * of it must be written and cannot, it waits with that.
   */
  after(member: number, run: () => void): void {
    if (this.#waiting.length === 0 && this.#syncing === undefined) return run();
    const matter = this.#matters.take(undefined);
    matter.member = member;
    matter.decided = run;
    this.#add(matter);
  }

  /** Writes and applies what waits. */
  flush(): void {
    if (this.#waiting.length === 0 || this.#syncing !== undefined) return;
    if (this.#records.size >= TURNFUL && !this.#isRested && !this.#isClosed) return this.#flushLater();
    this.#isRested = false;
    const matters = this.#waiting;
    const isWritten = this.#records.size > 0;
    this.#waiting = [];
    try {
      if (isWritten) this.#journal?.append(this.#records.bytes);
    } catch (error) {
      return this.#unwritten(matters, error);
    }
    const sync = isWritten ? this.#journal?.sync : undefined;
    if (sync !== undefined) {
      this.#syncing = this.#sync(sync, matters);
      return;
    }
    this.#written(matters);
  }

  /** Writes what waits, and takes no more. Nothing is written after it has resolved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#clock.stop();
    this.#retry?.[Symbol.dispose]();
    this.#endRenewal();
    this.flush();
    while (this.#syncing !== undefined) await this.#syncing;
    this.#waiting = [];
  }

  get #seq(): number {
    return Math.max(this.#floor, this.#estate.ledger.seq);
  }

  #add(matter: Matter): void {
    if (this.#waiting.push(matter) === 1) this.#turn.add(this);
    if (this.#records.size >= GREAT_BATCH) this.flush();
  }

  /** To read it, and to sum it up, has taken a turn: it is written in the next. */
  #flushLater(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#host.yield(() => {
      this.#isResting = false;
      this.#isRested = true;
      this.flush();
    });
  }

  async #sync(sync: () => Promise<void>, matters: readonly Matter[]): Promise<void> {
    const size = this.#records.size;
    const batch = this.#records.take();
    try {
      await sync.call(this.#journal);
      this.#syncing = undefined;
      this.#grown(size);
    } catch (error) {
      this.#syncing = undefined;
      this.#unwritten(matters, error, batch);
      return this.flush();
    }
    for (const matter of matters) this.#apply(matter);
    this.#shorten();
    this.flush();
  }

  #written(matters: readonly Matter[]): void {
    this.#grown(this.#records.size);
    this.#records.clear();
    for (const matter of matters) this.#apply(matter);
    this.#shorten();
  }

  #unwritten(matters: readonly Matter[], cause: unknown, records: Uint8Array = this.#records.take()): void {
    const reason = `The authority could not write it down: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was changed.`;
    const later = this.#waiting;
    const laterRecords = this.#records.take();
    this.#waiting = [];
    const stuck = new Set<number>();
    const time = matters.findLast(({ command }) => command?.type === 'time');
    for (const matter of matters) {
      const { command, from, to, asker, member } = matter;
      // What comes later is of a later time, so that is told before it; of several, the last says it all.
      if (command?.type === 'time') {
        if (matter === time) this.#again(matter, records);
        continue;
      }
      if (matter.mustBe) stuck.add(command?.type === 'member.leave' ? command.number : member);
      // Whoever is told that something is decided is told so of all before it: what needs no writing waits with what does.
      if (matter.mustBe || (from === to && stuck.has(member))) this.#again(matter, records);
      else if (from === to) this.#apply(matter);
      else if (asker !== undefined) {
        asker.waiting -= 1;
        asker.out.outcome(matter.number, { type: 'unwritten', reason });
      } else matter.decided(new HubError('JOURNAL', reason, { cause }));
    }
    if (this.#waiting.length > 0) this.#retryLater();
    for (const matter of later) this.#again(matter, laterRecords);
  }

  #record(matter: Matter, packet: Reader): void {
    matter.from = this.#records.command(this.#seq, matter.member, packet);
    matter.to = this.#records.size;
  }

  #retryLater(): void {
    this.#retry ??= this.#host.after(RETRY, () => {
      this.#retry = undefined;
      this.flush();
    });
  }

  /** Puts it in line with what was recorded of it. */
  #again(matter: Matter, records: Uint8Array): void {
    const { asker, from, to } = matter;
    if (asker !== undefined && from < to) this.#record(matter, new Reader().open(records, from, to, true));
    else {
      matter.from = this.#records.size;
      this.#records.copy(records, from, to);
      matter.to = this.#records.size;
    }
    this.#waiting.push(matter);
  }

  #apply(matter: Matter): void {
    const { command, asker, number, isQuiet, decided } = matter;
    if (command === undefined) {
      this.#matters.free(matter);
      return decided(LEFT);
    }
    const { outcome, events } = this.#decide(matter, command);
    this.#matters.free(matter);
    if (asker === undefined) decided(outcome);
    else if (outcome.type !== 'joined' && outcome.type !== 'left') {
      asker.waiting -= 1;
      asker.out.decided(number, outcome, isQuiet || outcome.type === 'waiting');
    }
    for (const directed of events) this.#direct(directed);
    this.#clock.arm();
  }

  #decide({ isAsking, member, oldest, number, proof }: Matter, command: Command): Applied {
    const { ledger } = this.#estate;
    if (isAsking) return ledger.answer(member, command as Question);
    if (member === 0) return this.#estate.decree(this.#floor, proof === undefined ? { command } : { command, proof });
    if (this.#journal === undefined) return ledger.apply(this.#seq + 1, member, command);
    return this.#estate.command(this.#floor, member, oldest, number, command);
  }

  #grown(size: number): void {
    this.#size += size;
    this.#renewal?.appended(size);
  }

  /** What has become of the state is written in the place of how it came to be, a piece in each turn. */
  #shorten(): void {
    if (this.#renewal?.isWhole === true) return this.#publish(this.#renewal);
    if (this.#isRenewing || this.#journal === undefined || this.#size <= Math.max(this.#limit, this.#live * 4)) return;
    this.#isRenewing = true;
    const begin = (): void => this.#renew(() => this.#beginRenewal());
    // Where a write waits for its flush, this is the only moment in which all that was written has been applied.
    if (this.#journal.sync === undefined) this.#host.yield(begin);
    else begin();
  }

  #beginRenewal(): void {
    if (this.#isClosed || this.#journal === undefined) return;
    this.#renewal = new Renewal(this.#journal, this.#estate, Math.min(PIECE, this.#limit / 16));
    this.#goOnLater(this.#renewal);
  }

  #goOnLater(renewal: Renewal): void {
    if (renewal.isWhole) return this.#whole(renewal);
    this.#host.yield(() => {
      if (this.#renewal !== renewal) return;
      this.#renew(() => {
        renewal.goOn();
        this.#goOnLater(renewal);
      });
    });
  }

  /** Where all has to be on the disk first, it takes the next flush, or one of its own. */
  #whole(renewal: Renewal): void {
    const sync = this.#journal?.sync;
    if (sync === undefined) return this.#publish(renewal);
    if (this.#waiting.length === 0 && this.#syncing === undefined) this.#syncing = this.#sync(sync, []);
  }

  #publish(renewal: Renewal): void {
    this.#renew(() => {
      renewal.publish();
      this.#live = renewal.live;
      this.#size = renewal.size;
      this.#renewal = undefined;
      this.#isRenewing = false;
    });
  }

  #renew(step: () => void): void {
    try {
      step();
    } catch {
      // The journal stays as long as it is, and whole; it is tried again when it has grown by as much once more.
      this.#live = this.#size;
      this.#endRenewal();
    }
  }

  #endRenewal(): void {
    this.#renewal?.drop();
    this.#renewal = undefined;
    this.#isRenewing = false;
  }
}

const nothing = (): void => {};
const LEFT: Outcome = { type: 'left' };

/** So many bytes are written without waiting for the end of the turn. */
const GREAT_BATCH = 65_536;
/** To write so many bytes takes a turn of its own. */
const TURNFUL = 4_194_304;
/** So many bytes of a snapshot are written in one turn, or a little more. */
const PIECE = 65_536;
/** How soon it is tried again to write what must be written. */
const RETRY = 100;

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
import { Matter } from './matter.js';
import type { Asker, Decided } from './matter.js';
import { FLAG } from './packet.js';
import { Reader } from './reader.js';
import { eachCommand } from './record.js';
import { Records } from './records.js';
import { TURNFUL } from './turn.js';
import type { Flushable, Turn } from './turn.js';
import { Upkeep } from './upkeep.js';
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
  readonly #upkeep: Upkeep | undefined;
  readonly #records = new Records();
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

  constructor({ estate, journal, size, limit, floor, host, turn, refusal, direct }: OrderOptions) {
    this.#estate = estate;
    this.#journal = journal;
    this.#floor = Math.max(floor, estate.ledger.seq);
    this.#host = host;
    this.#turn = turn;
    this.#refusal = refusal;
    this.#direct = direct;
    if (journal !== undefined) this.#upkeep = new Upkeep({ journal, estate, host, size, limit, sync: () => this.#syncNow() });
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

  /** A member's command, in the packet in which it came. `isAgain`: it has asked for it before, and may not have heard the outcome. */
  submit(asker: Asker, packet: Reader, isAgain = false): void {
    if (this.#isClosed) return;
    this.#clock.tick();
    const { id, member: oldest } = packet;
    const command = readCommand(packet);
    const refusal = command.type === 'map.set' ? this.#refusal(command) : undefined;
    if (refusal !== undefined) return this.after(asker.member, () => asker.out.outcome(id, refusal));
    const isAsking = this.ledger.isQuestion(command);
    // Else a lock would be taken that its asker has released already.
    if (isAgain && !isAsking && this.#estate.isPassed(asker.member, id)) return this.after(asker.member, () => asker.out.outcome(id, PASSED));
    const matter = new Matter(command);
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
    const matter = new Matter(decree.command);
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
    const matter = new Matter(undefined);
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
    this.#upkeep?.end();
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
      this.#upkeep?.grown(size);
    } catch (error) {
      this.#syncing = undefined;
      this.#unwritten(matters, error, batch);
      return this.flush();
    }
    for (const matter of matters) this.#apply(matter);
    this.#upkeep?.tend();
    this.flush();
  }

  /** Unless that is under way, or about to be: then it is for all that was written before. */
  #syncNow(): void {
    const sync = this.#journal?.sync;
    if (sync !== undefined && this.#waiting.length === 0 && this.#syncing === undefined) this.#syncing = this.#sync(sync, []);
  }

  #written(matters: readonly Matter[]): void {
    this.#upkeep?.grown(this.#records.size);
    this.#records.clear();
    for (const matter of matters) this.#apply(matter);
    this.#upkeep?.tend();
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
        asker.out.outcome(matter.number, { type: 'unwritten', reason });
        asker.decided();
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
    const { asker, from, to, number, oldest } = matter;
    if (asker !== undefined && from < to) {
      eachCommand({ bytes: records, start: from, end: to }, new Reader(), (packet) => {
        packet.id = number;
        packet.member = oldest;
        this.#record(matter, packet);
      });
    } else {
      matter.from = this.#records.size;
      this.#records.copy(records, from, to);
      matter.to = this.#records.size;
    }
    this.#waiting.push(matter);
  }

  #apply(matter: Matter): void {
    const { command, asker, number, isQuiet, decided } = matter;
    if (command === undefined) return decided(LEFT);
    const { outcome, events } = this.#decide(matter, command);
    if (asker === undefined) decided(outcome);
    else if (outcome.type !== 'joined' && outcome.type !== 'left') {
      asker.out.decided(number, outcome, isQuiet || outcome.type === 'waiting');
    }
    for (const directed of events) this.#direct(directed);
    this.#clock.arm();
    asker?.decided();
  }

  #decide({ isAsking, member, oldest, number, proof }: Matter, command: Command): Applied {
    const { ledger } = this.#estate;
    if (isAsking) return ledger.answer(member, command as Question);
    if (member === 0) return this.#estate.decree(this.#floor, proof === undefined ? { command } : { command, proof });
    if (this.#journal === undefined) return ledger.apply(this.#seq + 1, member, command);
    return this.#estate.command(this.#floor, member, oldest, number, command);
  }
}

const nothing = (): void => {};
const LEFT: Outcome = { type: 'left' };
const PASSED: Told = { type: 'unwritten', reason: 'The last authority could not write it down, and has gone on to what came later. Nothing was changed.' };

/** So many bytes are written without waiting for the end of the turn. */
const GREAT_BATCH = 65_536;
/** How soon it is tried again to write what must be written. */
const RETRY = 100;

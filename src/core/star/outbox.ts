/**
 * One end's side of what goes out over a link: packets in the order in which they were said, in one write a turn, or
 * earlier when there is much to say, so that the other process begins while this one goes on. While the link is full
 * they wait here, and are counted. A long word goes a few parts a turn, and what is said after it waits for its end.
 */
import type { HubError } from '../errors.js';
import type { Envelope, Event, Interest, Payload } from '../protocol.js';
import { copyOf } from '../bytes.js';
import { Batch, BATCH_COUNT } from './batch.js';
import type { Link } from './link.js';
import { LongWord } from './long-word.js';
import { FLAG, FORM, KIND } from './packet.js';
import { isShort, isTiny } from './parts.js';
import { Slab } from './slab.js';
import type { Turn } from './turn.js';
import { writeCommand, writeEvent, writeInterest, writeOutcome } from './vocabulary.js';
import type { Submitted, Told } from './vocabulary.js';

type ControlKind = (typeof KIND)['hello' | 'welcome' | 'refused' | 'bye' | 'handover' | 'resumed' | 'ping' | 'challenge' | 'proof'];

/** The other end keeps each command until it knows that it is decided. */
const MOST_UNSAID = 64;

/** Bytes of this length or more are not copied once more: they leave by themselves. */
const GREAT = 16_384;

/**
 * What leaves without waiting for the end of the turn: this many bytes, and so many packets or values of a batch. The first
 * of a turn are half as many, so that the other process begins while this one goes on (64 requests at a time: 1.28 times
 * as many a second).
 */
const EARLY = 16_384;
const FIRST_COUNT = BATCH_COUNT / 2;

/** When so much waits for a link, what else is to be told is written when there is room for it: until then it is only known. */
const WRITTEN = 1_048_576;

/** So many parts of long words leave in one turn. */
const MOST_PARTS = 8;

export class Outbox {
  readonly #link: Link;
  readonly #turn: Turn;
  readonly #slab = new Slab((bytes, areGiven) => this.#emit(bytes, areGiven));
  readonly #batch = new Batch();
  readonly #moved: () => void;
  /** What the link has no room for yet, or what a long word is in front of, oldest first. */
  #held: (Uint8Array | LongWord)[] = [];
  #heldSize = 0;
  /** Whether what is said has to wait. */
  #isFull = false;
  /** Whether that is because the link takes no more. */
  #isLinkFull = false;
  #isGoingOn = false;
  #isDue = false;
  /** Packets written since some left, and how many may be. */
  #count = 0;
  #most = FIRST_COUNT;
  /** The last command of the other end that is decided, and how many outcomes were left unsaid since that was told. */
  #decided = 0;
  #unsaid = 0;

  /** `moved`: something that waited has left, without the link's being drained. */
  constructor(link: Link, turn: Turn, moved = (): void => {}) {
    this.#link = link;
    this.#turn = turn;
    this.#moved = moved;
  }

  /** Bytes that wait here: of a long word none, for they are not written yet. */
  get queued(): number {
    return this.#isFull ? this.#heldSize + this.#slab.size : 0;
  }

  /** Whether the link would take more. */
  get takesMore(): boolean {
    return !this.#isFull;
  }

  /** Whether all that was said has been taken by the link, and it would take more. */
  get isDrained(): boolean {
    return !this.#isFull && this.#slab.size === 0 && this.#batch.isEmpty;
  }

  envelope(envelope: Envelope): void {
    const batch = this.#batch;
    if (!batch.take(envelope)) {
      if (!batch.isEmpty) this.#closeBatch();
      if (!batch.take(envelope)) {
        this.#single(envelope);
        this.#written();
        return;
      }
    }
    if (batch.count >= this.#most || batch.isLong) this.#leaveEarly();
    else if (!this.#isDue) this.#wake();
  }

  /** `oldest`: the number of the oldest command without an outcome. `isQuiet`: nobody waits for this one's. */
  command(number: number, oldest: number, command: Submitted, isQuiet: boolean): void {
    this.#open();
    writeCommand(this.#slab, number, oldest, command, isQuiet);
    this.#written();
  }

  outcome(number: number, outcome: Told): void {
    this.#open();
    if (!isShort(outcome) || (this.queued > WRITTEN && !isTiny(outcome))) return this.#sayLong(this.#longOutcome(number, outcome));
    writeOutcome(this.#slab, number, this.#decided, outcome);
    this.#unsaid = 0;
    this.#written();
  }

  event(event: Event): void {
    this.#open();
    if (!isShort(event)) return this.#sayLong(this.#longEvent(event));
    writeEvent(this.#slab, this.#decided, event);
    this.#unsaid = 0;
    this.#written();
  }

  /**
   * A command of the other end is decided, with all before it. Where its outcome goes without saying it is not said: the next
   * outcome, event or pong tells that it is decided, and none has to leave for it alone, until there are many.
   */
  decided(number: number, outcome: Told, goesWithoutSaying: boolean): void {
    this.#decided = number;
    if (goesWithoutSaying && this.#unsaid < MOST_UNSAID) this.#unsaid += 1;
    else this.outcome(number, outcome);
  }

  interest(kind: typeof KIND.follow | typeof KIND.unfollow, interest: Interest): void {
    this.#open();
    writeInterest(this.#slab, kind, interest);
    this.#written();
  }

  pong(): void {
    this.#open();
    this.#slab.begin(KIND.pong, 0, this.#decided, 0, 0, '');
    this.#slab.end();
    this.#unsaid = 0;
    this.#written();
  }

  /** A packet of a link's life, whose body is JSON. */
  control(kind: ControlKind, body?: unknown): void {
    this.#open();
    this.#slab.begin(kind, 0, 0, 0, 0, '');
    if (body !== undefined) this.#slab.text(JSON.stringify(body));
    this.#slab.end();
    this.#written();
  }

  /** A whole packet, as it is. `isOurs`: nobody writes over it any more. */
  forward(bytes: Uint8Array, from: number, to: number, isOurs: boolean): void {
    this.#open();
    if (isOurs && to - from >= GREAT) this.#slab.pass(bytes.subarray(from, to));
    else this.#slab.copy(bytes, from, to);
    this.#written();
  }

  /** An envelope of `size` bytes, which follow in fragments. */
  cut(envelope: Envelope, number: number, size: number): void {
    this.#open();
    this.#slab.begin(KIND[envelope.type], formOf(envelope.payload) | FLAG.cut, envelope.member, envelope.call, envelope.extra, envelope.name);
    this.#slab.u32(number);
    this.#slab.u32(size);
    this.#slab.end();
    this.#written();
  }

  /** A piece of what was cut. `areGiven`: nobody writes over these bytes any more. */
  fragment(member: number, number: number, bytes: Uint8Array, areGiven: boolean): void {
    this.#open();
    this.#slab.begin(KIND.fragment, 0, member, number, 0, '');
    if (areGiven && bytes.length >= GREAT) return this.#slab.tail(bytes);
    this.#slab.raw(bytes);
    this.#slab.end();
    this.#written();
  }

  taken(member: number, number: number, size: number): void {
    this.#open();
    this.#slab.begin(KIND.taken, 0, member, number, size, '');
    this.#slab.end();
    this.#written();
  }

  full(member: number, isFull: boolean): void {
    this.#open();
    this.#slab.begin(KIND.full, 0, member, 0, isFull ? 1 : 0, '');
    this.#slab.end();
    this.#written();
  }

  /** The end of a turn. */
  flush(): void {
    this.#isDue = false;
    this.#most = FIRST_COUNT;
    this.#leave();
  }

  #leaveEarly(): void {
    this.#most = BATCH_COUNT;
    this.#leave();
  }

  #leave(): void {
    this.#count = 0;
    if (!this.#batch.isEmpty) this.#batch.writeTo(this.#slab);
    // While the link is full the slab goes on filling: many turns become one write.
    if (!this.#isFull) this.#slab.flush();
  }

  /** The link takes more. */
  drained(): void {
    this.#isLinkFull = false;
    this.#goOn();
  }

  /** Whoever it is for has gone: long words are not for it any more. */
  cutShort(): void {
    this.#held = this.#held.filter((each) => each instanceof Uint8Array);
  }

  /** Says what is left, then lets the link go. */
  close(reason?: HubError): void {
    this.flush();
    for (const each of this.#held) {
      if (each instanceof Uint8Array) this.#link.send(each, true);
      else while (!each.goOn());
    }
    this.#held = [];
    this.#isFull = false;
    this.#slab.flush();
    this.#link.close(reason);
  }

  #longOutcome(number: number, outcome: Told): LongWord<Told> {
    const decided = this.#decided;
    return new LongWord(outcome, (slab, last) => writeOutcome(slab, number, decided, last), this.#send);
  }

  #longEvent(event: Event): LongWord<Event> {
    const decided = this.#decided;
    return new LongWord(event, (slab, last) => writeEvent(slab, decided, last), this.#send);
  }

  /** In a later turn: many that are not so long are together as long as one that is. */
  #sayLong(word: LongWord<Told> | LongWord<Event>): void {
    this.#unsaid = 0;
    this.#slab.flush();
    this.#held.push(word as LongWord);
    this.#isFull = true;
    this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    this.#turn.later(() => {
      this.#isGoingOn = false;
      this.#goOn();
      if (!this.#isFull) this.#moved();
    });
  }

  #goOn(): void {
    const held = this.#held;
    let parts = 0;
    let sent = 0;
    for (let next = held[0]; next !== undefined && !this.#isLinkFull; next = held[sent]) {
      if (next instanceof Uint8Array) {
        this.#heldSize -= next.length;
        this.#send(next);
        sent += 1;
      } else if (parts === MOST_PARTS) {
        this.#goOnLater();
        break;
      } else {
        parts += 1;
        if (next.goOn()) sent += 1;
      }
    }
    this.#held = held.slice(sent);
    if (this.#held.length > 0 || this.#isLinkFull) return;
    this.#isFull = false;
    this.flush();
  }

  /** Bytes that nobody writes over any more. */
  readonly #send = (bytes: Uint8Array): void => {
    if (this.#link.send(bytes, true)) return;
    this.#isFull = true;
    this.#isLinkFull = true;
  };

  #single(envelope: Envelope): void {
    const { payload } = envelope;
    this.#slab.begin(KIND[envelope.type], formOf(payload), envelope.member, envelope.call, envelope.extra, envelope.name);
    if (typeof payload === 'string') {
      if (payload !== '') this.#slab.text(payload);
    } else if (payload.bytes.length >= GREAT) {
      return this.#slab.tail(payload.bytes);
    } else this.#slab.raw(payload.bytes);
    this.#slab.end();
  }

  /** Before anything else is said, what has been gathered is: order is kept across all kinds of packet. */
  #open(): void {
    if (!this.#batch.isEmpty) this.#closeBatch();
  }

  #closeBatch(): void {
    this.#batch.writeTo(this.#slab);
    this.#count += 1;
  }

  #written(): void {
    this.#count += 1;
    if (this.#count >= this.#most || this.#slab.size >= EARLY) this.#leaveEarly();
    else if (!this.#isDue) this.#wake();
  }

  #wake(): void {
    this.#isDue = true;
    this.#turn.add(this);
  }

  #emit(bytes: Uint8Array, areGiven: boolean): boolean {
    if (this.#isFull) {
      // A little is not worth the memory in which it was written.
      const isLittle = !areGiven && bytes.length < EARLY;
      this.#held.push(isLittle ? copyOf(bytes, 0, bytes.length) : bytes);
      this.#heldSize += bytes.length;
      return isLittle;
    }
    const taken = this.#link.send(bytes, areGiven);
    if (!taken) this.#isFull = this.#isLinkFull = true;
    return taken;
  }
}

function formOf(payload: Payload): number {
  return typeof payload === 'string' ? FORM.json : FORM[payload.form];
}

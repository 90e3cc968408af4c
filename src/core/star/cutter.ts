/**
 * What is big leaves in fragments, so that nothing else waits for it. Its packet goes at once, without its payload, and keeps
 * its place among all that is said to that member; the fragments follow, those for several members in turn. No more of them
 * are on the way to a member than it takes, so no queue between here and there is filled by one value.
 */
import type { Envelope, Payload } from '../protocol.js';
import { allocate, utf8Length, writeUtf8 } from '../bytes.js';
import type { Outbox } from './outbox.js';
import { KIND, LAST_UNASKED } from './packet.js';

/** A big payload goes in fragments of this size; whoever sends them on may cut them once more. */
const FRAGMENT = 262_144;
/** A payload that is longer than this is big. */
export const BIG = 65_536;
/** So many bytes may be on their way to a member that has not said that it has taken them. */
export const WINDOW = 4 * FRAGMENT;

export class Cutter {
  readonly #out: Outbox;
  /** How many bytes wait for one member at most. */
  readonly #limit: number;
  readonly #lanes = new Map<number, Lane>();
  #last = 0;

  constructor(out: Outbox, limit: number) {
    this.#out = out;
    this.#limit = limit;
  }

  /** Whether all has been taken. */
  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** `false`: too much waits for its member already. */
  take(envelope: Envelope): boolean {
    const { member } = envelope;
    const bytes = bytesOf(envelope.payload);
    const lane = this.#lanes.get(member) ?? { member, line: [], waiting: 0, untaken: 0 };
    if (KIND[envelope.type] <= LAST_UNASKED && lane.waiting > 0 && lane.waiting + bytes.length > this.#limit) return false;
    this.#last = (this.#last + 1) >>> 0;
    this.#lanes.set(member, lane);
    lane.line.push({ number: this.#last, envelope, bytes, sent: 0, taken: 0 });
    lane.waiting += bytes.length;
    this.#out.cut(envelope, this.#last, bytes.length);
    this.pump();
    return true;
  }

  /** A member has taken so much of what is on its way to it. */
  taken(member: number, number: number, size: number): void {
    const lane = this.#lanes.get(member);
    const transfer = lane?.line.find((each) => each.number === number);
    if (lane === undefined || transfer === undefined) return;
    transfer.taken += size;
    lane.untaken -= size;
    if (transfer.taken >= transfer.bytes.length) this.#end(lane, transfer);
    this.pump();
  }

  /** It has come back: its member never saw it. */
  returned(member: number, number: number): Envelope | undefined {
    const lane = this.#lanes.get(member);
    const transfer = lane?.line.find((each) => each.number === number);
    if (lane !== undefined && transfer !== undefined) this.#end(lane, transfer);
    return transfer?.envelope;
  }

  memberLeft(member: number): void {
    this.#lanes.delete(member);
  }

  /** Goes on for as long as the link takes more, and the members do: a fragment for each of them, in turn. */
  pump(): void {
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      for (const lane of this.#lanes.values()) {
        if (!this.#out.takesMore) return;
        if (lane.untaken < WINDOW && this.#sendNext(lane)) isMoving = true;
      }
    }
  }

  /** Hands all that is left to the link, whether it is taken or not: there is no later. */
  flush(): void {
    for (const lane of this.#lanes.values()) while (this.#sendNext(lane));
  }

  #sendNext(lane: Lane): boolean {
    const transfer = lane.line.find(isUnsent);
    if (transfer === undefined) return false;
    const { bytes, sent, number } = transfer;
    const fragment = bytes.subarray(sent, sent + FRAGMENT);
    transfer.sent += fragment.length;
    lane.waiting -= fragment.length;
    lane.untaken += fragment.length;
    this.#out.fragment(lane.member, number, fragment, true);
    return true;
  }

  #end(lane: Lane, transfer: Transfer): void {
    lane.line.splice(lane.line.indexOf(transfer), 1);
    lane.waiting -= transfer.bytes.length - transfer.sent;
    lane.untaken -= transfer.sent - transfer.taken;
    if (lane.line.length === 0) this.#lanes.delete(lane.member);
  }
}

/** To one member: its big values in the order in which they were said. */
interface Lane {
  readonly member: number;
  readonly line: Transfer[];
  /** Bytes that have not left yet. */
  waiting: number;
  /** Bytes that have left, and of which the member has not said that it has them. */
  untaken: number;
}

/** Kept until it has been taken: it may come back. */
interface Transfer {
  readonly number: number;
  readonly envelope: Envelope;
  readonly bytes: Uint8Array;
  sent: number;
  taken: number;
}

function isUnsent({ sent, bytes }: Transfer): boolean {
  return sent < bytes.length;
}

function bytesOf(payload: Payload): Uint8Array {
  if (typeof payload !== 'string') return payload.bytes;
  const bytes = allocate(utf8Length(payload));
  writeUtf8(bytes, 0, payload);
  return bytes;
}

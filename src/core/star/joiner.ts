/**
 * Makes whole again what comes in fragments. Until it is whole, what the same member says later waits behind it, and what
 * others say does not. Little memory is given for what is only promised; all of it goes when its sender does.
 */
import type { Payload } from '../protocol.js';
import { allocate, readUtf8 } from '../bytes.js';
import { deliverEach, envelopeOf } from './arrivals.js';
import type { Deliver } from './arrivals.js';
import { WINDOW } from './cutter.js';
import type { Outbox } from './outbox.js';
import { FLAG, FORM } from './packet.js';
import { encoded, Reader } from './reader.js';

/** The first memory for a value. When so much of it has come it gets all that it needs, of which a host gives what is really filled. */
const FIRST_ROOM = WINDOW;
/** A sender is told after so many bytes, so that it never runs dry. */
const TOLD_AFTER = WINDOW / 4;

export class Joiner {
  readonly #out: Outbox;
  readonly #limit: number;
  readonly #deliver: Deliver;
  /** By sender: what came while something of it was not whole, and that itself. */
  readonly #lines = new Map<number, (Joining | Uint8Array)[]>();

  /** `limit`: of one value, in bytes. */
  constructor(out: Outbox, limit: number, deliver: Deliver) {
    this.#out = out;
    this.#limit = limit;
    this.#deliver = deliver;
  }

  /** Whether something of this member's is not whole yet. */
  awaits(member: number): boolean {
    return this.#lines.size > 0 && this.#lines.has(member);
  }

  /** The packet of something whose payload follows. */
  begin(packet: Reader): void {
    const number = packet.u32();
    const size = packet.u32();
    // Only a member that does not keep to the rules sends more: of what it sends then nothing is kept.
    if (size > this.#limit) return;
    const { member, flags } = packet;
    const joining: Joining = { number, size, form: flags & FLAG.form, header: envelopeOf(packet, ''), bytes: allocate(Math.min(size, FIRST_ROOM)), has: 0, untold: 0 };
    const line = this.#lines.get(member);
    if (line === undefined) this.#lines.set(member, [joining]);
    else line.push(joining);
  }

  fragment(packet: Reader): void {
    const { member, id } = packet;
    const joining = this.#lines.get(member)?.find((each): each is Joining => !(each instanceof Uint8Array) && each.number === id);
    const fragment = packet.remaining();
    // Its packet was turned away before it came here.
    if (joining === undefined || joining.has + fragment.length > joining.size) return;
    gather(joining, fragment);
    if (joining.untold >= TOLD_AFTER || joining.has === joining.size) {
      this.#out.taken(member, id, joining.untold);
      joining.untold = 0;
    }
    if (joining.has === joining.size) this.#deliverWhole(member);
  }

  /** What came after something that is not whole, of the same member. */
  hold(packet: Reader): void {
    this.#lines.get(packet.member)?.push(packet.copy());
  }

  /** What it has said last may not have come whole: that, and what came after it, nobody will see. */
  memberLeft(member: number): void {
    this.#lines.delete(member);
  }

  #deliverWhole(member: number): void {
    const line = this.#lines.get(member) ?? [];
    const next = line.findIndex((each) => !(each instanceof Uint8Array) && each.has < each.size);
    const whole = next < 0 ? line : line.splice(0, next);
    if (next < 0) this.#lines.delete(member);
    for (const each of whole) {
      if (each instanceof Uint8Array) deliverEach(new Reader().open(each, 0, each.length, true), this.#deliver);
      else this.#deliver(0, { ...each.header, payload: payloadOf(each) });
    }
  }
}

interface Joining {
  readonly number: number;
  readonly size: number;
  readonly form: number;
  readonly header: ReturnType<typeof envelopeOf>;
  bytes: Uint8Array;
  has: number;
  /** Of these bytes its sender does not know yet that they have come. */
  untold: number;
}

function gather(joining: Joining, fragment: Uint8Array): void {
  const { bytes, has, size } = joining;
  if (has + fragment.length > bytes.length) {
    joining.bytes = allocate(size);
    joining.bytes.set(bytes.subarray(0, has), 0);
  }
  joining.bytes.set(fragment, has);
  joining.has += fragment.length;
  joining.untold += fragment.length;
}

function payloadOf({ form, bytes, size }: Joining): Payload {
  return form === FORM.json ? readUtf8(bytes, 0, size) : encoded(form, bytes);
}

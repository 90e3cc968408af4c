/** Envelopes out of packets: one, or as many as a batch holds, whose values are parsed together. */
import { parseJson } from '../codec/json.js';
import { HubError } from '../errors.js';
import type { Arrival, Envelope, EnvelopeType, Payload } from '../protocol.js';
import { FIRST_ENVELOPE, FLAG, UNDEFINED_VALUE } from './packet.js';
import type { Reader } from './reader.js';

export type Deliver = (flags: number, envelope: Envelope<Arrival>) => void;

export function deliverEach(packet: Reader, deliver: Deliver): void {
  const { flags } = packet;
  if ((flags & FLAG.batch) === 0) return deliver(flags, envelopeOf(packet, packet.rest()));
  const { type, member, name, extra } = envelopeOf(packet, '');
  const count = packet.id;
  const hasCalls = type !== 'message';
  const step = type === 'chunk' || type === 'input' ? 1 : 0;
  packet.expect(count, hasCalls ? 4 : 1);
  const calls = hasCalls ? Array.from({ length: count }, () => packet.u32()) : [];
  const values = parseAll(packet.text(), count);
  for (let i = 0; i < count; i++) {
    const call = calls[i] ?? 0;
    const payload: Arrival = values === undefined ? UNREADABLE : { value: (call & UNDEFINED_VALUE) === 0 ? values[i] : undefined };
    deliver(flags, { type, member, name, call: (call & ~UNDEFINED_VALUE) >>> 0, extra: extra + i * step, payload });
  }
}

export function envelopeOf<P extends Arrival>(packet: Reader, payload: P): Envelope<P> {
  const type = ENVELOPE_TYPES[packet.kind - FIRST_ENVELOPE];
  if (type === undefined) throw new HubError('BAD_PACKET', `A packet is of an unknown kind, ${packet.kind}.`);
  return { type, member: packet.member, name: packet.name, call: packet.id, extra: packet.extra, payload };
}

const ENVELOPE_TYPES: readonly EnvelopeType[] = [
  'message',
  'request',
  'stream',
  'reply',
  'failure',
  'cancel',
  'chunk',
  'credit',
  'input',
  'input.end',
  'input.failure',
  'input.credit',
];

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

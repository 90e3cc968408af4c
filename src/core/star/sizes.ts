/** How much of a packet is taken by what users fill without bound, in bytes; and that it is not too much. */
import { HubError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Command, MapCommand, Payload } from '../protocol.js';
import { shownName } from '../shown-name.js';
import { utf8Length } from '../text.js';

type OfMany = Extract<MapCommand, { readonly type: 'map.pick' | 'map.transact' }>;

/** What a packet may hold beside its payload: two names at most, and some numbers. */
const ROOM_FOR_THE_REST = 4_096;

/** Throws `TOO_LARGE`. No character takes more than three bytes: what is short is not counted. */
export function checkPayload(payload: Payload, name: string, limits: Limits): void {
  if (typeof payload === 'string' && payload.length * 3 <= limits.packet - ROOM_FOR_THE_REST) return;
  checkSize(sizeOf(payload), name === '' ? 'An answer, or a part of one,' : `A value for "${shownName(name)}"`, limits);
}

/** Throws `TOO_LARGE`. */
export function checkCommand(command: Command, limits: Limits): void {
  if (command.type === 'map.set') checkPayload(command.value, command.key, limits);
  else if (command.type === 'map.transact' || command.type === 'map.pick') checkSize(sizeOfMany(command), `What is asked of the map "${command.map}" at once`, limits);
}

export function sizeOf(payload: Payload): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.bytes.length;
}

function checkSize(size: number, what: string, { packet }: Limits): void {
  const longest = packet - ROOM_FOR_THE_REST;
  if (size > longest) throw new HubError('TOO_LARGE', `${what} takes ${size} bytes; the limit is ${longest}. Send it in parts, or raise \`limits.packet\` on all sides.`);
}

/** A little more than it takes. */
function sizeOfMany(command: OfMany): number {
  if (command.type === 'map.pick') return command.keys.reduce((size, key) => size + sizeOfPart(key), 0);
  const { conditions, then, otherwise } = command;
  let size = 0;
  for (const { key } of conditions) size += sizeOfPart(key);
  for (const step of [...then, ...otherwise]) size += sizeOfPart(step.key) + (step.type === 'set' ? sizeOf(step.value) : 0);
  return size;
}

/** A key, and the numbers that stand beside it. */
function sizeOfPart(key: string): number {
  return utf8Length(key) + 32;
}

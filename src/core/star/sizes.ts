/** How much of a packet is taken by what users fill without bound, in bytes; and that it is not too much. */
import { HubError } from '../errors.js';
import type { Limits } from '../limits.js';
import type { Command, MapCommand, Payload } from '../protocol.js';
import { shownName } from '../shown-name.js';
import { utf8Length } from '../bytes.js';
import type { Reader } from './reader.js';

type OfMany = Extract<MapCommand, { readonly type: 'map.pick' | 'map.transact' }>;

/** Releases are taken beyond the limit of commands, and some outcomes are told later than others: so many more are believed. */
const RELEASES = 32_768;

/** What a packet may hold beside its payload: two names at most, and some numbers. */
const ROOM_FOR_THE_REST = 4_096;

/** Throws `TOO_LARGE`. No character takes more than three bytes: what is short is not counted. */
export function checkPayload(payload: Payload, name: string, limits: Limits): void {
  if (typeof payload === 'string' && payload.length * 3 <= limits.packet - ROOM_FOR_THE_REST) return;
  checkSize(sizeOf(payload), name === '' ? 'An answer, or a part of one,' : `A value for "${shownName(name)}"`, 'packet', limits);
}

/** Throws `TOO_LARGE`. */
export function checkCommand(command: Command, limits: Limits): void {
  if (command.type === 'map.set') {
    const { value, key } = command;
    if (typeof value !== 'string' || value.length * 3 > Math.min(limits.entry, limits.packet - ROOM_FOR_THE_REST)) checkAsked(sizeOf(value), `A value for "${shownName(key)}"`, limits);
  } else if (command.type === 'map.transact' || command.type === 'map.pick') {
    checkAsked(sizeOfMany(command), `What is asked of the map "${command.map}" at once`, limits);
  }
}

/** The same of a command that has come; and that its number can be true, for what is kept of it lies between that and the oldest. */
export function checkCommandPacket({ start, end, id, member: oldest }: Reader, { entry, commands }: Limits): void {
  const size = end - start;
  const count = (id - oldest) >>> 0;
  if (count > commands * 2 + RELEASES) throw new HubError('OVERLOADED', `A command came with the number ${id}, from a member that has no outcome of command ${oldest}: ${count} at a time, the limit is ${commands}.`);
  if (size > entry + ROOM_FOR_THE_REST) throw new HubError('TOO_LARGE', `A command of ${size} bytes came; the limit is ${entry}. Ask for less at once, or raise \`limits.entry\` on all sides.`);
}

export function sizeOf(payload: Payload): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.bytes.length;
}

function checkAsked(size: number, what: string, limits: Limits): void {
  checkSize(size, what, 'packet', limits);
  checkSize(size, what, 'entry', limits);
}

function checkSize(size: number, what: string, name: 'packet' | 'entry', limits: Limits): void {
  const longest = name === 'packet' ? limits.packet - ROOM_FOR_THE_REST : limits.entry;
  if (size > longest) throw new HubError('TOO_LARGE', `${what} takes ${size} bytes; the limit is ${longest}. Send it in parts, or raise \`limits.${name}\` on all sides.`);
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

/** How much of a packet is taken by what users fill without bound. In bytes. */
import type { MapCommand, Payload } from '../protocol.js';
import { utf8Length } from '../text.js';

type OfMany = Extract<MapCommand, { readonly type: 'map.pick' | 'map.transact' }>;

export function sizeOf(payload: Payload): number {
  return typeof payload === 'string' ? utf8Length(payload) : payload.bytes.length;
}

/** A little more than it takes. */
export function sizeOfMany(command: OfMany): number {
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

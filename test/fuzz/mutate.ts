/** Something near to what is right: bits that are turned, numbers that are out of all proportion, pieces cut and exchanged. */
import type { Random } from '../simulation/random.js';

export function mutate(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  let mutated: Uint8Array = Uint8Array.from(bytes);
  for (let i = 1 + random.below(3); i > 0; i--) mutated = once(mutated, others, random);
  return mutated;
}

/** With the length at its beginning made right, so that what follows it is looked at. */
export function whole(packet: Uint8Array, header: number): Uint8Array {
  const bytes = packet.length >= header ? packet : Uint8Array.from({ length: header }, (_, i) => packet[i] ?? 0);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, bytes.length - header, true);
  return bytes;
}

function once(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(7)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      bytes[at] = random.pick(BYTES);
      return bytes;
    case 2:
      if (at + 4 <= bytes.length) new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, random.pick(NUMBERS), true);
      return bytes;
    case 3:
      return bytes.slice(0, at);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), noise(random.below(24), random), bytes.subarray(at)]);
    case 5: {
      const other = random.pick(others);
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    default:
      return noise(random.below(64), random);
  }
}

function noise(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

const BYTES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
const NUMBERS = [0, 1, 0x7f, 0xff, 0xffff, 0x10000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

/** CRC-32C (Castagnoli), four bytes at a step: what tells a sound record from a damaged one. */

const POLYNOMIAL = 0x82f63b78;

const [ONE, TWO, THREE, FOUR] = tables();

export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    crc ^= byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    crc = entry(FOUR, crc & 0xff) ^ entry(THREE, (crc >>> 8) & 0xff) ^ entry(TWO, (crc >>> 16) & 0xff) ^ entry(ONE, crc >>> 24);
  }
  for (; at < to; at++) crc = entry(ONE, (crc ^ byte(bytes, at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The remainders of a byte with no byte behind it, with one, with two and with three. */
function tables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const [one, two, three, four] = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)];
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    one[n] = crc;
  }
  const next = (crc: number): number => entry(one, crc & 0xff) ^ (crc >>> 8);
  for (let n = 0; n < 256; n++) {
    two[n] = next(entry(one, n));
    three[n] = next(entry(two, n));
    four[n] = next(entry(three, n));
  }
  return [one, two, three, four];
}

function entry(table: Int32Array, index: number): number {
  return table[index] ?? 0;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

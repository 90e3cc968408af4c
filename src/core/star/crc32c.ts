/** CRC-32C (Castagnoli), eight bytes at a step: what tells a sound record from a damaged one. */

const POLYNOMIAL = 0x82f63b78;

/** The remainders of a byte with no byte behind it, with one, and so on up to seven. */
const [ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT] = tables();

export function crc32c(bytes: DataView, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const low = bytes.getInt32(at, true) ^ crc;
    const high = bytes.getInt32(at + 4, true);
    crc =
      entry(EIGHT, low & 0xff) ^ entry(SEVEN, (low >>> 8) & 0xff) ^ entry(SIX, (low >>> 16) & 0xff) ^ entry(FIVE, low >>> 24) ^
      entry(FOUR, high & 0xff) ^ entry(THREE, (high >>> 8) & 0xff) ^ entry(TWO, (high >>> 16) & 0xff) ^ entry(ONE, high >>> 24);
  }
  for (; at < to; at++) crc = entry(ONE, (crc ^ bytes.getUint8(at)) & 0xff) ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Table = Int32Array;

function tables(): readonly [Table, Table, Table, Table, Table, Table, Table, Table] {
  const one = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
    one[n] = crc;
  }
  const next = (table: Table): Table => table.map((crc) => entry(one, crc & 0xff) ^ (crc >>> 8));
  const two = next(one);
  const three = next(two);
  const four = next(three);
  const five = next(four);
  const six = next(five);
  const seven = next(six);
  return [one, two, three, four, five, six, seven, next(seven)];
}

function entry(table: Table, index: number): number {
  return table[index] ?? 0;
}

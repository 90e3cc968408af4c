/** The little that the ledger knows of values: which one is none, and how numbers are written. */
import type { Payload } from '../protocol.js';

/** The payload that stands for it: to set it is to delete. */
export const UNDEFINED = '';

/** As JSON writes it: `Number()` alone would also take blanks, `0x10` and the empty text. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The sum of the value and the amount, as a value; where there is no value, of 0. `undefined` where JSON could not write it. */
export function sumOf(value: Payload | undefined, amount: number): string | undefined {
  const sum = toNumber(value ?? '0') + amount;
  return Number.isFinite(sum) ? String(sum) : undefined;
}

/** NaN when it is none. */
function toNumber(value: Payload): number {
  return typeof value === 'string' && JSON_NUMBER.test(value) ? Number(value) : NaN;
}

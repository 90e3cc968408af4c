/** The limits that the program is given, each as `NAME=NUMBER`. */
import { checkLimits } from '../core/limits.js';
import type { Limits } from '../core/limits.js';

/** Of one that is given twice the last counts. Throws when there is no such limit, or it is no number. */
export function readLimits(words: readonly string[]): Partial<Limits> {
  const limits = Object.fromEntries(
    words.map((word) => {
      const [, name = '', number = ''] = /^([^=]+)=(\d+)$/.exec(word) ?? [];
      if (name === '') throw new TypeError(`A limit is given as NAME=NUMBER, as in --limit members=100, not ${JSON.stringify(word)}.`);
      return [name, Number(number)];
    }),
  );
  checkLimits(limits);
  return limits;
}

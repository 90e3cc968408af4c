/** Faults that the guard has to find, each once an operation. */
const VALUE = new Uint8Array(300);

let last: unknown;

export const PLANTS: Readonly<Record<string, () => unknown>> = {
  'a promise that nobody needs': () => Promise.resolve(),
  'one more copy of a value': () => (last = VALUE.slice()),
  'a listener and what it holds': () => (last = new Map([['heard', () => last]])),
  'a timer that is never due': () => clearTimeout(setTimeout(() => {}, 60_000)),
  'one more turn to wait for': () => process.nextTick(() => {}),
};

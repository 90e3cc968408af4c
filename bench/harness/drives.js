/**
 * How a member is kept busy. A drive warms up and then goes on for `time` ms, without a break between them, and only what
 * happens in that time counts. It resolves to `{ ops, ms }`, with `p50` and `p99` in microseconds where one operation is made at a time.
 */
import { setImmediate as turn, setTimeout as after } from 'node:timers/promises';

const OFTEN = 20_000;

/** `count` loops side by side, each of which starts its next operation when its last one is done. */
export function lanes(count, operation) {
  return async (member, { warm, time, together }) => {
    let done = 0;
    let running = true;
    const lane = async (number) => {
      while (running) {
        await operation(member, number);
        done++;
      }
    };
    const all = Promise.all(Array.from({ length: count }, (_, number) => lane(number)));
    const measured = async () => {
      const start = performance.now();
      // Those who share a key are measured in the same time, or the last one would have it alone; and each has only its share
      // of the operations, so that its code is compiled that much later.
      if (together) await after(8 * warm);
      else do await after(warm / 4); while (!isWarm(done, performance.now() - start, warm));
      const from = { done, at: performance.now() };
      await after(time);
      const result = { ops: done - from.done, ms: performance.now() - from.at };
      running = false;
      return result;
    };
    // A lane that fails ends the cell; one that never ends cannot hold it up.
    return Promise.race([measured(), all.then(() => new Promise(() => {}))]);
  };
}

/** One operation at a time, each with its own time. */
export function single(operation) {
  return async (member, { warm, time }) => {
    const start = performance.now();
    for (let done = 0; !isWarm(done, performance.now() - start, warm); done++) await operation(member, 0);
    const took = [];
    const from = performance.now();
    let before = from;
    while (before - from < time) {
      await operation(member, 0);
      const now = performance.now();
      took.push(now - before);
      before = now;
    }
    return { ops: took.length, ms: before - from, ...percentiles(took) };
  };
}

/**
 * Messages without an answer: as many as the far side keeps up with. At most four reports' worth are on their way, and
 * only what has been heard at the other end counts.
 */
export function pour(tell) {
  return async (member, { warm, time, every, heard }) => {
    const start = performance.now();
    let sent = 0;
    let from;
    for (;;) {
      const now = performance.now();
      if (from === undefined && heard.count > 0 && isWarm(heard.count, now - start, warm)) from = { count: heard.count, at: heard.at, now };
      if (from !== undefined && now - from.now >= time && heard.count > from.count) return { ops: heard.count - from.count, ms: heard.at - from.at };
      const room = Math.min(heard.count + 4 * every - sent, 256);
      for (let i = 0; i < room; i++) tell(member);
      sent += room;
      await (room > 0 ? turn() : heard.next());
    }
  };
}

/** One operation at a time while big values pass, one after the other: the longest that one took, in ms. */
export function beside(make, tell, operation) {
  return async (member, { warm, time, heard }) => {
    const start = performance.now();
    for (let done = 0; !isWarm(done, performance.now() - start, warm); done++) await operation(member);
    const big = make();
    let told = 0;
    let worst = 0;
    const from = performance.now();
    for (let before = from; before - from < time || heard.count === 0;) {
      if (heard.count === told) {
        tell(member, big);
        told++;
      }
      // What the telling itself takes before it returns is the teller's own doing, and no wait.
      const asked = performance.now();
      await operation(member);
      before = performance.now();
      worst = Math.max(worst, before - asked);
    }
    return { ops: told, ms: performance.now() - from, worst };
  };
}

/** How much of what was told has been heard, and when that was known. */
export class Heard {
  count = 0;
  at = performance.now();
  #wake = () => {};

  next() {
    return new Promise((resolve) => { this.#wake = resolve; });
  }

  report(count) {
    this.count = count;
    this.at = performance.now();
    this.#wake();
  }
}

/** Code is warm when it has run often enough to be compiled, on a machine that others keep busy as well; up to four times as long. */
function isWarm(done, elapsed, warm) {
  return elapsed >= warm && (done >= OFTEN || elapsed >= 4 * warm);
}

function percentiles(took) {
  const sorted = Float64Array.from(took).sort();
  const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 1000;
  return { p50: at(0.5), p99: at(0.99) };
}

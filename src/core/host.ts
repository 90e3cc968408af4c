/**
 * What the core asks of whatever runs it: a clock, the end of the turn, and timers that keep no process alive.
 * Simulations bring a virtual one.
 */
export interface Host {
  /** Monotonic, in ms. */
  now(): number;
  /** Runs at the end of this turn of the event loop, after everything that this turn has set going. */
  defer(run: () => void): void;
  /** As soon as the host has looked after its other affairs too: what has come from outside, and what is due. */
  yield(run: () => void): void;
  /** Runs once, later; never keeps the process alive. */
  after(delay: number, run: () => void): Disposable;
}

export function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') timer.unref();
}

type Defer = (run: () => void) => void;

/** Node's `nextTick` queue runs when the microtasks are done, and so gathers more of a turn than a microtask can. */
const { process: hostProcess, setImmediate: immediate } = globalThis as { process?: { nextTick?: Defer }; setImmediate?: Defer };
const defer: Defer = hostProcess?.nextTick ? hostProcess.nextTick.bind(hostProcess) : queueMicrotask;

export const host: Host = {
  now: () => performance.now(),
  defer,
  yield: immediate ?? ((run) => void setTimeout(run, 0)),
  after(delay, run) {
    const timer = setTimeout(run, delay);
    unref(timer);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

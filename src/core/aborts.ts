/**
 * Any number of waits for one signal, of which the signal itself has a single listener: from the eleventh on Node warns of a
 * leak, and each that is added is compared with all that are there. Whoever is taken off while the others are told is not told.
 */
export type Aborted = (() => void) | { handleEvent(): void };

/** Calls once, when the signal aborts. One that has aborted already calls nobody, and neither does none. */
export function onAbort(signal: AbortSignal | undefined, aborted: Aborted): void {
  if (signal === undefined) return;
  const known = waits.get(signal);
  if (known !== undefined) {
    known.add(aborted);
    return;
  }
  const waiting = new Waits(signal);
  waits.set(signal, waiting);
  waiting.add(aborted);
}

export function offAbort(signal: AbortSignal | undefined, aborted: Aborted): void {
  if (signal !== undefined) waits.get(signal)?.delete(aborted);
}

const waits = new WeakMap<AbortSignal, Waits>();

class Waits {
  readonly #signal: AbortSignal;
  readonly #all = new Set<Aborted>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(aborted: Aborted): void {
    if (this.#all.size === 0) this.#signal.addEventListener('abort', this, { once: true });
    this.#all.add(aborted);
  }

  /** With the last of them the signal's listener goes too: nothing is left on a signal that lives longer. */
  delete(aborted: Aborted): void {
    if (this.#all.delete(aborted) && this.#all.size === 0) this.#signal.removeEventListener('abort', this);
  }

  handleEvent(): void {
    for (const aborted of this.#all) {
      this.#all.delete(aborted);
      if (typeof aborted === 'function') aborted();
      else aborted.handleEvent();
    }
  }
}

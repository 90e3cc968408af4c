/**
 * One object for the whole group: this member stands by and, when it leads, makes it and exposes it. When it leads no more,
 * calls that run come to their end, then the object is stopped, and only then the next member's turn comes. A factory that
 * throws passes the turn on, and stands again after a rest that grows.
 */
import type { Term } from '../api.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { Exposed } from '../services-api.js';

export interface SingletonPorts {
  readonly deadlines: Deadlines;
  /** Resolves when this member leads. */
  standBy(signal: AbortSignal): Promise<Term>;
  make(term: Term): unknown;
  expose(object: unknown): Exposed;
  stop(object: unknown): unknown;
  report(error: unknown): void;
}

export class Singleton {
  readonly #name: string;
  readonly #ports: SingletonPorts;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;

  constructor(name: string, ports: SingletonPorts) {
    this.#name = name;
    this.#ports = ports;
    this.#ended = this.#live();
  }

  /** Resolves when the object is stopped, if it is here, and the next one may lead. Idempotent. */
  close(): Promise<void> {
    if (!this.#end.signal.aborted) this.#end.abort(new HubError('CLOSED', `This member has left the singleton "${this.#name}".`));
    return this.#ended;
  }

  async #live(): Promise<void> {
    for (let failures = 0; !this.#isOver; ) {
      const term = await this.#stand();
      if (term === undefined) continue;
      const hasLed = await this.#lead(term).finally(() => term.release());
      failures = hasLed ? 0 : failures + 1;
      if (!hasLed && !this.#isOver) await this.#rest(failures);
    }
  }

  /** A group that is lost is joined again: only the end of the hub is the end. */
  async #stand(): Promise<Term | undefined> {
    try {
      return await this.#ports.standBy(this.#end.signal);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'LOST') void this.close();
      return undefined;
    }
  }

  /** Resolves to whether there was anything to lead. */
  async #lead(term: Term): Promise<boolean> {
    const { make, expose, stop, report } = this.#ports;
    let object: unknown;
    let exposed: Exposed;
    try {
      object = await make(term);
    } catch (error) {
      if (!term.signal.aborted) report(error);
      return false;
    }
    try {
      exposed = expose(object);
    } catch (error) {
      report(error);
      await this.#attempt(() => stop(object));
      return false;
    }
    await firstOf(term.signal, this.#end.signal);
    const finished = exposed.close();
    // Who leads no more has nothing to hand over: another may lead already.
    if (!term.signal.aborted) await Promise.race([finished, firstOf(term.signal)]);
    await this.#attempt(() => stop(object));
    return true;
  }

  async #attempt(act: () => unknown): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#ports.report(error);
    }
  }

  async #rest(failures: number): Promise<void> {
    const { deadlines } = this.#ports;
    const delay = Math.min(SHORTEST_REST * 2 ** (failures - 1), LONGEST_REST) * (0.5 + Math.random() / 2);
    const rested = new AbortController();
    const deadline = deadlines.add(Math.ceil(delay), { expired: () => rested.abort() });
    await firstOf(rested.signal, this.#end.signal);
    deadline.cancel();
  }

  get #isOver(): boolean {
    return this.#end.signal.aborted;
  }
}

const SHORTEST_REST = 100;
const LONGEST_REST = 10_000;

/** Resolves when the first of them aborts. */
function firstOf(...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      for (const signal of signals) signal.removeEventListener('abort', over);
      resolve();
    };
    for (const signal of signals) signal.addEventListener('abort', over);
    if (signals.some(({ aborted }) => aborted)) over();
  });
}

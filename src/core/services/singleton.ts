/**
 * One object for the whole group: this member stands by and, when it leads, makes it and exposes it. When it leads no more,
 * calls that run come to their end, then the object is stopped, and only then the next member's turn comes. A factory that
 * throws passes the turn on, and stands again after a rest that grows.
 */
import type { Term } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Exposed } from '../services-api.js';

export interface SingletonPorts {
  readonly deadlines: Deadlines;
  readonly keepAlive: Pick<KeepAlive, 'listen' | 'unlisten'>;
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
      const hasLed = await this.#takeTurn();
      failures = hasLed ? 0 : failures + 1;
      if (!hasLed && !this.#isOver) await this.#rest(failures);
    }
  }

  /** Resolves to whether nothing speaks against the next one. */
  async #takeTurn(): Promise<boolean> {
    let term: Term;
    try {
      term = await this.#ports.standBy(this.#end.signal);
    } catch (error) {
      // A group that was lost is joined again.
      const isExpected = this.#isOver || (error instanceof HubError && error.code === 'LOST');
      if (!isExpected) this.#ports.report(error);
      return isExpected;
    }
    try {
      return await this.#lead(term);
    } catch (error) {
      // What goes wrong because it leads no more is no fault.
      if (!term.signal.aborted) this.#ports.report(error);
      return term.signal.aborted;
    } finally {
      await term.release();
    }
  }

  /** Rejects with what the factory throws, or when it has made no object. */
  async #lead(term: Term): Promise<true> {
    const { make, expose, stop, report } = this.#ports;
    const object = await make(term);
    try {
      if (!this.#isOver && !term.signal.aborted) await this.#serve(term, expose(object));
    } finally {
      // An object that is not stopped as it wants is left to itself.
      await (async () => stop(object))().catch(report);
    }
    return true;
  }

  /** Resolves when what has been asked is answered, or another may lead already. */
  async #serve(term: Term, exposed: Exposed): Promise<void> {
    await firstOf(term.signal, this.#end.signal);
    await Promise.race([exposed.close(), firstOf(term.signal)]);
  }

  async #rest(failures: number): Promise<void> {
    const { deadlines, keepAlive } = this.#ports;
    const delay = Math.min(SHORTEST_REST * 2 ** (failures - 1), LONGEST_REST) * (0.5 + Math.random() / 2);
    const rested = new AbortController();
    const deadline = deadlines.add(Math.ceil(delay), { expired: () => rested.abort() });
    keepAlive.listen();
    await firstOf(rested.signal, this.#end.signal);
    keepAlive.unlisten();
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
      for (const signal of signals) offAbort(signal, over);
      resolve();
    };
    for (const signal of signals) onAbort(signal, over);
    if (signals.some(({ aborted }) => aborted)) over();
  });
}

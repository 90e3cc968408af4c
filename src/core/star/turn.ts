/** A turn of the event loop: all of it is one moment, and what is said to all links in it leaves at its end, in one write for each. */
import type { Host } from '../host.js';

/** To write down so many bytes takes a turn of its own. */
export const TURNFUL = 4_194_304;

export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly #host: Host;
  #waiting: Flushable[] = [];
  #hasBegun = false;
  #now: number | undefined;
  readonly #end = (): void => this.end();

  constructor(host: Host) {
    this.#host = host;
  }

  /** When it began, as near as somebody asked: looking at the clock costs a tenth of what a command does. */
  get now(): number {
    if (this.#now !== undefined) return this.#now;
    this.#begin();
    return (this.#now = this.#host.now());
  }

  add(flushable: Flushable): void {
    this.#begin();
    this.#waiting.push(flushable);
  }

  /** In a turn of its own, when all others have had theirs. */
  later(run: () => void): void {
    this.#host.yield(run);
  }

  /** What has to leave because of what leaves before it, leaves too. */
  end(): void {
    const waiting = this.#waiting;
    for (let next = 0; next < waiting.length; next++) waiting[next]?.flush();
    this.#waiting = [];
    this.#hasBegun = false;
    this.#now = undefined;
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#host.defer(this.#end);
  }
}

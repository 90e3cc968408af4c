/** The end of a turn: what is said to all links in one turn leaves then, in one write for each. */
import type { Host } from '../host.js';

export interface Flushable {
  flush(): void;
}

export class Turn {
  readonly #host: Host;
  #waiting: Flushable[] = [];
  readonly #end = (): void => this.end();

  constructor(host: Host) {
    this.#host = host;
  }

  add(flushable: Flushable): void {
    if (this.#waiting.push(flushable) === 1) this.#host.defer(this.#end);
  }

  /** What has to leave because of what leaves before it, leaves too. */
  end(): void {
    const waiting = this.#waiting;
    for (let next = 0; next < waiting.length; next++) waiting[next]?.flush();
    this.#waiting = [];
  }
}

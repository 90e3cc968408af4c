/** Some links of a broker, of each of which something is awaited: its last word, or its end. They are not waited for long. */
import type { Host } from '../host.js';
import type { Connection } from './connection.js';

/** How long they may take. */
const PATIENCE = 1_000;

export class RollCall {
  /** Those of which it has not come yet. */
  readonly #awaited: Set<Connection>;
  readonly #host: Host;
  #done: () => void = nothing;

  constructor(connections: Iterable<Connection>, host: Host) {
    this.#awaited = new Set(connections);
    this.#host = host;
  }

  /** Resolves to whether it has come of all. */
  all(): Promise<boolean> {
    if (this.#awaited.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const patience = this.#host.after(PATIENCE, () => resolve(false));
      this.#done = () => {
        patience[Symbol.dispose]();
        resolve(true);
      };
    });
  }

  /** Whether it has not come of this one. */
  awaits(connection: Connection): boolean {
    return this.#awaited.has(connection);
  }

  came(connection: Connection): void {
    if (this.#awaited.delete(connection) && this.#awaited.size === 0) this.#done();
  }
}

const nothing = (): void => {};

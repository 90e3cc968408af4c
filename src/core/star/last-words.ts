/**
 * The last words of members that are handed over to another broker: each is told that this one ends, says what it still had
 * to say, and then that this was all. Whoever has gone has had its own. They are not waited for long.
 */
import type { Host } from '../host.js';
import type { Connection } from './connection.js';
import { KIND } from './packet.js';

/** How long members may take. */
const PATIENCE = 1_000;

export class LastWords {
  /** Those who have not had theirs yet. */
  readonly #awaited: Set<Connection>;
  readonly #host: Host;
  #done: () => void = nothing;

  constructor(members: Iterable<Connection>, host: Host) {
    this.#awaited = new Set(members);
    this.#host = host;
  }

  /** Asks for them. Resolves to whether all have had theirs. */
  ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const patience = this.#host.after(PATIENCE, () => resolve(false));
      this.#done = () => {
        patience[Symbol.dispose]();
        resolve(true);
      };
      for (const connection of [...this.#awaited]) connection.out.control(KIND.handover);
    });
  }

  /** It has had its own, or has gone. */
  had(connection: Connection): void {
    this.#awaited.delete(connection);
    if (this.#awaited.size === 0) this.#done();
  }
}

const nothing = (): void => {};

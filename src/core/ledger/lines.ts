/** All lines, by their keys, in a space of names for each use. A line exists only while somebody stands in it. */
import type { Space } from '../protocol.js';
import { Line } from './line.js';

export class Lines {
  readonly #lines: Readonly<Record<Space, Map<string, Line>>> = { lock: new Map(), semaphore: new Map(), election: new Map() };

  find(space: Space, key: string): Line | undefined {
    return this.#lines[space].get(key);
  }

  /** The first to come says what the limit is. */
  open(space: Space, key: string, limit: number): Line {
    const lines = this.#lines[space];
    let line = lines.get(key);
    if (line === undefined) lines.set(key, (line = new Line(space, key, limit)));
    return line;
  }

  close({ space, key }: Line): void {
    this.#lines[space].delete(key);
  }

  *[Symbol.iterator](): Iterator<Line> {
    for (const lines of Object.values(this.#lines)) yield* lines.values();
  }
}

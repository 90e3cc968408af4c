/**
 * All lines, by their keys, in a space of names for each use. A line is there while somebody stands in it. One that the last
 * has left is kept for a while, out of sight, for the next who comes: most keys are asked for again and again.
 */
import type { Space } from '../protocol.js';
import { Line } from './line.js';

export class Lines {
  readonly #lines: Record<Space, Map<string, Line>> = { lock: new Map(), semaphore: new Map(), election: new Map() };
  /** How many nobody stands in, and how many of them there may be. */
  #empty = 0;
  #mostEmpty = LEAST;

  find(space: Space, key: string): Line | undefined {
    const line = this.#lines[space].get(key);
    return line?.first === undefined ? undefined : line;
  }

  /** For one who enters it now. The first to come says what the limit is. */
  open(space: Space, key: string, limit: number): Line {
    const lines = this.#lines[space];
    const line = lines.get(key);
    if (line?.first !== undefined) return line;
    if (line !== undefined) this.#empty -= 1;
    if (line?.limit === limit) return line;
    const opened = new Line(space, key, limit);
    lines.set(key, opened);
    return opened;
  }

  /** The last has left it. */
  close(): void {
    this.#empty += 1;
    if (this.#empty > this.#mostEmpty) this.#clear();
  }

  *[Symbol.iterator](): Iterator<Line> {
    for (const lines of Object.values(this.#lines)) {
      for (const line of lines.values()) if (line.first !== undefined) yield line;
    }
  }

  /** New maps take the place of the old ones: a `Map` that loses entries all the time keeps the collector busy. */
  #clear(): void {
    let left = 0;
    for (const space of SPACES) {
      const lines = [...this.#lines[space]].filter(([, line]) => line.first !== undefined);
      this.#lines[space] = new Map(lines);
      left += lines.length;
    }
    this.#empty = 0;
    this.#mostEmpty = Math.max(LEAST, left);
  }
}

const SPACES: readonly Space[] = ['lock', 'semaphore', 'election'];
const LEAST = 256;

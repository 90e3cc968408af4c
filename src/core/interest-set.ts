/** Interests, each of them once, whichever object says it. */
import type { Interest } from './protocol.js';

export class InterestSet implements Iterable<Interest> {
  readonly #interests = new Map<string, Interest>();

  constructor(interests: Iterable<Interest> = []) {
    for (const interest of interests) this.add(interest);
  }

  has(interest: Interest): boolean {
    return this.#interests.has(keyOf(interest));
  }

  add(interest: Interest): void {
    this.#interests.set(keyOf(interest), interest);
  }

  /** Whether it was there. */
  delete(interest: Interest): boolean {
    return this.#interests.delete(keyOf(interest));
  }

  [Symbol.iterator](): Iterator<Interest> {
    return this.#interests.values();
  }
}

function keyOf({ type, name }: Interest): string {
  return `${type} ${name}`;
}

/**
 * The values that topics keep, as far as this hub listens to them. The authority tells them to each interest, and again when
 * it is followed anew; who begins to listen where others listen already is told them from here.
 */
import type { Message } from '../api.js';
import { Pattern, isPattern } from '../pattern.js';

export class Retained {
  readonly #values = new Map<string, Value>();

  /** Whether it was not known before: what is told twice is told on once. */
  keep(message: Message, version: number): boolean {
    const known = this.#values.get(message.topic);
    const isNews = known === undefined || known.version < version;
    if (isNews) this.#values.set(message.topic, { version, message, isDoubted: false });
    else known.isDoubted = false;
    return isNews;
  }

  drop(topic: string): void {
    this.#values.delete(topic);
  }

  /** What is kept for those who listen to a name: a topic, or a pattern. */
  of(name: string): readonly Message[] {
    if (this.#values.size === 0) return NOTHING;
    if (!isPattern(name)) {
      const value = this.#values.get(name);
      return value === undefined ? NOTHING : [value.message];
    }
    const pattern = new Pattern(name);
    return [...this.#values.values()].map(({ message }) => message).filter(({ topic }) => pattern.matches(topic));
  }

  /** Nobody listens to a name any more: what is not heard by another is not known from now on. */
  forget(name: string, isHeard: (topic: string) => boolean): void {
    for (const { topic } of this.of(name)) if (!isHeard(topic)) this.#values.delete(topic);
  }

  /** Something may have been missed: what is not told again by `settle` is kept no more. Whether there is anything to doubt. */
  doubt(): boolean {
    for (const value of this.#values.values()) value.isDoubted = true;
    return this.#values.size > 0;
  }

  settle(): void {
    for (const [topic, { isDoubted }] of this.#values) if (isDoubted) this.#values.delete(topic);
  }
}

interface Value {
  readonly version: number;
  readonly message: Message;
  isDoubted: boolean;
}

const NOTHING: readonly Message[] = [];

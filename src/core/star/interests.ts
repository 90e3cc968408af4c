/** Who wants to hear of what, as the broker knows it, and who wants to know that. Pure. */
import type { Interest } from '../protocol.js';
import { isPattern, Pattern } from '../pattern.js';
import { PatternTree } from './pattern-tree.js';

/** A name whose listeners have changed, and the members that want to know. */
export interface Shift {
  readonly of: 'topic' | 'method';
  readonly name: string;
  readonly listeners: readonly number[];
  readonly tell: readonly number[];
}

const NOBODY: readonly number[] = [];

export class Interests {
  readonly #topics = new Table();
  readonly #methods = new Table();
  readonly #maps = new Table();
  readonly #topicWatchers = new Table();
  readonly #methodWatchers = new Table();
  readonly #leaders = new Table();
  /** Those names in `#topics` that are patterns. */
  readonly #patterns = new PatternTree();
  /** Answers to `listening` for as long as they hold. */
  readonly #known = new Map<string, readonly number[]>();

  /** Returns the names whose listeners have changed and are watched. */
  follow(number: number, interest: Interest): readonly Shift[] {
    if (!this.#table(interest).add(interest.name, number)) return [];
    return this.#changed(interest);
  }

  unfollow(number: number, interest: Interest): readonly Shift[] {
    if (!this.#table(interest).delete(interest.name, number)) return [];
    return this.#changed(interest);
  }

  /** A member has gone, and all its interests with it. */
  drop(number: number): readonly Shift[] {
    this.#maps.drop(number);
    this.#topicWatchers.drop(number);
    this.#methodWatchers.drop(number);
    this.#leaders.drop(number);
    const shifts: Shift[] = [];
    for (const name of this.#methods.drop(number)) shifts.push(...this.#changed({ type: 'method', name }));
    for (const name of this.#topics.drop(number)) shifts.push(...this.#changed({ type: 'topic', name }));
    return shifts;
  }

  /** Who listens to a topic, by name or by pattern. */
  listening(topic: string): readonly number[] {
    const known = this.#known.get(topic);
    if (known !== undefined) return known;
    const members = this.#findListening(topic);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(topic, members);
    return members;
  }

  handling(method: string): readonly number[] {
    return this.#methods.of(method);
  }

  following(map: string): readonly number[] {
    return this.#maps.of(map);
  }

  /** Who wants to know who leads. */
  watching(election: string): readonly number[] {
    return this.#leaders.of(election);
  }

  /** Every name that somebody watches, as it is now. */
  watched(): readonly Shift[] {
    const topics = [...this.#topicWatchers.names()].flatMap((name) => this.#shift('topic', name));
    const methods = [...this.#methodWatchers.names()].flatMap((name) => this.#shift('method', name));
    return [...topics, ...methods];
  }

  #findListening(topic: string): readonly number[] {
    const exact = this.#topics.of(topic);
    if (this.#patterns.size === 0) return exact;
    const members = new Set(exact);
    for (const pattern of this.#patterns.fitting(topic)) for (const number of this.#topics.of(pattern)) members.add(number);
    return [...members];
  }

  #table(interest: Interest): Table {
    switch (interest.type) {
      case 'topic':
        return this.#topics;
      case 'method':
        return this.#methods;
      case 'map':
        return this.#maps;
      case 'topic.listeners':
        return this.#topicWatchers;
      case 'method.listeners':
        return this.#methodWatchers;
      case 'leader':
        return this.#leaders;
    }
  }

  #changed({ type, name }: Interest): readonly Shift[] {
    if (type === 'method') return this.#shift('method', name);
    if (type !== 'topic') return [];
    if (!isPattern(name)) {
      this.#known.delete(name);
      return this.#shift('topic', name);
    }
    const pattern = new Pattern(name);
    if (this.#topics.has(name)) this.#patterns.add(name);
    else this.#patterns.delete(name);
    this.#known.clear();
    return [...this.#topicWatchers.names()].filter((watched) => pattern.matches(watched)).flatMap((watched) => this.#shift('topic', watched));
  }

  #shift(of: 'topic' | 'method', name: string): readonly Shift[] {
    const tell = (of === 'topic' ? this.#topicWatchers : this.#methodWatchers).of(name);
    if (tell.length === 0) return [];
    return [{ of, name, listeners: of === 'topic' ? this.listening(name) : this.handling(name), tell }];
  }
}

/** Past this many the answers are forgotten and found again: topics are as many as their users like. */
const MOST_KNOWN = 10_000;

/** Names and the members that named them, found from either side. */
class Table {
  readonly #members = new Map<string, readonly number[]>();
  readonly #names = new Map<number, Set<string>>();

  of(name: string): readonly number[] {
    return this.#members.get(name) ?? NOBODY;
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  names(): Iterable<string> {
    return this.#members.keys();
  }

  /** Whether this is new. */
  add(name: string, number: number): boolean {
    const names = this.#names.get(number) ?? new Set();
    if (names.has(name)) return false;
    this.#names.set(number, names.add(name));
    this.#members.set(name, [...this.of(name), number]);
    return true;
  }

  /** Whether it was there. */
  delete(name: string, number: number): boolean {
    if (this.#names.get(number)?.delete(name) !== true) return false;
    this.#without(name, number);
    return true;
  }

  /** Returns the names that the member had. */
  drop(number: number): Iterable<string> {
    const names = this.#names.get(number) ?? new Set();
    this.#names.delete(number);
    for (const name of names) this.#without(name, number);
    return names;
  }

  #without(name: string, number: number): void {
    const others = this.of(name).filter((member) => member !== number);
    if (others.length === 0) this.#members.delete(name);
    else this.#members.set(name, others);
  }
}

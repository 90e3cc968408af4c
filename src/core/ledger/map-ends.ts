/** The entries that end without being ended by anybody: when their time is over, or when the member leaves that they are bound to. */
import { Deadlines } from './deadlines.js';
import type { Deadline } from './deadlines.js';

/** In this order they can be set once more. */
export interface EndSnapshot {
  readonly map: string;
  readonly key: string;
  readonly at?: number;
  readonly member?: number;
}

export class End {
  readonly map: string;
  readonly key: string;
  /** 0 is nobody. */
  readonly member: number;
  readonly order: number;
  deadline: Deadline<End> | undefined = undefined;

  constructor(map: string, key: string, member: number, order: number) {
    this.map = map;
    this.key = key;
    this.member = member;
    this.order = order;
  }
}

export class Ends {
  readonly #byMap = new Map<string, Map<string, End>>();
  /** Each member's stand in the order in which they were set. */
  readonly #byMember = new Map<number, Set<End>>();
  readonly #deadlines = new Deadlines<End>();
  #order = 0;
  #now: number;

  constructor(ends: readonly EndSnapshot[] = [], now = 0) {
    this.#now = now;
    for (const { map, key, at, member = 0 } of ends) this.#add(map, key, at, member);
  }

  /** When the next one's time is over; `Infinity` when nobody's will be. */
  get due(): number {
    return this.#deadlines.due;
  }

  /** How the entry is to end from now on. Without a time, and with 0 for a member, it does not. */
  set(map: string, key: string, ttl: number | undefined, member: number): void {
    this.cancel(map, key);
    if (ttl !== undefined || member !== 0) this.#add(map, key, ttl === undefined ? undefined : this.#now + ttl, member);
  }

  cancel(map: string, key: string): void {
    if (this.#byMap.size === 0) return;
    const end = this.#byMap.get(map)?.get(key);
    if (end !== undefined) this.#takeOut(end);
  }

  cancelAll(map: string): void {
    for (const end of this.#byMap.get(map)?.values() ?? []) this.#takeOut(end);
  }

  /** Takes out those whose time is over by now, the earliest first. */
  pass(now: number): readonly End[] {
    this.#now = now;
    const ends: End[] = [];
    for (let end = this.#deadlines.take(now); end !== undefined; end = this.#deadlines.take(now)) {
      this.#takeOut(end);
      ends.push(end);
    }
    return ends;
  }

  /** Takes out all that are bound to a member. */
  leave(member: number): readonly End[] {
    const ends = [...(this.#byMember.get(member) ?? [])];
    for (const end of ends) this.#takeOut(end);
    return ends;
  }

  snapshot(): readonly EndSnapshot[] {
    return [...this.#byMap.values()]
      .flatMap((ends) => [...ends.values()])
      .sort((a, b) => a.order - b.order)
      .map(atRest);
  }

  #add(map: string, key: string, at: number | undefined, member: number): void {
    this.#order += 1;
    const end = new End(map, key, member, this.#order);
    if (at !== undefined) end.deadline = this.#deadlines.add(at, end.order, end);
    const ofMap = this.#byMap.get(map);
    if (ofMap === undefined) this.#byMap.set(map, new Map([[key, end]]));
    else ofMap.set(key, end);
    if (member === 0) return;
    const ofMember = this.#byMember.get(member);
    if (ofMember === undefined) this.#byMember.set(member, new Set([end]));
    else ofMember.add(end);
  }

  #takeOut(end: End): void {
    const { map, key, member, deadline } = end;
    if (deadline !== undefined) this.#deadlines.cancel(deadline);
    const ofMap = this.#byMap.get(map);
    ofMap?.delete(key);
    if (ofMap?.size === 0) this.#byMap.delete(map);
    const ofMember = this.#byMember.get(member);
    ofMember?.delete(end);
    if (ofMember?.size === 0) this.#byMember.delete(member);
  }
}

function atRest({ map, key, member, deadline }: End): EndSnapshot {
  return { map, key, ...(deadline === undefined ? {} : { at: deadline.at }), ...(member === 0 ? {} : { member }) };
}

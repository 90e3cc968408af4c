/**
 * Things by their numbers, for those that come and go with every operation: a table that is used again and again.
 *
 * A `Map` is not: when it has lost as many entries as it has room for, it goes on in a new table, and the old one leads to
 * it. Once a full collection has taken one of them for long-lived, all that come after it are kept, with all that was in
 * them, until the next full collection. A `Map` of 64 entries, each of them soon replaced, costs ten times as much then.
 */
export class Numbered<T extends object> {
  #numbers = new Uint32Array(LEAST);
  #things: (T | undefined)[] = new Array<undefined>(LEAST).fill(undefined);
  #size = 0;
  /** The upper bits of the product are the place: they are spread evenly, the lower ones are not. */
  #shift = Math.clz32(LEAST) + 1;

  /** Numbers are whole, from 0 to 2^32 - 1. */
  get(number: number): T | undefined {
    return this.#things[this.#find(number)];
  }

  set(number: number, thing: T): void {
    if (this.#size * 2 >= this.#things.length) this.#resize(this.#things.length * 2);
    const at = this.#find(number);
    if (this.#things[at] === undefined) this.#size += 1;
    this.#numbers[at] = number;
    this.#things[at] = thing;
  }

  /** Returns what is there no more. */
  delete(number: number): T | undefined {
    const at = this.#find(number);
    const thing = this.#things[at];
    if (thing === undefined) return undefined;
    this.#size -= 1;
    this.#closeGap(at);
    if (this.#size * 8 < this.#things.length && this.#things.length > MANY) this.#resize(this.#things.length / 2);
    return thing;
  }

  clear(): void {
    this.#size = 0;
    this.#resize(LEAST);
  }

  /** In no order, as they are now, in an array of the caller's own. */
  values(): T[] {
    return this.#things.filter((thing) => thing !== undefined);
  }

  /** Where it is, or where it would be: the first place that is free from its own on. */
  #find(number: number): number {
    const last = this.#things.length - 1;
    let at = this.#placeOf(number);
    while (this.#things[at] !== undefined && this.#numbers[at] !== number >>> 0) at = (at + 1) & last;
    return at;
  }

  /** Whatever stands behind the gap, and would be looked for from before it, moves into it. */
  #closeGap(gap: number): void {
    const last = this.#things.length - 1;
    let free = gap;
    for (let at = (gap + 1) & last; this.#things[at] !== undefined; at = (at + 1) & last) {
      const own = this.#placeOf(this.#numbers[at] ?? 0);
      if (((at - own) & last) < ((at - free) & last)) continue;
      this.#numbers[free] = this.#numbers[at] ?? 0;
      this.#things[free] = this.#things[at];
      free = at;
    }
    this.#things[free] = undefined;
  }

  /** Numbers that follow each other leave gaps between them, so that whoever closes one is done soon. */
  #placeOf(number: number): number {
    return Math.imul(number, SPREAD) >>> this.#shift;
  }

  #resize(length: number): void {
    const numbers = this.#numbers;
    const things = this.#things;
    this.#numbers = new Uint32Array(length);
    this.#things = new Array<undefined>(length).fill(undefined);
    this.#shift = Math.clz32(length) + 1;
    for (let old = 0; old < things.length && this.#size > 0; old++) {
      const thing = things[old];
      if (thing === undefined) continue;
      const at = this.#find(numbers[old] ?? 0);
      this.#numbers[at] = numbers[old] ?? 0;
      this.#things[at] = thing;
    }
  }
}

const LEAST = 16;
/** So many places are kept, however few are taken: what comes in bursts comes again. */
const MANY = 256;

/**
 * The golden section of 2^32 (Knuth, The Art of Computer Programming, 6.4), or so: whoever chooses the numbers, a member for
 * one, is not to know which of them fall on one place.
 */
const SPREAD = 0x9e3779b1 + 2 * Math.floor(Math.random() * 2 ** 20);

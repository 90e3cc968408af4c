/** Functions of this process that the library may call: each for as long as the library holds it. */
import type { Called, Released } from './words.js';

export type AnyFunction = (...args: readonly unknown[]) => unknown;

interface Passed {
  readonly callback: AnyFunction;
  /** How often it was passed. */
  times: number;
}

export class Callbacks {
  readonly #byNumber = new Map<number, Passed>();
  readonly #numbers = new Map<AnyFunction, number>();
  #last = 0;

  /** One function has one number, so that `off` names what `on` named. */
  pass(callback: AnyFunction): number {
    const known = this.#numbers.get(callback);
    const passed = known === undefined ? undefined : this.#byNumber.get(known);
    if (known !== undefined && passed !== undefined) {
      passed.times += 1;
      return known;
    }
    this.#last += 1;
    this.#byNumber.set(this.#last, { callback, times: 1 });
    this.#numbers.set(callback, this.#last);
    return this.#last;
  }

  called({ callback, args }: Called): void {
    this.#byNumber.get(callback)?.callback(...args);
  }

  released({ callback, received }: Released): void {
    const passed = this.#byNumber.get(callback);
    if (passed === undefined || passed.times > received) return;
    this.#byNumber.delete(callback);
    this.#numbers.delete(passed.callback);
  }

  /** The library that held them all is gone. */
  clear(): void {
    this.#byNumber.clear();
    this.#numbers.clear();
  }

  get size(): number {
    return this.#byNumber.size;
  }
}

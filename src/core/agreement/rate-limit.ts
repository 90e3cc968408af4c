/**
 * At most so many in any span of so many milliseconds, for the whole group. It is a semaphore whose permits come back by
 * themselves: each is held for the span, and nobody releases it. Whoever dies leaves its permits early.
 */
import type { RateLimit as RateLimitApi, RateLimitOptions } from '../api.js';
import { NO_OPTIONS } from '../options.js';
import type { Inheritance } from '../inheritance.js';
import type { Asking } from './asking.js';
import { checkRateLimit, checkTake } from './options.js';
import type { TakeOptions } from './options.js';
import { Semaphore } from './semaphore.js';

export class RateLimit implements RateLimitApi {
  readonly name: string;
  readonly #semaphore: Semaphore;
  readonly #span: number;
  readonly #inheritance: Inheritance;

  constructor(asking: Asking, inheritance: Inheritance, name: string, options: RateLimitOptions) {
    checkRateLimit(options);
    this.#inheritance = inheritance;
    this.name = name;
    this.#span = options.per;
    this.#semaphore = new Semaphore(asking, name, options.permits);
  }

  take(options: TakeOptions = NO_OPTIONS): Promise<void> {
    checkTake(options);
    return this.#take(options);
  }

  async tryTake(): Promise<boolean> {
    return (await this.#semaphore.tryAcquire({ maxHold: this.#span })) !== undefined;
  }

  async #take(options: TakeOptions): Promise<void> {
    await this.#semaphore.acquire({ ...this.#inheritance.waiting(options), within: null, maxHold: this.#span });
  }
}

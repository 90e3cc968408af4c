/**
 * At most so many in any span of so many milliseconds, for the whole group. It is a semaphore whose permits come back by
 * themselves: each is held for the span, and nobody releases it. Whoever dies leaves its permits early.
 */
import type { RateLimit as RateLimitApi, RateLimitOptions, WaitOptions } from '../api.js';
import { checkDuration } from '../arguments.js';
import type { Asking } from './asking.js';
import { Semaphore } from './semaphore.js';

export class RateLimit implements RateLimitApi {
  readonly name: string;
  readonly #semaphore: Semaphore;
  readonly #span: number;

  constructor(asking: Asking, name: string, { permits, per }: RateLimitOptions) {
    checkDuration('per', per);
    if (per === 0) throw new RangeError('`per` is a number of milliseconds above 0.');
    this.name = name;
    this.#span = per;
    this.#semaphore = new Semaphore(asking, name, permits);
  }

  async take(options: Pick<WaitOptions, 'timeout' | 'signal' | 'maxWaiters'> = {}): Promise<void> {
    await this.#semaphore.acquire({ ...options, within: null, maxHold: this.#span });
  }

  async tryTake(): Promise<boolean> {
    return (await this.#semaphore.tryAcquire({ maxHold: this.#span })) !== undefined;
  }
}

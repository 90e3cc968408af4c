/** So many permits for the whole group. It holds nothing itself: who has how many is the authority's to know. */
import type { PermitOptions, Permits, Semaphore as SemaphoreApi } from '../api.js';
import { checkCount, checkFunction, checkName } from '../arguments.js';
import { NO_OPTIONS } from '../options.js';
import type { Asking } from './asking.js';
import { HeldTicket } from './held-ticket.js';
import type { Asked, TicketKeeper } from './held-ticket.js';
import { checkPermits, checkTryPermits } from './options.js';
import type { TryPermitOptions } from './options.js';

export class Semaphore implements SemaphoreApi {
  readonly name: string;
  readonly permits: number;
  readonly #asking: Asking;

  constructor(asking: Asking, name: string, permits: number) {
    checkName('semaphore', name);
    checkCount('permits', permits);
    this.#asking = asking;
    this.name = name;
    this.permits = permits;
  }

  acquire(options?: PermitOptions): Promise<HeldPermits>;
  acquire<R>(body: Body<R>): Promise<R>;
  acquire<R>(options: PermitOptions, body: Body<R>): Promise<R>;
  acquire<R>(first: PermitOptions | Body<R> = NO_OPTIONS, second?: Body<R>): Promise<HeldPermits | R> {
    const [options, body] = typeof first === 'function' ? [NO_OPTIONS, first] : [first, second];
    checkPermits(options);
    if (body !== undefined) checkFunction('body', body);
    const acquiring = this.#asking.acquire(this.#asked(options, this.acquire), options, HeldPermits.of);
    return body === undefined ? acquiring : this.#asking.around(acquiring, body);
  }

  tryAcquire(options: TryPermitOptions = NO_OPTIONS): Promise<HeldPermits | undefined> {
    checkTryPermits(options);
    return this.#asking.tryAcquire(this.#asked(options, this.tryAcquire), HeldPermits.of);
  }

  #asked(options: PermitOptions, entry: (...args: never) => unknown): Asked {
    const { permits = 1 } = options;
    checkCount('permits', permits);
    if (permits > this.permits) throw new RangeError(`The semaphore "${this.name}" has ${this.permits} permits: ${permits} are never free.`);
    return this.#asking.asked(this.name, { space: 'semaphore', permits, limit: this.permits }, options, entry);
  }
}

type Body<R> = (permits: Permits) => R | Promise<R>;

class HeldPermits extends HeldTicket implements Permits {
  static readonly of = (keeper: TicketKeeper, asked: Asked, ticket: number, token: number): HeldPermits => new this(keeper, asked, ticket, token);

  get permits(): number {
    return this.asked.terms?.permits ?? 1;
  }
}

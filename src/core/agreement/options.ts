/** The options of locks, permits, elections and of waiting for them, checked where they come in. */
import type { LockOptions, LocksOptions, OnceOptions, PermitOptions, RateLimitOptions, SemaphoreOptions, TryLockOptions, WaitOptions } from '../api.js';
import { checkBoolean, checkCount, checkDuration, checkSignal, describe } from '../arguments.js';
import { checkOptions } from '../options.js';
import type { OptionNames } from '../options.js';
import { checkTtl } from './map-arguments.js';

/** As long as it may take, and no more to say. */
export type PatienceOptions = Pick<WaitOptions, 'timeout' | 'signal'>;
export type TakeOptions = Pick<WaitOptions, 'timeout' | 'signal' | 'maxWaiters'>;
export type TryPermitOptions = Pick<PermitOptions, 'permits' | 'maxHold'>;

export function checkLock(options: LockOptions): void {
  checkOptions('hub.lock()', options, LOCK);
  checkWaiting(options);
  const { mode, steal } = options;
  checkMode(mode);
  if (steal !== undefined) checkBoolean('steal', steal);
  if (steal === true && mode === 'shared') throw new TypeError('A lock is stolen for its thief alone: `steal` goes with the mode "exclusive".');
}

export function checkTryLock(options: TryLockOptions): void {
  checkOptions('hub.tryLock()', options, TRY_LOCK);
  checkWaiting(options);
  checkMode(options.mode);
}

export function checkLocks(options: LocksOptions): void {
  checkOptions('hub.locks()', options, LOCKS);
  if (options.limit !== undefined) checkCount('limit', options.limit);
}

export function checkElection(options: WaitOptions): void {
  checkOptions('hub.elect()', options, WAIT);
  checkWaiting(options);
}

export function checkBarrier(options: PatienceOptions): void {
  checkOptions('hub.barrier()', options, PATIENCE);
  checkWaiting(options);
}

export function checkOnce(options: OnceOptions): void {
  checkOptions('hub.once()', options, ONCE);
  checkWaiting(options);
  if (options.ttl !== undefined) checkTtl(options.ttl);
}

export function checkSemaphore(options: SemaphoreOptions): void {
  checkOptions('hub.semaphore()', options, SEMAPHORE);
}

export function checkPermits(options: PermitOptions): void {
  checkOptions('semaphore.acquire()', options, PERMITS);
  checkWaiting(options);
}

export function checkTryPermits(options: TryPermitOptions): void {
  checkOptions('semaphore.tryAcquire()', options, TRY_PERMITS);
  checkWaiting(options);
}

export function checkRateLimit(options: RateLimitOptions): void {
  checkOptions('hub.limit()', options, RATE_LIMIT);
  checkDuration('per', options.per);
  if (options.per === 0) throw new RangeError('`per` is a number of milliseconds above 0.');
}

export function checkTake(options: TakeOptions): void {
  checkOptions('limit.take()', options, TAKE);
  checkWaiting(options);
}

const PATIENCE: OptionNames<PatienceOptions> = { timeout: true, signal: true };
const ONCE: OptionNames<OnceOptions> = { ...PATIENCE, ttl: true };
const TAKE: OptionNames<TakeOptions> = { ...PATIENCE, maxWaiters: true };
const WAIT: OptionNames<WaitOptions> = { ...TAKE, maxHold: true, within: true };
const LOCK: OptionNames<LockOptions> = { ...WAIT, mode: true, steal: true };
const TRY_LOCK: OptionNames<TryLockOptions> = { mode: true, maxHold: true };
const LOCKS: OptionNames<LocksOptions> = { limit: true };
const SEMAPHORE: OptionNames<SemaphoreOptions> = { permits: true };
const PERMITS: OptionNames<PermitOptions> = { ...WAIT, permits: true };
const TRY_PERMITS: OptionNames<TryPermitOptions> = { permits: true, maxHold: true };
const RATE_LIMIT: OptionNames<RateLimitOptions> = { permits: true, per: true };

function checkWaiting({ timeout, signal, maxWaiters, maxHold, within }: WaitOptions): void {
  if (timeout !== undefined) checkDuration('timeout', timeout);
  if (signal !== undefined) checkSignal(signal);
  if (maxWaiters !== undefined && maxWaiters !== 0) checkCount('maxWaiters', maxWaiters);
  if (maxHold !== undefined) checkDuration('maxHold', maxHold);
  if (maxHold === 0) throw new RangeError('`maxHold` is a number of milliseconds above 0. Leave it out to hold without limit.');
  if (within !== undefined && within !== null && !(typeof within === 'object' && 'token' in within)) {
    throw new TypeError(`\`within\` is what is held around it, a lock, permits or a term, or null, not ${describe(within)}.`);
  }
}

function checkMode(mode: unknown): void {
  if (mode !== undefined && mode !== 'exclusive' && mode !== 'shared') throw new TypeError(`\`mode\` is "exclusive" or "shared", not ${describe(mode)}.`);
}

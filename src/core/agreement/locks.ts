/** The locks of a hub. A lock that its own asker keeps back is refused here, without asking the authority. */
import type { Lock, LockOptions, TryLockOptions } from '../api.js';
import type { Deadlocked, Terms } from '../protocol.js';
import type { Asking } from './asking.js';
import { HeldLock, keysOf } from './held-lock.js';
import type { Asked } from './held-ticket.js';
import type { Members } from './members.js';
import { deadlock } from './refused.js';

export class Locks {
  readonly #asking: Asking;
  readonly #members: Members;

  constructor(asking: Asking, members: Members) {
    this.#asking = asking;
    this.#members = members;
  }

  /** `entry`: what the user called. */
  acquire(keys: string | readonly string[], options: LockOptions, entry: (...args: never) => unknown): Promise<HeldLock> {
    const asked = this.#asked(keys, options, entry);
    const circle = options.steal === true ? undefined : this.#ownCircle(asked);
    if (circle !== undefined) return Promise.reject(deadlock(circle, this.#members));
    return this.#asking.acquire(asked, options, HeldLock.of);
  }

  around<R>(keys: string | readonly string[], options: LockOptions, body: (lock: Lock) => R | Promise<R>, entry: (...args: never) => unknown): Promise<R> {
    return this.#asking.around(this.acquire(keys, options, entry), body);
  }

  tryAcquire(keys: string | readonly string[], options: TryLockOptions, entry: (...args: never) => unknown): Promise<HeldLock | undefined> {
    return this.#asking.tryAcquire(this.#asked(keys, options, entry), HeldLock.of);
  }

  #asked(keys: string | readonly string[], options: LockOptions, entry: (...args: never) => unknown): Asked {
    const { mode, steal } = options;
    if (typeof keys === 'string' && mode !== 'shared' && steal !== true) return this.#asking.asked(keys, undefined, options, entry);
    const [key = '', ...moreKeys] = typeof keys === 'string' ? [keys] : new Set(keys);
    const terms: Terms = {
      ...(moreKeys.length === 0 ? {} : { moreKeys }),
      ...(mode === 'shared' ? { mode } : {}),
      ...(steal === true ? { steal } : {}),
    };
    return this.#asking.asked(key, terms, options, entry);
  }

  /** What it would wait for is released only after it has been granted. Others in the line are for the authority to see. */
  #ownCircle(asked: Asked): readonly Deadlocked[] | undefined {
    const isShared = asked.terms?.mode === 'shared';
    const keys = keysOf(asked);
    for (let { within } = asked; within !== undefined; within = within.within) {
      if (!(within instanceof HeldLock) || (isShared && within.mode === 'shared')) continue;
      const key = within.keys.find((each) => keys.includes(each));
      if (key !== undefined) return [this.#step(asked, key, false), this.#step(within.asked, key, true)];
    }
    return undefined;
  }

  #step({ terms }: Asked, key: string, holds: boolean): Deadlocked {
    const step = { member: this.#members.self?.number ?? 0, space: 'lock', key, holds } as const;
    return terms?.site === undefined ? step : { ...step, site: terms.site };
  }
}

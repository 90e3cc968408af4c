/** async-mutex: the floor, for it locks within one process. */
import { Mutex } from 'async-mutex';
import { setImmediate as turn } from 'node:timers/promises';

export const system = {
  name: 'async-mutex, one process',
  start: 'spawn',
  can: ['cycle'],
  not: ['lock-8', 'line-10k'],
  member() {
    const locks = new Map();
    let cycles = 0;
    return {
      async cycle(key) {
        let lock = locks.get(key);
        if (lock === undefined) locks.set(key, lock = new Mutex());
        const release = await lock.acquire();
        release();
        // It never leaves the microtasks by itself, and no timer would run.
        if (++cycles % 1000 === 0) await turn();
      },
    };
  },
};

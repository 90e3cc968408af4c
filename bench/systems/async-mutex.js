/** async-mutex: the floor, for it locks within one process. */
import { Mutex } from 'async-mutex';

export const system = {
  name: 'async-mutex, one process',
  start: 'spawn',
  can: ['cycle'],
  not: ['lock-8'],
  member() {
    const locks = new Map();
    return {
      async cycle(key) {
        let lock = locks.get(key);
        if (lock === undefined) locks.set(key, lock = new Mutex());
        const release = await lock.acquire();
        release();
      },
    };
  },
};

/** A worker of the Web Platform Tests: it requests and releases Web Locks as it is told. */
import { lockManager } from '../../../src/compat/web-locks.js';
import type { LockOptions } from '../../../src/compat/web-locks.js';
import { createHub } from '../../../src/index.js';

const hub = createHub({ transport: 'fork', name: process.argv[2] ?? 'worker' });
const locks = lockManager(hub);
const releases = new Map<number, () => void>();

/** Resolves to a number by which it can be released, or to none. */
hub.handle<{ readonly name: string; readonly options: LockOptions }, number | undefined>(`${process.argv[2]}.request`, ({ name, options }) =>
  new Promise((granted) => {
    void locks.request(name, options, (lock) => {
      if (lock === null) return granted(undefined);
      const id = releases.size + 1;
      granted(id);
      return new Promise<void>((release) => void releases.set(id, release));
    });
  }),
);

hub.handle<number>(`${process.argv[2]}.release`, (id) => releases.get(id)?.());

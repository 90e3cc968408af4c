/** lmdb: memory that processes share through a file. Reads are local and synchronous, writes are told when they are on disk. */
import { open } from 'lmdb';
import { join } from 'node:path';

export const system = {
  name: 'lmdb, a shared file',
  start: 'spawn',
  can: ['get', 'set', 'add'],
  not: ['get-1m'],
  member({ folder }) {
    const db = open({ path: join(folder, 'db') });
    return {
      get: async (key) => db.get(key),
      set: (key, value) => db.put(key, value),
      add: (key) => db.transaction(() => {
        const sum = (db.get(`${key}-count`) ?? 0) + 1;
        db.put(`${key}-count`, sum);
        return sum;
      }),
    };
  },
};

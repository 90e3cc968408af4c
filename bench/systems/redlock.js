/** redlock on one Redis, asking again as fast as it can be told to. */
import Redlock from 'redlock';
import { redisAt, startRedis } from './redis-server.js';

export const system = {
  name: 'redlock',
  start: 'spawn',
  program: 'redis-server',
  can: ['cycle'],
  not: ['line-10k'],
  hub: ({ folder }) => startRedis(folder),
  async member({ folder }) {
    const redlock = new Redlock([await redisAt(folder)], { retryCount: -1, retryDelay: 1, retryJitter: 1 });
    return {
      async cycle(key) {
        const lock = await redlock.lock(key, 10_000);
        await lock.unlock();
      },
    };
  },
};

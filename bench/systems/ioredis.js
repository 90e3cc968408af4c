/**
 * Redis over a Unix socket. It has no handlers: a request to the hub is a `GET`, messages are published, and a request
 * to a member is two of them. A lock is the recipe of its manual, which does not wait: for own keys only.
 */
import { MemberByHand } from './by-hand.js';
import { redisAt, startRedis } from './redis-server.js';

const RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end';

export const system = {
  name: 'Redis, ioredis',
  start: 'spawn',
  program: 'redis-server',
  can: ['ask', 'askMember', 'tellMember', 'broadcast', 'cycle', 'get', 'set', 'add'],
  not: ['lock-8', 'line-10', 'line-10k'],
  hub: ({ folder }) => startRedis(folder),
  async member({ folder, end, index }) {
    const redis = await redisAt(folder);
    const ears = await redisAt(folder);
    redis.defineCommand('release', { numberOfKeys: 1, lua: RELEASE });
    // Members are few and known: 0 asks, the others hear and answer.
    const post = ({ to = 1, ...message }) => redis.publish(`to-${index === 0 ? to : 0}`, JSON.stringify(message));
    const member = new MemberByHand(end, post);
    ears.on('message', (channel, text) => member.received(JSON.parse(text)));
    await ears.subscribe(`to-${index}`, ...(index > 0 ? ['news'] : []));
    return {
      ask: async () => JSON.parse(await redis.get('echo')),
      askMember: (value) => member.askMember(value),
      tellMember: (value) => member.tellMember(value),
      broadcast: (value) => void redis.publish('news', JSON.stringify({ type: 'tell', value })),
      get: async (key) => JSON.parse(await redis.get(key)),
      set: (key, value) => redis.set(key, JSON.stringify(value)),
      add: (key) => redis.incr(`${key}-count`),
      async cycle(key) {
        await redis.set(`lock-${key}`, index, 'PX', 10_000, 'NX');
        void redis.release(`lock-${key}`, index);
      },
    };
  },
};

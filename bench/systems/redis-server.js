/** A redis-server of the cell's own: on a Unix socket in its folder, with no port and no persistence. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export async function startRedis(folder) {
  const path = join(folder, 'redis');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' });
  const ended = once(server, 'exit').then(() => Promise.reject(new Error('redis-server has ended.')));
  await Promise.race([ended, once(server, 'spawn')]);
  const redis = await redisAt(folder);
  await redis.set('echo', JSON.stringify({ id: 4711, user: 'ann.example', items: [{ sku: 'A-1', n: 2 }, { sku: 'B-22', n: 1 }], total: 59.9, paid: true }));
  ended.catch(() => {});
  process.on('exit', () => server.kill('SIGKILL'));
  return { pid: server.pid };
}

export async function redisAt(folder) {
  const redis = new Redis({ path: join(folder, 'redis'), lazyConnect: true, retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  await redis.ping();
  return redis;
}

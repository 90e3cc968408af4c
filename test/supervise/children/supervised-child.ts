/** A supervised process of a kind. */
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { supervised } from '../../../src/supervise/supervise.js';

const [, , kind, detail] = process.argv;

switch (kind) {
  case 'answer': {
    const child = supervised();
    const { hub } = child;
    hub.handle('pid', async () => {
      await pause(Math.random() * 3);
      return process.pid;
    });
    hub.handle('die', () => process.kill(process.pid, 'SIGKILL'));
    await child.ready();
    break;
  }
  case 'ask': {
    const child = supervised();
    const { hub } = child;
    await child.ready();
    let isAsking = true;
    hub.on('enough', () => {
      isAsking = false;
    });
    const pids = new Set<number>();
    const errors: string[] = [];
    while (isAsking) {
      await Promise.all(
        Array.from({ length: 20 }, () => hub.request<number>('pid').then((pid) => pids.add(pid), (error: unknown) => errors.push(String(error)))),
      );
    }
    hub.send('asked', { pids: pids.size, errors });
    break;
  }
  case 'serve': {
    const server = createServer((_, response) => response.end(String(process.pid)));
    const child = supervised({ stop: () => new Promise((resolve) => server.close(resolve)) });
    server.listen(0, '127.0.0.1', () => void child.ready());
    break;
  }
  case 'listen':
    createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    break;
  case 'fail':
    await supervised().failed(Object.assign(new RangeError('no database'), { code: 'E_DB' }));
    break;
  case 'end at once':
    process.exit(3);
    break;
  case 'end when ready': {
    await supervised().ready();
    process.exit(3);
    break;
  }
  case 'hang':
    setInterval(() => {}, 1_000);
    process.on('SIGTERM', () => {});
    supervised({ stop: () => new Promise(() => {}) }).hub.send('deaf');
    break;
  case 'tell of the end': {
    const child = supervised({ stop: () => console.log(`${detail} ends`) });
    await child.ready();
    break;
  }
}

/** cluster-client: its leader in the hub, a follower in each member, over TCP as it has it, on a free port. */
import cluster from 'cluster-client';
import { EventEmitter, once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const quiet = Object.fromEntries(['debug', 'info', 'warn', 'error', 'log'].map((level) => [level, () => {}]));

export const system = {
  name: 'cluster-client',
  start: 'spawn',
  can: ['ask', 'tell'],
  async hub({ folder, end }) {
    const port = await freePort();
    const client = meet(port, true, end);
    await client.ready();
    await writeFile(join(folder, 'port'), String(port));
  },
  async member({ folder }) {
    const client = meet(Number(await readFile(join(folder, 'port'), 'utf8')), false);
    await client.ready();
    return { ask: (value) => client.ask(value), tell: (value) => client.tell(value) };
  },
};

function meet(port, isLeader, end) {
  class Desk extends EventEmitter {
    ready(done) {
      if (done === undefined) return Promise.resolve();
      done();
    }

    async ask(value) {
      return end.answer(value);
    }

    async tell(value) {
      end.hear(value);
    }
  }
  return cluster(Desk, { port, isLeader, logger: quiet }).delegate('ask', 'invoke').delegate('tell', 'invokeOneway').create();
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** NATS with a server of the cell's own, on a free port of the loopback: it has no Unix sockets. */
import { connect } from '@nats-io/transport-node';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

export const system = {
  name: 'NATS',
  start: 'spawn',
  program: 'nats-server',
  not: ['beside-32m'],
  can: ['ask', 'askMember', 'tell', 'tellMember', 'tellBytes', 'broadcast'],
  async hub({ folder, end }) {
    const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder], { stdio: 'ignore' });
    await once(server, 'spawn');
    process.on('exit', () => server.kill('SIGKILL'));
    const nats = await dial(folder);
    nats.subscribe('ask', { callback: (error, message) => message.respond(JSON.stringify(end.answer(message.json()))) });
    nats.subscribe('tell', { callback: (error, message) => end.hear(message.json()) });
    nats.subscribe('bytes', { callback: (error, message) => end.hear(message.data) });
    await nats.flush();
    return { pid: server.pid };
  },
  async member({ folder, end, index }) {
    const nats = await dial(folder);
    if (index === 1) {
      nats.subscribe('ask-member', { callback: (error, message) => message.respond(JSON.stringify(end.answer(message.json()))) });
      nats.subscribe('tell-member', { callback: (error, message) => end.hear(message.json()) });
    }
    if (index > 0) nats.subscribe('news', { callback: (error, message) => end.hear(message.json()) });
    await nats.flush();
    return {
      ask: async (value) => (await nats.request('ask', JSON.stringify(value))).json(),
      askMember: async (value) => (await nats.request('ask-member', JSON.stringify(value))).json(),
      tell: (value) => nats.publish('tell', JSON.stringify(value)),
      tellMember: (value) => nats.publish('tell-member', JSON.stringify(value)),
      tellBytes: (value) => nats.publish('bytes', value),
      broadcast: (value) => nats.publish('news', JSON.stringify(value)),
    };
  },
};

async function dial(folder) {
  for (;;) {
    const file = (await readdir(folder)).find((name) => name.endsWith('.ports'));
    if (file !== undefined) {
      const { nats } = JSON.parse(await readFile(join(folder, file), 'utf8'));
      return connect({ servers: nats[0] });
    }
    await after(5);
  }
}

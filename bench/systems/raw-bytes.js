/** The floor: 112 bytes to and fro over a Unix socket, with no codec, no ids and one at a time. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const SIZE = 112;

export const system = {
  name: 'raw Unix socket, no codec',
  start: 'spawn',
  can: ['ask'],
  only: ['ask-1', 'start'],
  async hub({ folder }) {
    const server = createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => socket.write(bytes)));
    server.listen(join(folder, 'raw'));
    await once(server, 'listening');
  },
  async member({ folder }) {
    const socket = connect(join(folder, 'raw'));
    await once(socket, 'connect');
    const bytes = Buffer.alloc(SIZE, 120);
    let answered;
    socket.on('data', () => answered());
    return { ask: () => new Promise((resolve) => { answered = resolve; socket.write(bytes); }) };
  },
};

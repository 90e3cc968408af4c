/** WebSocket messages over a Unix socket, without compression, which is how `ws` comes. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { WebSocket, WebSocketServer } from 'ws';
import { BY_HAND, HubByHand, MemberByHand } from './by-hand.js';

export const system = {
  name: 'ws',
  start: 'spawn',
  can: [...BY_HAND, 'tellBytes'],
  async hub({ folder, end }) {
    const hub = new HubByHand(end);
    const http = createServer();
    new WebSocketServer({ server: http }).on('connection', (socket, request) => {
      const index = Number(request.url.slice(1));
      hub.join(index, (message) => socket.send(JSON.stringify(message)));
      socket.on('error', () => {}).on('message', (data, isBinary) => (isBinary ? end.hear(data) : hub.received(index, JSON.parse(data.toString()))));
      socket.send('welcome');
    });
    http.listen(join(folder, 'ws'));
    await once(http, 'listening');
  },
  async member({ folder, end, index }) {
    const socket = new WebSocket(`ws+unix://${join(folder, 'ws')}:/${index}`);
    await once(socket, 'message');
    const member = new MemberByHand(end, (message) => socket.send(JSON.stringify(message)));
    member.tellBytes = (bytes) => socket.send(bytes);
    socket.on('message', (data) => member.received(JSON.parse(data.toString())));
    return member;
  },
};

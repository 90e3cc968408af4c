/** node-ipc's own server and client over a Unix socket, with its fastest parser, its default. */
import { join } from 'node:path';
import ipc from 'node-ipc';
import { BY_HAND, HubByHand, MemberByHand } from './by-hand.js';

export const system = {
  name: 'node-ipc',
  start: 'spawn',
  can: BY_HAND,
  async hub({ folder, end }) {
    configure('hub');
    const hub = new HubByHand(end);
    await new Promise((started) => {
      ipc.serve(join(folder, 'ipc'), started);
      ipc.server.on('hello', (index, socket) => {
        socket.index = index;
        hub.join(index, (message) => ipc.server.emit(socket, 'message', message));
        ipc.server.emit(socket, 'welcome', index);
      });
      ipc.server.on('message', (message, socket) => hub.received(socket.index, message));
      ipc.server.start();
    });
  },
  async member({ folder, end, index }) {
    configure(`member-${index}`);
    return new Promise((resolve) => {
      ipc.connectTo('hub', join(folder, 'ipc'), () => {
        const hub = ipc.of.hub;
        const member = new MemberByHand(end, (message) => hub.emit('message', message));
        hub.on('connect', () => hub.emit('hello', index));
        hub.on('message', (message) => member.received(message));
        hub.on('welcome', () => resolve(member));
      });
    });
  },
};

function configure(id) {
  Object.assign(ipc.config, { id, silent: true, stopRetrying: true });
}

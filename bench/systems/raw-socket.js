/** A Unix socket, a length before each JSON text, a write for each message. Bytes go as they are, marked by the top bit. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { BY_HAND, HubByHand, MemberByHand } from './by-hand.js';

const BYTES = 0x8000_0000;

export const system = {
  name: 'raw Unix socket',
  start: 'spawn',
  can: [...BY_HAND, 'tellBytes'],
  async hub({ folder, end }) {
    const hub = new HubByHand(end);
    const server = createServer((socket) => {
      let index;
      receive(socket, (message) => {
        if (Buffer.isBuffer(message)) return end.hear(message);
        if (index !== undefined) return hub.received(index, message);
        index = message.index;
        hub.join(index, (answer) => socket.write(frame(answer)));
      });
    });
    server.listen(join(folder, 'raw'));
    await once(server, 'listening');
  },
  async member({ folder, end, index }) {
    const socket = connect(join(folder, 'raw'));
    await once(socket, 'connect');
    socket.write(frame({ index }));
    const member = new MemberByHand(end, (message) => socket.write(frame(message)));
    member.tellBytes = (bytes) => {
      const head = Buffer.allocUnsafe(4);
      head.writeUInt32LE((bytes.length | BYTES) >>> 0);
      socket.cork();
      socket.write(head);
      socket.write(bytes);
      socket.uncork();
    };
    receive(socket, (message) => member.received(message));
    return member;
  },
};

function frame(message) {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeUInt32LE(length);
  bytes.write(text, 4);
  return bytes;
}

function receive(socket, hear) {
  let chunks = [];
  let held = 0;
  let wanted = 4;
  socket.on('error', () => {}).on('data', (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, held);
    let at = 0;
    wanted = 4;
    while (bytes.length - at >= 4) {
      const head = bytes.readUInt32LE(at);
      const end = at + 4 + (head & ~BYTES);
      if (end > bytes.length) {
        wanted = end - at;
        break;
      }
      hear(head >= BYTES ? bytes.subarray(at + 4, end) : JSON.parse(bytes.utf8Slice(at + 4, end)));
      at = end;
    }
    chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    held = bytes.length - at;
  });
}

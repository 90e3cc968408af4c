/**
 * The runner's own line to each process of a cell: one JSON text a line, over a Unix socket that no system under test
 * uses. It is silent while a cell is measured, but for the counts of one-way messages. A process whose line ends, exits.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Line {
  #socket;
  #rest = '';
  #hear = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('error', () => {}).on('data', (text) => this.#read(text));
  }

  say(words) {
    this.#socket.write(`${JSON.stringify(words)}\n`);
  }

  onWords(hear) {
    this.#hear = hear;
  }

  onEnd(ended) {
    this.#socket.once('close', ended);
  }

  end() {
    this.#socket.destroy();
  }

  #read(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop();
    for (const line of lines) this.#hear(JSON.parse(line));
  }
}

export async function listen(path, onLine) {
  const server = createServer((socket) => onLine(new Line(socket)));
  server.listen(path);
  await once(server, 'listening');
  return server;
}

export async function dial(path) {
  const socket = connect(path);
  await once(socket, 'connect');
  return new Line(socket);
}

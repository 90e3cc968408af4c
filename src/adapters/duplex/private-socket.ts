/**
 * A road between a child and its parent: a Unix socket in a folder that only this user can enter, and that is gone as soon
 * as the parent has come. The child listens and the parent connects, because the end that connects reads for less (see
 * `connectLink`), and the parent has the most to read. Only a folder that looks like one of these is ever connected to or
 * removed: a child must not send its parent where it cannot go itself.
 */
import { timingSafeEqual } from 'node:crypto';
import { lstatSync, mkdtempSync, rmdirSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Link } from '../../core/star/link.js';
import { connectLink, duplexLink } from '../duplex.js';

export const privateSocket = { lay, take };

const PREFIX = 'interhub-';
/** A socket's address holds no more, on macOS; 107 on Linux. */
const MAX_PATH_BYTES = 103;

interface Laid {
  readonly place: string;
  readonly link: Promise<Link>;
}

/** The child's part. */
function lay(token: string, signal: AbortSignal, onEnded: () => void): Promise<Laid> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const place = makePlace();
    const server = createServer();
    const link = new Promise<Link>((come, fail) => {
      server.on('connection', (socket) => void expectToken(socket, token, () => {
        end(server, place);
        socket.once('close', onEnded);
        come(duplexLink(socket));
      }));
      server.on('error', fail);
      signal.addEventListener('abort', () => fail(signal.reason), { once: true });
    });
    link.catch((error: unknown) => {
      end(server, place);
      reject(error);
    });
    // Exclusive, or a cluster worker would make its primary listen.
    server.listen({ path: place, exclusive: true }, () => resolve({ place, link }));
    server.unref();
  });
}

/** The parent's part. Nobody has to come here again. */
async function take(place: string, token: string, onEnded: () => void): Promise<Link> {
  checkFolder(dirname(place));
  try {
    return await connectLink(place, { greeting: token, onEnded });
  } finally {
    remove(place);
  }
}

/** Synchronous, as is the removal: a process that is killed meanwhile would leave the folder. */
function makePlace(): string {
  if (process.platform === 'win32') throw new Error('there are no private sockets on Windows yet');
  const room = Buffer.byteLength(join(tmpdir(), `${PREFIX}XXXXXX`, 's'));
  if (room > MAX_PATH_BYTES) throw new Error(`a socket's path in ${tmpdir()} would have ${room} bytes, and it may have ${MAX_PATH_BYTES}; set TMPDIR to a shorter one`);
  return join(mkdtempSync(join(tmpdir(), PREFIX)), 's');
}

function expectToken(socket: Socket, token: string, came: () => void): void {
  const expected = Buffer.from(token);
  socket.unref();
  socket.on('error', () => {});
  socket.on('readable', function heard() {
    const words: unknown = socket.read(expected.length);
    if (!(words instanceof Uint8Array)) return;
    socket.off('readable', heard);
    if (words.length === expected.length && timingSafeEqual(words, expected)) came();
    else socket.destroy();
  });
}

function checkFolder(folder: string): void {
  const { uid, mode } = lstatSync(folder);
  const isPrivate = (mode & 0o170777) === 0o040700 && uid === process.getuid?.();
  if (!isPrivate || !basename(folder).startsWith(PREFIX)) throw new Error(`${folder} is not a folder that only the user of this process can enter`);
}

function end(server: Server, place: string): void {
  server.close();
  remove(place);
}

function remove(place: string): void {
  for (const step of [() => unlinkSync(place), () => rmdirSync(dirname(place))]) {
    try {
      step();
    } catch {
      // The other end was faster.
    }
  }
}

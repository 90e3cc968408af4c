/**
 * Any two-way stream as a link: sockets above all. Bytes that the kernel takes at once are the caller's again at once, and
 * no more is heard in one turn of the event loop than keeps nobody else waiting.
 * A socket that is a link keeps no process alive, and no `'error'` of it ever escapes.
 */
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HubError } from '../core/errors.js';
import type { Link, LinkSink } from '../core/star/link.js';

export function duplexLink(stream: Duplex): Link {
  return new DuplexLink(stream, 'events');
}

export interface ConnectOptions {
  /** What is said before the first packet. */
  readonly greeting?: string;
  /** Called when a link that came about ends, whether it was opened or not. */
  readonly onEnded?: () => void;
}

/**
 * Connects to a listening socket. It reads into one buffer of its own, which only the end that connects can have:
 * `net.Server` makes its sockets by itself. Rejects with the system's error.
 */
export function connectLink(path: string, { greeting, onEnded }: ConnectOptions = {}): Promise<Link> {
  return new Promise((resolve, reject) => {
    const callback = (length: number, bytes: Uint8Array): boolean => {
      link.received(bytes.subarray(0, length));
      return true;
    };
    const socket = connect({ path, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback } });
    const link = new DuplexLink(socket, 'buffer');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      if (onEnded !== undefined) socket.once('close', onEnded);
      if (greeting !== undefined) socket.write(greeting);
      resolve(link);
    });
  });
}

/** One read of a socket brings no more than this. */
const READ_BYTES = 65_536;
/** So much is heard without a rest. The system would give what has come until there is no more, or some megabytes. */
const IN_A_ROW = 262_144;
/** How long `close` waits for the other end to take what was sent, and to close too. */
const LINGER = 5_000;

class DuplexLink implements Link {
  readonly #stream: Duplex;
  /** A socket has given to the kernel what it has written; another stream may hold the very bytes for longer. */
  readonly #isSocket: boolean;
  readonly #reads: 'events' | 'buffer';
  #life: Life = { at: 'unopened' };
  /** Undefined before `open` and from `close` on: then nothing is received. */
  #sink: LinkSink | undefined;
  #isFull = false;
  /** What was heard since the last rest. */
  #heard = 0;

  constructor(stream: Duplex, reads: 'events' | 'buffer') {
    this.#stream = stream;
    this.#isSocket = stream instanceof Socket;
    this.#reads = reads;
    if (stream instanceof Socket) stream.unref();
    // What comes before there is a sink stays in the socket.
    if (reads === 'buffer') stream.pause();
    stream.on('end', () => stream.end());
    stream.on('error', (error) => this.#ended(cutOff(error)));
    stream.on('close', () => this.#ended());
  }

  open(sink: LinkSink): void {
    switch (this.#life.at) {
      case 'unopened':
        this.#life = { at: 'open', sink };
        this.#sink = sink;
        if (this.#reads === 'events') this.#stream.on('data', (bytes: Uint8Array) => this.received(bytes, this.#isSocket));
        this.#stream.resume();
        return;
      case 'closed': {
        const { error } = this.#life;
        queueMicrotask(() => sink.closed(error));
        return;
      }
      case 'closing':
        this.#life = { ...this.#life, sink };
        return;
      case 'open':
        throw new TypeError('This link is open already.');
    }
  }

  /** `areGiven`: a socket that reads into no buffer of ours reads into a new one each time. */
  received(bytes: Uint8Array, areGiven = false): void {
    this.#heard += bytes.length;
    if (this.#heard >= IN_A_ROW) this.#rest();
    this.#sink?.received(bytes, areGiven);
  }

  send(bytes: Uint8Array, areGiven = false): boolean {
    const stream = this.#stream;
    if (!stream.writable) return true;
    stream.write(this.#isSocket || areGiven ? bytes : Buffer.from(bytes), this.#written);
    if (stream.writableLength === 0) return true;
    this.#isFull = true;
    return false;
  }

  close(reason?: HubError): void {
    if (this.#life.at === 'closing' || this.#life.at === 'closed') return;

    this.#closing(reason);
    this.#stream.end();
    // The end of the other side is seen only by who reads.
    this.#stream.resume();
  }

  destroy(reason: HubError): void {
    if (this.#life.at === 'closed') return;

    this.#closing(reason);
    this.#stream.destroy();
  }

  /** From here on the sink hears nothing but `closed`. A stopped process at the other end cannot hold us. */
  #closing(reason: HubError | undefined): void {
    if (this.#life.at !== 'unopened' && this.#life.at !== 'open') return;

    const timer = setTimeout(() => this.#stream.destroy(), LINGER);
    timer.unref();
    this.#life = { at: 'closing', sink: this.#sink, reason, timer };
    this.#sink = undefined;
  }

  /** Who has much to say lets the others, and all else that this process does, have their turn in between. */
  #rest(): void {
    this.#heard = 0;
    this.#stream.pause();
    setImmediate(this.#goOn);
  }

  readonly #goOn = (): void => void this.#stream.resume();

  readonly #written = (): void => {
    if (!this.#isFull || this.#stream.writableLength > 0) return;
    this.#isFull = false;
    this.#sink?.drained();
  };

  #ended(error?: HubError): void {
    const life = this.#life;
    if (life.at === 'closed') return;

    this.#sink = undefined;
    this.#stream.destroy();
    if (life.at === 'closing') clearTimeout(life.timer);
    const told = life.at === 'closing' ? (life.reason ?? error) : error;
    this.#life = { at: 'closed', error: told };
    if (life.at !== 'unopened') life.sink?.closed(told);
  }
}

type Life =
  | { readonly at: 'unopened' }
  | { readonly at: 'open'; readonly sink: LinkSink }
  | { readonly at: 'closing'; readonly sink: LinkSink | undefined; readonly reason: HubError | undefined; readonly timer: NodeJS.Timeout }
  | { readonly at: 'closed'; readonly error: HubError | undefined };

function cutOff(error: Error): HubError {
  return new HubError('LOST', `The link was cut: ${error.message}.`, { cause: error });
}

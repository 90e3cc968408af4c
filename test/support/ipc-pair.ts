/** The two ends of an IPC channel without the processes: what one sends, the other emits a tick later, serialized as Node would. */
import { EventEmitter } from 'node:events';
import sinon from 'sinon';
import type { IpcChannel } from '../../src/adapters/ipc/channel.js';

export class FakeChannel extends EventEmitter {
  readonly pid = 4711;
  connected = true;
  /** Node's: on a child's end, each listener for a message or the end keeps the process alive. */
  readonly channel = { refs: 0, refCounted: () => void this.channel.refs++, unrefCounted: () => void this.channel.refs-- };
  readonly send = sinon.spy((message: unknown, _handle: undefined, _options: undefined, written: (error: Error | null) => void): boolean => {
    if (!this.connected) process.nextTick(written, new Error('Channel closed'));
    else if (!this.isStuck) this.#deliver(message, written);
    return !this.isStuck;
  });
  /** Nothing is written until it is let go. */
  isStuck = false;
  /** It waits for the other end to take a socket: what is sent meanwhile is kept as it is, and serialized later. */
  isHandingOver = false;
  readonly #serialize: (message: unknown) => unknown;
  #other: FakeChannel | undefined;

  constructor(serialization: 'json' | 'advanced') {
    super();
    this.#serialize = serialization === 'json' ? (message) => JSON.parse(JSON.stringify(message)) : structuredClone;
  }

  join(other: FakeChannel): void {
    this.#other = other;
  }

  countListeners(): void {
    this.on('newListener', (event) => this.#counts(event) && this.channel.refCounted());
    this.on('removeListener', (event) => this.#counts(event) && this.channel.unrefCounted());
  }

  disconnect(): void {
    for (const end of [this, this.#other]) {
      if (end === undefined || !end.connected) continue;
      end.connected = false;
      end.emit('disconnect');
    }
  }

  /** The types of the parcels that were sent, in order. */
  get said(): readonly unknown[] {
    return this.send.args.map(([message]) => (message as { type: unknown }).type);
  }

  #counts(event: unknown): boolean {
    return event === 'message' || event === 'disconnect';
  }

  #deliver(message: unknown, written: (error: Error | null) => void): void {
    const serialized = this.isHandingOver ? undefined : this.#serialize(message);
    process.nextTick(() => {
      written(null);
      this.#other?.emit('message', serialized ?? this.#serialize(message));
    });
  }
}

export interface IpcPair {
  readonly parent: FakeChannel & IpcChannel;
  readonly child: FakeChannel & IpcChannel;
}

export function ipcPair(serialization: 'json' | 'advanced' = 'json'): IpcPair {
  const parent = new FakeChannel(serialization);
  const child = new FakeChannel(serialization);
  parent.join(child);
  child.join(parent);
  child.countListeners();
  return { parent, child };
}

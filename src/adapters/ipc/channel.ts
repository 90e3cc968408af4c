/**
 * One hub's ear on an IPC channel. It hears what is for its group, leaves the rest to others, and hears once of the
 * channel's end. It changes nothing else for anybody: the channel is its user's, before, during and after.
 */
import type { EventEmitter } from 'node:events';
import { isOurs } from './parcel.js';
import type { Arrived, Parcel } from './parcel.js';
import { asOurs, Unheard } from './unheard.js';

/** A `ChildProcess` on its parent's side, `process` on the child's. */
export interface IpcChannel extends EventEmitter {
  readonly pid?: number | undefined;
  readonly connected: boolean;
  /** Node's counter of those who keep the process alive for this channel's sake. Null once it is closed. */
  readonly channel?: unknown;
  send(message: Parcel, handle: undefined, options: undefined, written: (error: Error | null) => void): boolean;
}

/** Which end of the channel this process is. */
export type Side = 'parent' | 'child';

export interface IpcEar {
  /** A parcel of this group, for the named link. */
  heard(parcel: Arrived, link: string): void;
  /** Nothing more will come: the channel is closed, or its process is dead. Once, and last. */
  ended(): void;
}

/**
 * Sends a parcel; `written` is called later, with an error if it was not. `false`: the channel has enough for now.
 * Always with a callback: without one Node tells a failure as an `'error'` event, which may end the process.
 */
export function post(channel: IpcChannel, parcel: Parcel, written: (error: Error | null) => void): boolean {
  try {
    // Whoever has wrapped `send` may not return what it returned.
    return channel.send(parcel, undefined, undefined, written) !== false;
  } catch (error) {
    queueMicrotask(() => written(error instanceof Error ? error : new Error(String(error))));
    return true;
  }
}

/** How long a dead process's last words may take, should somebody who lives on have inherited its end of the channel. */
const LAST_WORDS = 1_000;

export class IpcListener {
  readonly #channel: IpcChannel;
  readonly #side: Side;
  readonly #group: string;
  readonly #ear: IpcEar;
  readonly #unheard: Unheard;
  readonly #counter: Counter | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: IpcChannel, side: Side, group: string, ear: IpcEar) {
    this.#channel = channel;
    this.#side = side;
    this.#group = group;
    this.#ear = ear;
    this.#unheard = new Unheard(channel);
    this.#counter = side === 'child' ? counterOf(channel) : undefined;

    this.#listen('message', this.#message);
    this.#listen('disconnect', this.#end);
    if (side === 'parent') channel.on('exit', this.#exit);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unlisten('message', this.#message);
    this.#unlisten('disconnect', this.#end);
    if (this.#side === 'parent') this.#channel.off('exit', this.#exit);
  }

  /** In a child, each listener for these events keeps the process alive. Ours must not; those of others must go on doing so. */
  #listen(event: 'message' | 'disconnect', listener: (...args: readonly unknown[]) => void): void {
    this.#channel.on(event, listener);
    this.#counter?.unrefCounted();
  }

  #unlisten(event: 'message' | 'disconnect', listener: (...args: readonly unknown[]) => void): void {
    this.#counter?.refCounted();
    this.#channel.off(event, listener);
  }

  readonly #message = asOurs((message: unknown, handle: unknown): void => {
    if (!isOurs(message)) this.#unheard.keep(message, handle, this.#message);
    else if (message.group === this.#group && typeof message.link === 'string') this.#ear.heard(message, message.link);
  });

  readonly #end = (): void => {
    this.close();
    this.#ear.ended();
  };

  /** What the process said before it died may still be on its way, until `disconnect`. */
  readonly #exit = (): void => {
    if (!this.#channel.connected) return this.#end();
    this.#timer = setTimeout(this.#end, LAST_WORDS);
    this.#timer.unref();
  };
}

interface Counter {
  refCounted(): void;
  unrefCounted(): void;
}

function counterOf({ channel }: IpcChannel): Counter | undefined {
  return isCounter(channel) ? channel : undefined;
}

function isCounter(channel: unknown): channel is Counter {
  return (
    typeof channel === 'object' &&
    channel !== null &&
    'refCounted' in channel &&
    typeof channel.refCounted === 'function' &&
    'unrefCounted' in channel &&
    typeof channel.unrefCounted === 'function'
  );
}

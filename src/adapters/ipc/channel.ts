/** An IPC channel, as far as we use it, and how a parcel is sent on it. */
import type { EventEmitter } from 'node:events';
import type { Parcel } from './parcel.js';

/** A `ChildProcess` on its parent's side, `process` on the child's. */
export interface IpcChannel extends EventEmitter {
  readonly pid?: number | undefined;
  readonly connected: boolean;
  /** Node's counter of those who keep the process alive for this channel's sake. Null once it is closed. */
  readonly channel?: unknown;
  send(message: Parcel, handle: undefined, options: undefined, written: (error: Error | null) => void): boolean;
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

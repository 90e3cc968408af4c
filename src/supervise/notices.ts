/** What happens to the processes, as messages of the hub: `hub.on('supervise.*', (notice, { topic }) => ...)`. */
import type { Hub } from '../core/api.js';

export type NoticeType =
  | 'fork' // it was started
  | 'online' // it runs
  | 'listening' // it listens, at `address`
  | 'ready' // it can be counted on
  | 'disconnect' // its channel to the supervisor has closed
  | 'exit' // it has ended, with `code` or by `signal`
  | 'restart' // it will be started again, in `delay` ms
  | 'given-up'; // it will not

export interface Notice {
  readonly name: string;
  readonly pid: number | undefined;
  readonly address?: { readonly address: string | null; readonly port: number };
  readonly code?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly delay?: number;
  readonly error?: Error;
}

export type Announce = (type: NoticeType, notice: Notice) => void;

/** Tells every member that listens, this one too. After the hub's end there is nobody to tell. */
export function announcer(hub: Hub): Announce {
  return (type, notice) => {
    if (hub.status !== 'closed') hub.broadcast(`supervise.${type}`, notice, { self: true });
  };
}

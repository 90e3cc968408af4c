/** A process that is the broker of a group, and no member. */
import type { Limits } from '../core/limits.js';
import { serve } from '../core/star/serve.js';
import { socketRendezvous } from '../transports/socket.js';
import type { SocketOptions } from '../transports/socket.js';

export interface Wishes {
  readonly durability?: string | undefined;
  readonly secret?: string | undefined;
  readonly limits: Partial<Limits>;
}

/** Resolves when it has handed over. */
export async function keepBroker(path: string, { durability = 'process', secret, limits }: Wishes): Promise<void> {
  const options = { path, broker: 'always', durability, ...(secret === undefined ? {} : { secret }) } as SocketOptions;
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(new Error('told to end before there was a group'));
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  // Nothing of a broker keeps its process alive, and neither does the wait for its turn to be one.
  const alive = setInterval(() => undefined, 2 ** 30);
  try {
    const served = await serve(socketRendezvous(options), leaving.signal, { limits });
    process.stdout.write(`The broker of ${path}, epoch ${served.epoch}, is process ${process.pid}.\n`);
    const told = new Promise<undefined>((resolve) => {
      if (leaving.signal.aborted) resolve(undefined);
      leaving.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const deposed = await Promise.race([told, served.deposed]);
    await served.close();
    if (deposed !== undefined) throw deposed;
  } finally {
    clearInterval(alive);
  }
}

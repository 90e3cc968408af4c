/** What members do with locks, in any process; the locks stay there, under names. */
import type { Held, LockOptions } from '../../src/index.js';
import type { Peer } from './peer.js';

/** Takes the keys and keeps them under a name. Resolves to the token. */
export const take = (peer: Peer, name: string, keys: string | readonly string[], options: LockOptions = {}): Promise<number> =>
  peer.run(async ({ hub, keep }, name, keys, options) => keep(name, await hub.lock(keys, options)).token, name, keys, options);

/** Stands in line, and writes down under the name that it was granted, or why not. Resolves when the authority knows. */
export const stand = (peer: Peer, name: string, keys: string | readonly string[], options: LockOptions = {}): Promise<void> =>
  peer.run(async ({ hub, keep, log }, name, keys, options) => {
    hub.lock(keys, options).then((lock) => log(name).push(keep(name, lock).token), (error: Error & { code?: string }) => log(name).push(error.code));
    await hub.state('settling').size();
  }, name, keys, options);

export const release = (peer: Peer, name: string): Promise<boolean> => peer.run(({ kept }, name) => kept<Held>(name).release(), name);

export const granted = (peer: Peer, name: string): Promise<readonly unknown[]> => peer.run(({ log }, name) => log(name).reach(1), name);

export const told = (peer: Peer, name: string): Promise<readonly unknown[]> =>
  peer.run(async ({ hub, log }, name) => {
    await hub.state('settling').size();
    return log(name).entries;
  }, name);

/** Resolves to why a lock that is kept was lost. */
export const loss = (peer: Peer, name: string): Promise<{ readonly code?: string; readonly message: string; readonly released: boolean }> =>
  peer.run(async ({ kept }, name) => {
    const lock = kept<Held>(name);
    if (!lock.signal.aborted) await new Promise((resolve) => lock.signal.addEventListener('abort', resolve, { once: true }));
    const { code, message } = lock.signal.reason as Error & { code?: string };
    return { ...(code === undefined ? {} : { code }), message, released: await lock.release() };
  }, name);

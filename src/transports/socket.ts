/** Unrelated processes of one user on one machine: they meet in a folder, and need no server to be started. */
import { resolve } from 'node:path';
import { checkSecret } from '../core/arguments.js';
import { star } from '../core/star/star.js';
import type { Limits } from '../core/limits.js';
import type { Rendezvous } from '../core/star/rendezvous.js';
import type { Transport } from '../core/transport.js';
import { FolderRendezvous } from './socket/folder-rendezvous.js';
import type { BrokerRole } from './socket/folder-rendezvous.js';
import type { Durability } from './socket/journal-file.js';
import { SharedSecret } from './socket/shared-secret.js';

export interface SocketOptions {
  /**
   * The folder in which the group meets, of at most 90 bytes. It is made when it is missing, not so its parent; where a
   * group begins it holds nothing else, and no other user can get in.
   */
  readonly path: string;
  /** Whether this process may be the broker. Default `auto`. */
  readonly broker?: BrokerRole;
  /** What the group keeps when its broker dies; the same in all its processes. Default `process`. */
  readonly durability?: Durability;
  /**
   * What all processes of the group are given, and nobody else: 16 characters at least, and hard to guess. Each link begins with
   * a proof of both ends that they know it. Default: whoever can get into the folder is in the group.
   */
  readonly secret?: string;
  readonly limits?: Partial<Limits>;
}

export function socket({ limits = {}, ...meeting }: SocketOptions): Transport {
  return star(socketRendezvous(meeting), { limits });
}

export function socketRendezvous({ path, broker = 'auto', durability = 'process', secret }: Omit<SocketOptions, 'limits'>): Rendezvous {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('`path` must be the name of the folder in which the group meets, as in { path: "/run/shop" }.');
  }
  if (!['auto', 'always', 'never'].includes(broker)) {
    throw new TypeError(`\`broker\` must be 'auto', 'always' or 'never', not ${JSON.stringify(broker)}.`);
  }
  if (!['none', 'process', 'disk'].includes(durability)) {
    throw new TypeError(`\`durability\` must be 'none', 'process' or 'disk', not ${JSON.stringify(durability)}.`);
  }
  if (secret !== undefined) checkSecret(secret);
  return new FolderRendezvous({ path: resolve(path), broker, durability, ...(secret === undefined ? {} : { secret: new SharedSecret(secret) }) });
}

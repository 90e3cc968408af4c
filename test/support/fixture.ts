/** What a transport brings to the compliance suite: a way to seat a member in a group, and to end it. */
import type { HubOptions } from '../../src/index.js';
import type { Peer } from './peer.js';

export interface Fixture {
  /**
   * Seats a new member: the first in a group is its authority, and is not killed by the suite. Groups do not see each
   * other. `options` can be sent to another process.
   */
  seat(group: string, name: string, options?: Pick<HubOptions, 'labels' | 'timeout'>): Promise<Peer>;
  /** Ends every process that it has started, and leaves nothing behind. */
  close(): Promise<void>;
}

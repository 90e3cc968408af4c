/** One thing that a member was doing when it died, or was stopped; and what the others see of that. */
import type { Peer } from '../../support/peer.js';

export interface Case {
  /** Behind "a member that ...". */
  readonly that: string;
  before(group: Actors): Promise<unknown>;
  /** The others know that it has left. */
  dead(group: Actors): Promise<void>;
  /** It does nothing; the others do not wait for it before. */
  stopped(group: Actors): Promise<void>;
  /** And when it goes on. */
  resumed(group: Actors): Promise<void>;
}

export interface Actors {
  readonly victim: Peer;
  readonly ann: Peer;
  readonly bob: Peer;
}

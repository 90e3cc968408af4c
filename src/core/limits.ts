/** What one end of a link takes from the other, in bytes and numbers. Enforced before memory is given to it. */
import { checkCount, describe } from './arguments.js';

export interface Limits {
  /** The longest packet, and so the largest value. Default 64 MiB. */
  readonly packet: number;
  /** The largest value of a map, and the most that is asked of a map at once: the others wait while it is worked off. Default 16 MiB. */
  readonly entry: number;
  /** How much may wait at the broker for one member before envelopes for it are returned to their senders. Default 16 MiB. */
  readonly queue: number;
  /** How much of what a process says may wait to leave it, in bytes, before it is told to stop. Default 64 MiB. */
  readonly unsent: number;
  /** How much the values that topics keep may take, in bytes, at the broker. Default 16 MiB. */
  readonly retained: number;
  /** How many commands of one member may be without an outcome. Default 100 000. */
  readonly commands: number;
  /** How many members a group may have. Default 10 000. */
  readonly members: number;
  /** How long a new link may take to introduce itself, in ms. Default 5 000. */
  readonly hello: number;
  /** How many links may wait to be let in at a time. Default 1 000. */
  readonly strangers: number;
  /** How long a broker's journal may grow, in bytes, before the state is written in its place; or four times the state, if that is more. Default 1 MiB. */
  readonly journal: number;
}

export const LIMITS: Limits = {
  packet: 64 * 1024 * 1024,
  entry: 16 * 1024 * 1024,
  queue: 16 * 1024 * 1024,
  unsent: 64 * 1024 * 1024,
  retained: 16 * 1024 * 1024,
  commands: 100_000,
  members: 10_000,
  hello: 5_000,
  strangers: 1_000,
  journal: 1024 * 1024,
};

/** All that a process may say before it has been let in. */
export const HELLO_LIMIT = 65_536;

export function checkLimits(limits: Partial<Limits>): void {
  if (typeof limits !== 'object' || limits === null) throw new TypeError(`\`limits\` is an object, as in { limits: { members: 100 } }, not ${describe(limits)}.`);
  for (const [limit, value] of Object.entries(limits)) {
    if (!Object.hasOwn(LIMITS, limit)) throw new TypeError(`\`limits.${limit}\` is no limit. There are ${Object.keys(LIMITS).map((known) => `\`${known}\``).join(', ')}.`);
    checkCount(`limits.${limit}`, value);
  }
}

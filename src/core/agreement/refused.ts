/** Why the authority did not put a ticket in line, for whoever asked for it. */
import type { Directory } from '../directory.js';
import { HubError } from '../errors.js';
import type { Deadlocked, Outcome } from '../protocol.js';
import type { Asked } from './held-ticket.js';
import { shownName } from '../shown-name.js';

export function refused(outcome: Outcome, { key, terms }: Asked, directory: Pick<Directory, 'member'>): HubError {
  switch (outcome.type) {
    case 'full':
      return new HubError('OVERLOADED', `${terms?.maxWaiters ?? 100_000} or more wait for "${shownName(key)}" already. Ask again later, or raise \`maxWaiters\`.`);
    case 'other-limit':
      return new HubError('CONFLICT', `The semaphore "${key}" is in use with ${outcome.limit} permits, not ${terms?.limit ?? 1}. Let all say the same number.`);
    case 'deadlock':
      return deadlock(outcome.circle, directory);
    case 'invalid':
      return new HubError('BAD_PACKET', `The authority did not understand what "${key}" was asked for: ${outcome.reason}`);
    default:
      return new HubError('BAD_PACKET', `The authority answered "${outcome.type}" when "${key}" was asked for.`);
  }
}

/** Each of the circle keeps back the one before it, and the first the last. */
export function deadlock(circle: readonly Deadlocked[], directory: Pick<Directory, 'member'>): HubError {
  const steps = circle.map(({ member, key, holds, site }) => {
    const name = directory.member(member)?.name ?? `member ${member}`;
    return `${name} ${holds ? 'holds' : 'waits for'} "${shownName(key)}"${site === undefined ? '' : ` (${site})`}`;
  });
  return new HubError('DEADLOCK', `It would wait for ever: ${steps.join(', ')}. Take the keys in one order everywhere, or all at once.`);
}

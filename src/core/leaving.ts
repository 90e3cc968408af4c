/** How a hub leaves its group: it takes no more requests, hands over what others wait for, ends what runs, and says good-bye. */
import type { Call } from './api.js';
import { HubError } from './errors.js';
import type { HubParts } from './hub-parts.js';

/** `grace`: how long to wait for handlers and hand-overs; `within`: the call whose handler is not waited for. */
export async function leave(parts: HubParts, grace: number, within: Call | undefined): Promise<void> {
  const { answers, deadlines, keepAlive, seat, services } = parts;
  keepAlive.begin();
  const hadHandlers = answers.isHandling;
  const handedOver = services.close();
  answers.stop();
  if (hadHandlers && grace > 0) await fence(parts, Math.min(grace, LONGEST_FENCE));
  if (grace > 0) {
    const over = new Promise<void>((resolve) => deadlines.add(grace, { expired: resolve }));
    await Promise.race([Promise.all([answers.idle(within), handedOver]), over]);
  }
  await seat.close(new HubError('CLOSED', 'This hub has been closed.'));
  deadlines.clear();
  keepAlive.stop();
}

/** How long a leaving hub waits for those who are too busy to hear that it handles nothing any more. */
const LONGEST_FENCE = 1_000;

/** A method that nobody handles. */
const FENCE = 'interhub.fence';

/**
 * Who had not heard yet that nothing is handled here may have asked meanwhile. What each member asks of us comes before
 * its answer to this, which it gives once it has heard: after that no request is on its way to us, and none is lost.
 */
async function fence({ calls, members, seat }: HubParts, patience: number): Promise<void> {
  if (seat.status !== 'seated') return;
  const others = [...members].filter((member) => member !== members.self);
  await Promise.allSettled(others.map((to) => calls.request(FENCE, '', patience, { to })));
}

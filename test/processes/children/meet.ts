/**
 * Meets in a folder, again after each loss, and reports what it has become: `node meet.js PATH [MODE]`.
 * `jitter` pauses between steps; `crash` does, and now and then kills itself there. Times are of the clock that all share, in ms.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { FolderRendezvous } from '../../../src/transports/socket/folder-rendezvous.js';
import { system } from '../../../src/transports/socket/steps.js';
import { eachStep } from '../../support/each-step.js';

export type Mode = 'plain' | 'jitter' | 'crash';

export interface Report {
  readonly role: 'broker' | 'member';
  readonly epoch: number;
  readonly at: number;
}

const [path = '', mode = 'plain'] = process.argv.slice(2);
const { signal } = new AbortController();
let isServing = false;

const steps = eachStep(system, async (_, run) => {
  if (mode !== 'plain' && !isServing) {
    if (mode === 'crash' && Math.random() < 0.02) process.kill(process.pid, 'SIGKILL');
    if (Math.random() < 0.4) await delay(Math.random() * 25);
  }
  return run();
});
const rendezvous = new FolderRendezvous({ path, broker: 'auto' }, steps);

/** The broker tells each member its epoch; the end of the link is the end of the broker. */
async function meet(): Promise<void> {
  const meeting = await rendezvous.meet(signal);
  if (meeting.role === 'authority') {
    isServing = true;
    report('broker', meeting.epoch);
    meeting.accept((link) => {
      link.open({ received: () => undefined, drained: () => undefined, closed: () => undefined });
      link.send(Buffer.from(`${meeting.epoch}`));
    });
    return;
  }
  meeting.link.open({
    received: (bytes) => report('member', Number(Buffer.from(bytes).toString())),
    drained: () => undefined,
    closed: () => void meet(),
  });
}

function report(role: Report['role'], epoch: number): void {
  const told: Report = { role, epoch, at: Number(process.hrtime.bigint()) / 1e6 };
  process.send?.(told);
}

// A channel that is listened to keeps the process alive, and its end is ours.
process.on('message', () => undefined);
process.on('disconnect', () => process.exit());
await meet();

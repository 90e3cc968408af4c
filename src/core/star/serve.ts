/** An authority that is no member: for a process that does nothing but keep a group together. */
import { HubError } from '../errors.js';
import { host as defaultHost } from '../host.js';
import { LIMITS } from '../limits.js';
import { Office } from './office.js';
import type { Rendezvous } from './rendezvous.js';
import type { StarOptions } from './star.js';

export interface Served {
  readonly epoch: number;
  /** Resolves when the place was taken from it: the group meets elsewhere. */
  readonly deposed: Promise<Error>;
  /** Hands over to whoever comes next. Idempotent. */
  close(): Promise<void>;
}

/** Rejects with `REFUSED` when there is an authority already. */
export async function serve(rendezvous: Rendezvous, signal: AbortSignal, { host = defaultHost, limits = {} }: StarOptions = {}): Promise<Served> {
  const meeting = await rendezvous.meet(signal);
  if (meeting.role === 'member') {
    const refusal = new HubError('REFUSED', 'The group has an authority already, so this process cannot be it. End that one first.');
    meeting.link.destroy(refusal);
    throw refusal;
  }
  const office = new Office(meeting, host, { ...LIMITS, ...limits }, rendezvous.secret);
  await office.begin();
  office.open();
  return { epoch: meeting.epoch, deposed: meeting.deposed ?? new Promise(() => {}), close: () => office.close() };
}

/** The terms of a ticket on the wire: which there are, as bits, and then those that are more than a bit, in this order. */
import type { Space, Terms } from '../protocol.js';
import type { Reader } from './reader.js';
import type { Slab } from './slab.js';

const HAS = { shared: 1, steal: 2, moreKeys: 4, permits: 8, maxWaiters: 16, maxHold: 32, within: 64, site: 128 } as const;

export function writeTerms(slab: Slab, terms: Terms): void {
  const { space = 'lock', moreKeys, mode, permits, limit, steal, maxWaiters, maxHold, within, site } = terms;
  slab.u8(SPACES.indexOf(space));
  slab.u8(
    (mode === undefined ? 0 : HAS.shared) |
      (steal === true ? HAS.steal : 0) |
      (moreKeys === undefined ? 0 : HAS.moreKeys) |
      (permits === undefined && limit === undefined ? 0 : HAS.permits) |
      (maxWaiters === undefined ? 0 : HAS.maxWaiters) |
      (maxHold === undefined ? 0 : HAS.maxHold) |
      (within === undefined ? 0 : HAS.within) |
      (site === undefined ? 0 : HAS.site),
  );
  if (moreKeys !== undefined) {
    slab.u32(moreKeys.length);
    for (const key of moreKeys) slab.string(key);
  }
  if (permits !== undefined || limit !== undefined) {
    slab.u32(permits ?? 1);
    slab.u32(limit ?? 1);
  }
  if (maxWaiters !== undefined) slab.f64(maxWaiters);
  if (maxHold !== undefined) slab.f64(maxHold);
  if (within !== undefined) slab.u32(within);
  if (site !== undefined) slab.string(site);
}

export function readTerms(packet: Reader): Terms {
  const space = SPACES[packet.u8()] ?? 'lock';
  const has = packet.u8();
  return {
    ...(space === 'lock' ? {} : { space }),
    ...((has & HAS.shared) === 0 ? {} : { mode: 'shared' }),
    ...((has & HAS.steal) === 0 ? {} : { steal: true }),
    ...((has & HAS.moreKeys) === 0 ? {} : { moreKeys: readKeys(packet) }),
    ...((has & HAS.permits) === 0 ? {} : { permits: packet.u32(), limit: packet.u32() }),
    ...((has & HAS.maxWaiters) === 0 ? {} : { maxWaiters: packet.f64() }),
    ...((has & HAS.maxHold) === 0 ? {} : { maxHold: packet.f64() }),
    ...((has & HAS.within) === 0 ? {} : { within: packet.u32() }),
    ...((has & HAS.site) === 0 ? {} : { site: packet.string() }),
  };
}

/** Their codes are their places. */
const SPACES: readonly Space[] = ['lock', 'semaphore', 'election'];

function readKeys(packet: Reader): readonly string[] {
  const count = packet.u32();
  packet.expect(count, 1);
  return Array.from({ length: count }, () => packet.string());
}

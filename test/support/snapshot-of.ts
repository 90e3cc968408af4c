import type { Estate } from '../../src/core/star/estate.js';
import { Records } from '../../src/core/star/records.js';

/** The records of a snapshot, all of them. */
export function snapshotOf(estate: Estate): Uint8Array {
  const records = new Records();
  for (const steps = estate.snapshot(records); steps.next().done !== true; );
  return records.take();
}

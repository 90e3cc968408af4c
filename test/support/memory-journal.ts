/** A journal on a disk of memory: it outlives its broker, and fails when it is told to. */
import type { Journal } from '../../src/core/star/journal.js';
import { eachRecord } from '../../src/core/star/records.js';

export class MemoryJournal implements Journal {
  bytes: Uint8Array;
  /** How many more appends succeed; then each fails. */
  room = Infinity;
  /** How many writes there were. */
  writes = 0;
  snapshots = 0;
  age = 0;
  sync: (() => Promise<void>) | undefined = undefined;

  constructor(past: Uint8Array = new Uint8Array(0)) {
    this.bytes = past.slice(0, eachRecord(past));
  }

  past(): Uint8Array {
    return this.bytes;
  }

  append(records: Uint8Array): void {
    if (this.room <= 0) throw new Error('ENOSPC: no space left on device, write');
    this.room -= 1;
    this.writes += 1;
    this.bytes = Buffer.concat([this.bytes, records]);
  }

  replace(snapshot: Uint8Array): void {
    if (this.room <= 0) throw new Error('ENOSPC: no space left on device, write');
    this.snapshots += 1;
    this.bytes = Uint8Array.from(snapshot);
  }
}

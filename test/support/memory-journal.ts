/** A journal on a disk of memory: it outlives its broker, and fails when it is told to. */
import type { Draft, Journal } from '../../src/core/star/journal.js';
import { soundPart } from '../../src/core/star/sound-part.js';

export class MemoryJournal implements Journal {
  bytes: Uint8Array;
  /** How many more appends succeed; then each fails. */
  room = Infinity;
  /** How many writes there were. */
  writes = 0;
  snapshots = 0;
  /** What will take its place, while it is being written. */
  draftBytes: Uint8Array | undefined;
  age = 0;
  #flushed = 0;
  sync: (() => Promise<void>) | undefined = undefined;

  constructor(past: Uint8Array = new Uint8Array(0)) {
    this.bytes = soundPart(Uint8Array.from(past), 'journal', true);
  }

  past(): Uint8Array {
    return this.bytes;
  }

  append(records: Uint8Array): void {
    this.#write(records);
    this.bytes = Buffer.concat([this.bytes, records]);
    if (this.draftBytes !== undefined) this.draftBytes = Buffer.concat([this.draftBytes, records]);
  }

  draft(): Draft {
    this.#write();
    this.draftBytes = new Uint8Array(0);
    return {
      write: (records) => {
        this.#write(records);
        this.draftBytes = Buffer.concat([this.#draft, records]);
      },
      publish: () => {
        this.bytes = this.#draft;
        this.snapshots += 1;
        this.draftBytes = undefined;
        this.flushed();
      },
      drop: () => {
        this.draftBytes = undefined;
      },
    };
  }

  /** All that was appended is on the disk. */
  flushed(): void {
    this.#flushed = this.bytes.length;
  }

  /** The disk could not flush: what was appended since it has is gone, and a draft, which has that too, with it. Returns why. */
  takeBack(): Error {
    this.bytes = this.bytes.subarray(0, this.#flushed);
    this.draftBytes = undefined;
    return new Error('EIO: i/o error, fdatasync');
  }

  get #draft(): Uint8Array {
    if (this.draftBytes === undefined) throw new Error('There is no draft any more.');
    return this.draftBytes;
  }

  #write(records?: Uint8Array): void {
    if (this.room <= 0) throw new Error('ENOSPC: no space left on device, write');
    if (records === undefined) return;
    this.room -= 1;
    this.writes += 1;
  }
}

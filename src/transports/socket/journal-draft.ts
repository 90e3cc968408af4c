/**
 * The file of a journal that is written anew, beside the one in use: whatever becomes of it, that one is whole. Where it
 * fails once it is of no use any more, and says so when it is gone on with.
 */
import type { Draft } from '../../core/star/journal.js';
import { markAt } from '../../core/star/records.js';
import { writeAll } from './disk.js';
import type { Disk } from './disk.js';

export class JournalDraft implements Draft {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #publish: (draft: JournalDraft) => void;
  #life: Life;
  #size = 0;
  /** How much of it the disk has for sure. */
  #synced = 0;

  /** `publish`: it is whole, and its file at `path` is to be the journal. */
  constructor(disk: Disk, path: string, publish: (draft: JournalDraft) => void) {
    this.#disk = disk;
    this.#path = path;
    this.#publish = publish;
    this.#life = { at: 'open', file: disk.create(path) };
  }

  get size(): number {
    return this.#size;
  }

  write(records: Uint8Array): void {
    if (this.#life.at === 'over') throw this.#life.error;
    const { file } = this.#life;
    this.#size = writeAll(this.#disk, file, records, this.#size);
  }

  /** What is written to the journal too. What it cannot have must not be missing there: it is given up. */
  append(records: Uint8Array): void {
    if (this.#life.at === 'over') return;
    try {
      this.write(records);
    } catch (error) {
      this.fail(error);
    }
  }

  async flush(): Promise<void> {
    if (this.#life.at === 'over' || this.#synced === this.#size) return;
    try {
      const size = this.#vouch(this.#life.file);
      await this.#disk.flush(this.#life.file);
      this.#synced = size;
    } catch (error) {
      this.fail(error);
    }
  }

  publish(): void {
    if (this.#life.at === 'over') throw this.#life.error;
    this.#publish(this);
  }

  drop(): void {
    this.fail(new Error('It was dropped.'));
  }

  fail(cause: unknown): void {
    if (this.#life.at === 'over') return;
    const { file } = this.#life;
    this.#life = { at: 'over', error: cause instanceof Error ? cause : new Error(String(cause)) };
    try {
      this.#disk.close(file);
      this.#disk.remove(this.#path);
    } catch {
      // The next one is written over it.
    }
  }

  /** Gives it the name of the journal, and hands its file over. `isFlushed`: the disk is to have all of it before. */
  rename(to: string, isFlushed: boolean): number {
    if (this.#life.at === 'over') throw this.#life.error;
    const { file } = this.#life;
    if (isFlushed && this.#synced < this.#size) {
      this.#vouch(file);
      this.#disk.flushNow(file);
    }
    this.#disk.rename(this.#path, to);
    this.#life = { at: 'over', error: new Error('It is the journal by now.') };
    return file;
  }

  /** A mark that all of it has been flushed, as it has when anybody reads it. Returns where it ends. */
  #vouch(file: number): number {
    this.#size = writeAll(this.#disk, file, markAt(this.#size), this.#size);
    return this.#size;
  }
}

type Life = { readonly at: 'open'; readonly file: number } | { readonly at: 'over'; readonly error: Error };

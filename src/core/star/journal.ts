/**
 * PORT. Where a broker writes down what it is about to agree to, so that the next broker can go on where it ended.
 * What the records hold is the core's affair (`records.ts`); whoever keeps them sees bytes.
 */
export interface Journal {
  /** Whole and sound records: all that the last broker wrote down; empty for the first one of a group. Called once. */
  past(): Uint8Array;
  /** How long ago the last of it was written, in ms: so long nobody has told the time. Absent is not known, and taken for 0. */
  readonly age?: number | undefined;
  /**
   * Whole records, in one write, before any of them is applied: what has returned outlives this process. Throws when the
   * records could not be written, and then none of them is there. The bytes are the caller's again.
   */
  append(records: Uint8Array): void;
  /**
   * Resolves when all that was appended outlives the machine. Rejects when that cannot be, and then nothing is there that was
   * appended since it has resolved last, nor a draft. Absent where nobody is to wait for it.
   */
  readonly sync?: (() => Promise<void>) | undefined;
  /** Begins to write the journal anew. Throws when that cannot be begun. */
  draft(): Draft;
}

/**
 * A journal on its way to take the place of the one in use: a snapshot that is written part by part. Whatever is appended to
 * the other meanwhile is appended to this one too, between the parts. Until it is published nobody reads it.
 */
export interface Draft {
  /** Whole records: some of its snapshot. Throws when they, or what was appended before, could not be written: then it is of no use. */
  write(records: Uint8Array): void;
  /** Puts it in the place of the journal; throws when it cannot, and changes nothing. */
  publish(): void;
  /** It is not gone on with. Idempotent. */
  drop(): void;
}

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
  /** Resolves when all that was appended outlives the machine. Absent where nobody is to wait for that. */
  readonly sync?: (() => Promise<void>) | undefined;
  /** Puts one snapshot in the place of all that was written so far, or changes nothing and throws. */
  replace(snapshot: Uint8Array): void;
}

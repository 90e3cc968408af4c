/**
 * The one error class of the hub, and its closed list of codes. `docs/errors.md` has a section for each.
 * Misuse of the interface (a wrong type, a bad option) throws a `TypeError` or `RangeError` instead, at once.
 */

export type HubErrorCode =
  | 'CLOSED' // the hub was closed, by this process
  | 'LOST' // the group, the member or the lock is gone; see `mayHaveRun`
  | 'TIMEOUT' // the stated time is over
  | 'NO_RECEIVER' // nobody listens to the topic, or handles the method
  | 'GONE' // a function of another process that lives no more
  | 'NO_MEMBER' // no member has that id or name
  | 'CONFLICT' // the entry is not as `expect` says, the semaphore has another number of permits, or the map other options
  | 'DEADLOCK' // it would have waited for ever; the message holds the circle
  | 'NOT_A_NUMBER' // `add` on an entry that is no number
  | 'TOO_LARGE' // over a limit that the message names
  | 'UNSERIALIZABLE' // the value cannot cross processes; the message holds the path to the culprit
  | 'OVERLOADED' // the other side, or the way to it, has too much to do
  | 'BAD_PACKET' // the other end of the link does not speak our protocol
  | 'VERSION' // the other end speaks another version of it
  | 'JOURNAL' // the authority could not write it down, or cannot read what was written; see the message
  | 'REFUSED' // the authority does not let this process in
  | 'UNAVAILABLE' // no authority can be reached
  | 'UNSUPPORTED' // this process cannot use this transport, and the message says what to do instead
  | 'PATH_TOO_LONG'
  | 'PATH_IN_USE' // something that is not ours is there; it was not touched
  | 'PATH_INSECURE' // other users could get in
  | 'PATH_UNUSABLE'; // missing parent, not writable, not a folder ...

export interface HubErrorOptions {
  readonly cause?: unknown;
  /** Of a request that failed on its way: whether a handler may have run. `false` makes it safe to ask again. */
  readonly mayHaveRun?: boolean;
}

export class HubError extends Error {
  override readonly name = 'HubError';
  readonly code: HubErrorCode;
  readonly mayHaveRun: boolean | undefined;

  constructor(code: HubErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.mayHaveRun = options.mayHaveRun;
  }
}

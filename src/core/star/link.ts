/** PORT. How a star's ends reach each other: what an adapter makes of one foreign channel. */
import type { HubError } from '../errors.js';

/**
 * An ordered, two-way pipe of bytes to one other process: reliable while it lasts.
 * The bytes of one `send` are whole packets; they may arrive in other portions.
 */
export interface Link {
  /** Called once, before anything else: from now on the sink hears. */
  open(sink: LinkSink): void;
  /**
   * `true`: the bytes have been taken; they are the caller's again, who may go on.
   * `false`: the bytes have been taken and kept, and the caller waits for `drained` before the next `send` (unless it is
   * about to close: what it still has to say may follow at once).
   * `areGiven`: nobody writes over these bytes any more, so they need not be copied in any case.
   * Never throws: what goes wrong is told to `closed`.
   */
  send(bytes: Uint8Array, areGiven?: boolean): boolean;
  /** Lets what was sent go out first; `closed` follows. Idempotent. */
  close(reason?: HubError): void;
  /** Ends it now, whatever is still on its way: for an end that misbehaves. `closed` follows. Idempotent. */
  destroy(reason: HubError): void;
}

export interface LinkSink {
  /** The bytes are the sink's only until it returns, unless they are given: then nobody writes over them any more. */
  received(bytes: Uint8Array, areGiven?: boolean): void;
  drained(): void;
  /** Exactly once, and last, whoever closed. */
  closed(error?: HubError): void;
}

/**
 * What of ours travels on an IPC channel. A parcel names us, its group and its link: so one channel carries the links of
 * several hubs and of several copies of this package, beside whatever else its two processes say to each other.
 */

export interface Parcel {
  readonly interhub: 1;
  readonly group: string;
  /** Chosen by the child, which opens the link. It is said nowhere else, and cannot be guessed: whoever knows it on the road is its parent. */
  readonly link: string;
  /**
   * - `open`: the child asks for a link, again and again until it is answered.
   * - `lay`: the parent asks it to lay a road. `laid`: the child has, and `bytes` are its place. On the road nothing of this
   *   link travels here any more.
   * - `opened`: the link is on this channel, because one of them cannot or would not take a road.
   * - `packets`: what a link is there for.
   * - `close`: the last parcel of a link, from either end.
   */
  readonly type: 'open' | 'lay' | 'laid' | 'opened' | 'packets' | 'close';
  /** Not called `data`: process managers write into that field of whatever their children send. */
  readonly bytes: string | Uint8Array;
  /** With `open` and `opened`: why there is to be no road. */
  readonly because?: string;
}

/** A parcel as it arrives: ours by its look, and not yet believed. */
export interface Arrived {
  readonly group: unknown;
  readonly link: unknown;
  readonly type: unknown;
  readonly bytes: unknown;
  readonly because?: unknown;
}

/**
 * How a channel carries bytes: with `advanced` serialization as they are, with the default `json` as base64, which is faster
 * there than latin1 text: by a fifth for batches of JSON, two to four times for random bytes.
 */
export type Wrapping = 'binary' | 'base64';

/** Travels in `open` and `opened`. Both directions of a channel have one serialization, and it shows in what becomes of this. */
export const PROBE = new Uint8Array(1);

export function wrappingOf(probe: unknown): Wrapping {
  return ArrayBuffer.isView(probe) ? 'binary' : 'base64';
}

export function isOurs(message: unknown): message is Arrived {
  return typeof message === 'object' && message !== null && 'interhub' in message && message.interhub === 1;
}

/** Takes a copy: a channel that is handing over a socket keeps what else is sent on it, unserialized, until that is done. */
export function wrap(bytes: Uint8Array, wrapping: Wrapping): string | Uint8Array {
  switch (wrapping) {
    case 'binary':
      return Buffer.from(bytes);
    case 'base64':
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }
}

/** `undefined` when these are no bytes in either wrapping. */
export function unwrap(wrapped: unknown): Uint8Array | undefined {
  if (wrapped instanceof Uint8Array) return wrapped;
  if (typeof wrapped !== 'string') return undefined;
  const bytes = Buffer.from(wrapped, 'base64');
  // Node skips what is not base64, and so comes out short.
  return bytes.length === Buffer.byteLength(wrapped, 'base64') ? bytes : undefined;
}

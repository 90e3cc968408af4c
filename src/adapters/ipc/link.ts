/**
 * A link among others on one IPC channel. It never closes the channel, and no failure of a write escapes as an `'error'`
 * event: each has its callback, and what the callback says ends the link.
 */
import { HubError } from '../../core/errors.js';
import type { Link, LinkSink } from '../../core/star/link.js';
import { post } from './channel.js';
import type { IpcChannel } from './channel.js';
import { unwrap, wrap } from './parcel.js';
import type { Arrived, Parcel, Wrapping } from './parcel.js';

export interface IpcLinkOptions {
  readonly group: string;
  readonly id: string;
  readonly wrapping: Wrapping;
  /** Who is at the other end, for errors: `the primary`, `process 4711`. */
  readonly peer: string;
  /** Called once, just before `closed`. */
  readonly onEnded: () => void;
}

/** No parcel holds more. Longer ones make `json` channels slower (they are read in pieces of 64 KiB), and nobody faster. */
const PARCEL_BYTES = 64 * 1024;
/** When this much waits to be written, the sender waits too. The channel's own answer comes earlier on Node, and never on some runtimes. */
const FULL = 256 * 1024;
const DRAINED = 64 * 1024;
/** How long `close` waits for what was sent to leave this process. */
const LINGER = 5_000;

export class IpcLink implements Link {
  readonly #channel: IpcChannel;
  readonly #options: IpcLinkOptions;
  #life: Life = { at: 'unopened' };
  /** What came before there was a sink. */
  #early: Uint8Array[] = [];
  /** Bytes that were sent and not yet written, by the callbacks. */
  #unwritten = 0;
  #isFull = false;

  constructor(channel: IpcChannel, options: IpcLinkOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  open(sink: LinkSink): void {
    switch (this.#life.at) {
      case 'unopened':
        this.#life = { at: 'open', sink };
        if (this.#early.length > 0) queueMicrotask(() => this.#hearEarly(sink));
        return;
      case 'closing':
        this.#life = { ...this.#life, sink };
        return;
      case 'closed': {
        const { error } = this.#life;
        queueMicrotask(() => {
          this.#hearEarly(sink);
          sink.closed(error);
        });
        return;
      }
      case 'open':
        throw new TypeError('This link is open already.');
    }
  }

  send(bytes: Uint8Array): boolean {
    if (this.#life.at === 'closing' || this.#life.at === 'closed') return true;

    if (bytes.length <= PARCEL_BYTES) this.#sendParcel(bytes);
    else for (let at = 0; at < bytes.length; at += PARCEL_BYTES) this.#sendParcel(bytes.subarray(at, at + PARCEL_BYTES));
    return !this.#isFull;
  }

  close(reason?: HubError): void {
    if (this.#life.at === 'closing' || this.#life.at === 'closed') return;

    const timer = setTimeout(() => this.#ended(), LINGER);
    timer.unref();
    this.#closing(reason, timer);
    // The channel keeps the order: when this has been written, so has all that was sent before.
    this.#say('close', '', () => this.#ended());
  }

  destroy(reason: HubError): void {
    if (this.#life.at === 'closed') return;

    if (this.#life.at !== 'closing') {
      this.#closing(reason);
      this.#say('close', '', () => {});
    }
    queueMicrotask(() => this.#ended());
  }

  /** A parcel for this link has come. */
  heard({ type, bytes }: Arrived): void {
    switch (type) {
      case 'packets': {
        const packets = unwrap(bytes);
        return packets === undefined ? this.destroy(this.#garbled()) : this.#received(packets);
      }
      case 'close':
        return this.#ended();
      case 'open':
      case 'opened':
        // The child was not heard at once, and asked again.
        return;
      default:
        return this.destroy(this.#garbled());
    }
  }

  /** The channel is closed, or its process dead. Idempotent. */
  cutOff(cause?: Error): void {
    this.#ended(new HubError('LOST', `The IPC channel to ${this.#options.peer} has closed.`, cause === undefined ? {} : { cause }));
  }

  #ended(error?: HubError): void {
    const life = this.#life;
    if (life.at === 'closed') return;

    const told = life.at === 'closing' ? (life.reason ?? error) : error;
    if (life.at === 'closing') clearTimeout(life.timer);
    this.#life = { at: 'closed', error: told };
    this.#options.onEnded();
    if (life.at === 'unopened' || life.sink === undefined) return;
    if (life.at === 'open') this.#hearEarly(life.sink);
    life.sink.closed(told);
  }

  #sendParcel(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#unwritten += length;
    const taken = this.#say('packets', wrap(bytes, this.#options.wrapping), (error) => this.#written(length, error));
    if (!taken || this.#unwritten > FULL) this.#isFull = true;
  }

  #say(type: Parcel['type'], bytes: string | Uint8Array, written: (error: Error | null) => void): boolean {
    const { group, id } = this.#options;
    return post(this.#channel, { interhub: 1, group, link: id, type, bytes }, written);
  }

  #written(length: number, error: Error | null): void {
    this.#unwritten -= length;
    if (error) return this.cutOff(error);
    if (!this.#isFull || this.#unwritten > DRAINED) return;
    this.#isFull = false;
    if (this.#life.at === 'open') this.#life.sink.drained();
  }

  #received(packets: Uint8Array): void {
    const life = this.#life;
    if (life.at === 'open' && this.#early.length === 0) life.sink.received(packets);
    else if (life.at === 'open' || life.at === 'unopened') this.#early.push(packets);
  }

  #hearEarly(sink: LinkSink): void {
    const early = this.#early;
    this.#early = [];
    for (const packets of early) if (this.#life.at !== 'closing') sink.received(packets);
  }

  /** From here on the sink hears nothing but `closed`. */
  #closing(reason: HubError | undefined, timer?: NodeJS.Timeout): void {
    const sink = this.#life.at === 'open' ? this.#life.sink : undefined;
    this.#early = [];
    this.#life = { at: 'closing', sink, reason, timer };
  }

  #garbled(): HubError {
    return new HubError('BAD_PACKET', `A message from ${this.#options.peer} came in our name, and this version of interhub does not understand it. Run one version in all processes of a group.`);
  }
}

type Life =
  | { readonly at: 'unopened' }
  | { readonly at: 'open'; readonly sink: LinkSink }
  | { readonly at: 'closing'; readonly sink: LinkSink | undefined; readonly reason: HubError | undefined; readonly timer: NodeJS.Timeout | undefined }
  | { readonly at: 'closed'; readonly error: HubError | undefined };

/** Two ends of a link within one process: how a broker's own process joins it, and how tests and simulations do. */
import type { HubError } from '../errors.js';
import type { Host } from '../host.js';
import { allocate, copyOf } from '../bytes.js';
import type { Link, LinkSink } from './link.js';

/** What one end sends, the other hears later, in the same order, in a turn of its own: ends never call each other directly. */
export function linkPair(host: HostOfPair): readonly [Link, Link] {
  const near = new PairedLink(host);
  const far = new PairedLink(host);
  near.join(far);
  far.join(near);
  return [near, far];
}

type HostOfPair = Pick<Host, 'defer' | 'yield'>;

/** So many times an end hears before the host looks after its other affairs: two ends could go on among themselves for ever. */
const IN_A_ROW = 16;

/** What comes in one turn is kept in so many bytes, as long as it fits. */
const MEMORY = 65_536;

class PairedLink implements Link {
  readonly #host: HostOfPair;
  #other: PairedLink | undefined;
  #sink: LinkSink | undefined;
  #coming: Coming[] = [];
  readonly #memory = allocate(MEMORY);
  #used = 0;
  #isWoken = false;
  #inARow = 0;
  #life: { readonly at: 'open' } | { readonly at: 'closing'; readonly reason: HubError | undefined } | { readonly at: 'closed' } = { at: 'open' };

  constructor(host: HostOfPair) {
    this.#host = host;
  }

  join(other: PairedLink): void {
    this.#other = other;
  }

  open(sink: LinkSink): void {
    this.#sink = sink;
    this.#wake();
  }

  send(bytes: Uint8Array, areGiven = false): boolean {
    if (this.#life.at === 'open') this.#other?.arrive(bytes, areGiven);
    return true;
  }

  close(reason?: HubError): void {
    this.end(reason);
    this.#other?.end(undefined);
  }

  destroy(reason: HubError): void {
    this.#coming = [];
    this.close(reason);
  }

  arrive(bytes: Uint8Array, areGiven: boolean): void {
    if (this.#life.at !== 'open') return;
    this.#coming.push({ bytes: areGiven ? bytes : this.#copy(bytes), areGiven });
    this.#wake();
  }

  end(reason: HubError | undefined): void {
    if (this.#life.at !== 'open') return;
    this.#life = { at: 'closing', reason };
    this.#wake();
  }

  /** In memory that is used again when all of it has been heard. */
  #copy(bytes: Uint8Array): Uint8Array {
    const from = this.#used;
    const to = from + bytes.length;
    if (to > this.#memory.length) return copyOf(bytes);
    this.#memory.set(bytes, from);
    this.#used = to;
    return this.#memory.subarray(from, to);
  }

  #wake(): void {
    if (this.#isWoken || this.#sink === undefined) return;
    this.#isWoken = true;
    this.#inARow = (this.#inARow + 1) % IN_A_ROW;
    if (this.#inARow === 0) this.#host.yield(() => this.#hear(this.#sink));
    else this.#host.defer(() => this.#hear(this.#sink));
  }

  #hear(sink: LinkSink | undefined): void {
    this.#isWoken = false;
    const coming = this.#coming;
    this.#coming = [];
    for (const { bytes, areGiven } of coming) if (this.#life.at !== 'closed') sink?.received(bytes, areGiven);
    if (this.#coming.length > 0) return this.#wake();
    this.#used = 0;
    if (this.#life.at !== 'closing') return;
    const { reason } = this.#life;
    this.#life = { at: 'closed' };
    sink?.closed(reason);
  }
}

interface Coming {
  readonly bytes: Uint8Array;
  readonly areGiven: boolean;
}

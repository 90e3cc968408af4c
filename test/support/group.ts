/** The members that one specification gathers, in a group of their own. */
import type { HubOptions } from '../../src/index.js';
import type { Fixture } from './fixture.js';
import type { Peer } from './peer.js';

export type Gathered<N extends string> = Readonly<Record<N, Peer>> & { readonly group: Group };

let groups = 0;

export class Group {
  readonly #fixture: Fixture;
  readonly #name: string;
  readonly #peers: Peer[] = [];

  constructor(fixture: Fixture) {
    groups += 1;
    this.#fixture = fixture;
    this.#name = `group-${groups}`;
  }

  /** Seats one member after the other: the first is the authority. */
  async gather<N extends string>(...names: readonly N[]): Promise<Gathered<N>> {
    const gathered: Record<string, Peer> = {};
    for (const name of names) gathered[name] = await this.join(name);
    return { ...gathered, group: this } as Gathered<N>;
  }

  async join(name: string, options?: Pick<HubOptions, 'labels' | 'timeout'>): Promise<Peer> {
    const peer = await this.#fixture.seat(this.#name, name, options);
    this.#peers.push(peer);
    return peer;
  }

  /** It will be killed, or has closed: it takes no part in `settled` any more. */
  forget(peer: Peer): void {
    this.#peers.splice(this.#peers.indexOf(peer), 1);
  }

  /**
   * Resolves when whatever the members did so far is known to all: each asks the authority once, so that it has heard
   * them, and once more, so that they have heard it.
   */
  async settled(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      await Promise.all(this.#peers.map((peer) => peer.run(({ hub }) => hub.state('settling').size())));
    }
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.reverse()) await peer.close();
  }
}

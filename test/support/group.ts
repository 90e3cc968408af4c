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

  /** Kills a member; resolves when all the others know. */
  async kill(peer: Peer): Promise<void> {
    await peer.kill();
    await this.#each((other) => other.run(async ({ hub }, gone) => {
      while (hub.members.get(gone) !== undefined) await hub.state('settling').size();
    }, peer.name));
  }

  /**
   * Resolves when whatever the members did so far is known to all who are here: each asks the authority once, so that it has heard
   * them, and once more, so that they have heard it.
   */
  async settled(): Promise<void> {
    for (let round = 0; round < 2; round++) await this.#each((peer) => peer.run(({ hub }) => hub.state('settling').size()));
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.reverse()) await peer.close();
  }

  async #each(run: (peer: Peer) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#peers.filter(({ isHere }) => isHere).map(run));
  }
}

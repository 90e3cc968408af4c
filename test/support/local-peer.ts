/** A member in this process. */
import type { Peer, Program } from './peer.js';
import type { HubPlace } from './place.js';

export class LocalPeer implements Peer {
  readonly name: string;
  readonly pid = process.pid;
  readonly #place: HubPlace;
  readonly #kill: () => Promise<void>;
  #isHere = true;

  constructor(name: string, place: HubPlace, kill: () => Promise<void>) {
    this.name = name;
    this.#place = place;
    this.#kill = kill;
  }

  async run<A extends readonly unknown[], R>(program: Program<A, R>, ...args: A): Promise<Awaited<R>> {
    return await program(this.#place, ...args);
  }

  get isHere(): boolean {
    return this.#isHere;
  }

  kill(): Promise<void> {
    this.#isHere = false;
    return this.#kill();
  }

  async close(): Promise<void> {
    if (!this.#isHere) return;
    this.#isHere = false;
    await this.#place.close();
  }
}

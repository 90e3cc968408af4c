/**
 * A meeting of so many: whoever comes waits until that many wait together, wherever in the group they are. Then they all go
 * on, in one step, and those who come later begin anew.
 *
 * Each who waits is an ephemeral entry of a map, so the dead do not count. The last to come opens the barrier by one
 * transaction that takes out the entries of all who go on: an entry that has gone while its owner lives says "go on".
 */
import type { Change } from '../api.js';
import type { Deadlines } from '../deadlines.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Members } from './members.js';
import type { PatienceOptions } from './options.js';
import { patiently } from './patience.js';
import type { SharedMap } from './shared-map.js';

export class Barrier {
  readonly #name: string;
  readonly #count: number;
  readonly #places: SharedMap<number>;
  readonly #members: Members;
  readonly #deadlines: Deadlines;
  readonly #keepAlive: KeepAlive;

  constructor(name: string, count: number, places: SharedMap<number>, members: Members, deadlines: Deadlines, keepAlive: KeepAlive) {
    this.#name = name;
    this.#count = count;
    this.#places = places;
    this.#members = members;
    this.#deadlines = deadlines;
    this.#keepAlive = keepAlive;
  }

  /** Resolves when it may go on. */
  async meet(options: PatienceOptions): Promise<void> {
    this.#keepAlive.begin();
    try {
      const late = (): HubError => new HubError('TIMEOUT', `At "${this.#name}" there were not ${this.#count} who wait within ${options.timeout} ms.`);
      await patiently(this.#deadlines, options, late, (signal) => this.#wait(signal));
    } finally {
      this.#keepAlive.end();
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const own = crypto.randomUUID();
    const present = new Set<string>();
    let place = this.#enter(own);
    let isSeen = false;
    try {
      for await (const change of this.#places.watch({ overflow: 'error', ...(signal === undefined ? {} : { signal }) })) {
        apply(change, present);
        const isSameSession = place.session === this.#members.self?.id;
        if (present.has(own)) isSeen = true;
        else if (isSeen && isSameSession) return;
        else if (!isSameSession) {
          // What was entered in an earlier session has gone with it.
          await place.entered.catch(nothing);
          place = this.#enter(own);
          isSeen = false;
        }
        await place.entered;
        await this.#open(present, own);
      }
    } catch (error) {
      await place.entered.catch(nothing);
      const hasLeft = await this.#places.delete(own).catch(() => true);
      // It was opened in the same moment: the others have counted on this one, and so it goes on as well.
      if (!hasLeft && isSeen) return;
      throw error;
    }
  }

  #enter(own: string): { readonly session: string | undefined; readonly entered: Promise<unknown> } {
    return { session: this.#members.self?.id, entered: this.#places.set(own, this.#count, { ephemeral: true }) };
  }

  /** Those who came first go on. The last of them says so, and whoever comes after: it may have been stopped. */
  async #open(present: ReadonlySet<string>, own: string): Promise<void> {
    if (present.size < this.#count) return;
    const going = [...present].slice(0, this.#count);
    if (going.includes(own) && going.at(-1) !== own) return;
    await this.#places.transact({
      if: going.map((key) => ({ key, expect: 'present' })),
      then: going.map((key) => ({ type: 'delete', key })),
    });
  }
}

/** In the order in which they came. */
function apply(change: Change<number>, present: Set<string>): void {
  switch (change.type) {
    case 'whole':
      present.clear();
      for (const key of change.entries.keys()) present.add(key);
      return;
    case 'set':
      present.add(change.key);
      return;
    case 'delete':
      present.delete(change.key);
      return;
    case 'clear':
      present.clear();
  }
}

function nothing(): void {}

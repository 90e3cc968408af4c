/** A listening socket whose broker may not be in yet: the links that come early wait in front of it. */
import { HubError } from '../../core/errors.js';
import type { Link } from '../../core/star/link.js';
import type { Listener, Steps } from './steps.js';

export class Door {
  #state: State = { at: 'shut', waiting: [] };
  #listener: Listener | undefined;

  static async at(path: string, steps: Steps): Promise<Door> {
    const door = new this();
    door.#listener = await steps.listen(path, (link) => door.#came(link));
    return door;
  }

  accept(onLink: (link: Link) => void): void {
    if (this.#state.at !== 'shut') return;

    const { waiting } = this.#state;
    this.#state = { at: 'open', onLink };
    for (const link of waiting) onLink(link);
  }

  /** For ever: whoever connects is refused from now on. Idempotent. */
  close(): void {
    const state = this.#state;
    this.#state = { at: 'closed' };
    this.#listener?.close();
    if (state.at === 'shut') for (const link of state.waiting) turnAway(link);
  }

  #came(link: Link): void {
    switch (this.#state.at) {
      case 'shut':
        this.#state.waiting.push(link);
        return;
      case 'open':
        this.#state.onLink(link);
        return;
      case 'closed':
        turnAway(link);
        return;
    }
  }
}

type State =
  | { readonly at: 'shut'; readonly waiting: Link[] }
  | { readonly at: 'open'; readonly onLink: (link: Link) => void }
  | { readonly at: 'closed' };

/** It hears nothing, and meets again. */
function turnAway(link: Link): void {
  link.destroy(new HubError('UNAVAILABLE', 'This process is not the broker any more.'));
}

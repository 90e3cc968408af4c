/**
 * Locks that are released by their id, in any process that knows it. A lock belongs to the process that has got it, and
 * is free when that one dies.
 */
import type { Hub, Lock } from '../../core/api.js';

const RELEASE = 'release';

interface Release {
  readonly key: string;
  readonly id: string;
}

export class HeldLocks {
  readonly #hub: Hub;
  readonly #held = new Map<string, Lock>();

  constructor(hub: Hub) {
    this.#hub = hub;
    hub.handle<Release, boolean>(RELEASE, (release) => this.#release(release));
  }

  async acquire(key: string): Promise<string> {
    const lock = await this.#hub.lock(key);
    const id = `${this.#hub.member.id}/${lock.token}`;
    this.#held.set(id, lock);
    return id;
  }

  /** Whether it was held under that id until now. */
  async release(key: string, id: unknown): Promise<boolean> {
    if (typeof id !== 'string') return false;
    await this.#hub.ready();
    const holder = this.#hub.members.get(id.slice(0, id.indexOf('/')));
    if (holder === undefined) return false;
    if (holder.id === this.#hub.member.id) return this.#release({ key, id });
    return this.#hub.request<boolean>(RELEASE, { key, id } satisfies Release, { to: holder });
  }

  async #release({ key, id }: Release): Promise<boolean> {
    const lock = this.#held.get(id);
    if (lock?.key !== key) return false;
    this.#held.delete(id);
    return lock.release();
  }
}

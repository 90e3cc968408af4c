/**
 * Functions of other members, as this one calls them. While one is retained it is known here, so that it arrives as the same
 * function when it is brought once more; else nothing of it is kept.
 */
import type { RemoteFunction } from '../services-api.js';
import { HubError } from '../errors.js';
import type { Member } from '../protocol.js';
import { gone } from './references.js';

/** The way to a function's owner. */
export interface Owners {
  call(owner: Member, number: number, args: readonly unknown[]): Promise<unknown>;
  /** At most once, and without an answer. */
  tell(owner: Member, number: number, what: 'retain' | 'release'): void;
}

export class RemoteFunctions {
  readonly #owners: Owners;
  /** The retained ones, by owner and number. */
  readonly #retained = new Map<string, Map<number, WeakRef<RemoteFunction>>>();
  /** A backstop, for those that were retained and forgotten. */
  readonly #forgotten = new FinalizationRegistry<Held>((held) => this.#release(held));

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  /** The function of that number, as its owner has brought it. */
  of(owner: Member, number: number): RemoteFunction {
    const known = this.#retained.get(owner.id)?.get(number)?.deref();
    return known ?? this.#create(owner, number);
  }

  /** What it had retained here is dead. */
  memberLeft({ id }: Member): void {
    this.#retained.delete(id);
  }

  lost(): void {
    this.#retained.clear();
  }

  #create(owner: Member, number: number): RemoteFunction {
    const held: Held = { owner, number };
    const call = (...args: readonly unknown[]): Promise<unknown> => this.#call(remote, held, args);
    const release = (): void => this.#release(held);
    const retain = (): RemoteFunction => this.#retain(remote, held);
    const remote = Object.assign(call, { retain, release, [Symbol.dispose]: release }) as RemoteFunction;
    return remote;
  }

  /** It is held on to while it is called, so that what has forgotten it does not release it meanwhile. */
  #call(remote: RemoteFunction, { owner, number }: Held, args: readonly unknown[]): Promise<unknown> {
    const answer = this.#owners.call(owner, number, args).catch((error: unknown) => {
      void remote;
      throw error instanceof HubError && error.code === 'NO_MEMBER' ? gone('its process has left the group.') : error;
    });
    // Who calls back and does not wait is not brought down by it.
    answer.catch(() => {});
    return answer;
  }

  #retain(remote: RemoteFunction, held: Held): RemoteFunction {
    const ofOwner = this.#retained.get(held.owner.id) ?? new Map<number, WeakRef<RemoteFunction>>();
    if (ofOwner.has(held.number)) return remote;
    this.#retained.set(held.owner.id, ofOwner.set(held.number, new WeakRef(remote)));
    this.#forgotten.register(remote, held, held);
    this.#owners.tell(held.owner, held.number, 'retain');
    return remote;
  }

  #release(held: Held): void {
    this.#forgotten.unregister(held);
    const ofOwner = this.#retained.get(held.owner.id);
    if (ofOwner?.delete(held.number) !== true) return;
    if (ofOwner.size === 0) this.#retained.delete(held.owner.id);
    this.#owners.tell(held.owner, held.number, 'release');
  }
}

interface Held {
  readonly owner: Member;
  readonly number: number;
}

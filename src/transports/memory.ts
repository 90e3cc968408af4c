/**
 * The memory transport: hubs within one process, for tests and for programs that may grow into several processes. The
 * first to come is the broker; the same protocol runs as between processes, only the wire is memory.
 */
import { HubError } from '../core/errors.js';
import { host } from '../core/host.js';
import type { Host } from '../core/host.js';
import type { Limits } from '../core/limits.js';
import type { Link } from '../core/star/link.js';
import { linkPair } from '../core/star/pair.js';
import type { Meeting, Rendezvous } from '../core/star/rendezvous.js';
import { star } from '../core/star/star.js';
import type { Transport } from '../core/transport.js';

export interface MemoryOptions {
  /** Where the hubs meet: a place of one's own, or a name in the one that all code of this process shares. Default `default`. */
  readonly group?: string | MemoryPlace;
  readonly limits?: Partial<Limits>;
}

export function memory({ group = 'default', limits = {} }: MemoryOptions = {}): Transport {
  const place = typeof group === 'string' ? sharedPlace(group) : group;
  return star(place.rendezvous(), { limits });
}

/** One place to meet; whoever does not have it cannot come in. */
export class MemoryPlace {
  readonly #host: Host;
  #authority: Authority | undefined;

  constructor(hostOfLinks: Host = host) {
    this.#host = hostOfLinks;
  }

  rendezvous(): Rendezvous {
    return { name: 'memory', meet: async () => this.#meet() };
  }

  #meet(): Meeting {
    const present = this.#authority;
    if (present !== undefined) {
      const [near, far] = linkPair(this.#host);
      present.arrive(far);
      return { role: 'member', link: near };
    }
    const authority = new Authority();
    this.#authority = authority;
    return {
      role: 'authority',
      epoch: 1,
      accept: (onLink) => authority.accept(onLink),
      close: async () => {
        if (this.#authority === authority) this.#authority = undefined;
        authority.close();
      },
    };
  }
}

class Authority {
  #waiting: Link[] = [];
  #onLink: ((link: Link) => void) | undefined;

  arrive(link: Link): void {
    if (this.#onLink === undefined) this.#waiting.push(link);
    else this.#onLink(link);
  }

  accept(onLink: (link: Link) => void): void {
    this.#onLink = onLink;
    for (const link of this.#waiting) onLink(link);
    this.#waiting = [];
  }

  /** Those who were never let in are told so: they meet again. */
  close(): void {
    for (const link of this.#waiting) link.destroy(new HubError('LOST', 'The authority has closed.'));
    this.#waiting = [];
  }
}

const places = new Map<string, MemoryPlace>();

function sharedPlace(name: string): MemoryPlace {
  const place = places.get(name) ?? new MemoryPlace();
  places.set(name, place);
  return place;
}

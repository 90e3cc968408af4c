/** Hubs in this process. To kill one is to cut its link, and to let it never meet the others again. */
import { HubError } from '../../src/core/errors.js';
import type { Link } from '../../src/core/star/link.js';
import type { Meeting, Rendezvous } from '../../src/core/star/rendezvous.js';
import { star } from '../../src/core/star/star.js';
import { MemoryPlace } from '../../src/transports/memory.js';
import type { Fixture } from './fixture.js';
import { LocalPeer } from './local-peer.js';
import { HubPlace } from './place.js';

export function startMemory(): Fixture {
  const places = new Map<string, MemoryPlace>();
  return {
    async seat(group, name, options) {
      const meetingPlace = places.get(group) ?? new MemoryPlace();
      places.set(group, meetingPlace);
      const rendezvous = new MortalRendezvous(meetingPlace.rendezvous());
      const place = new HubPlace({ transport: star(rendezvous) }, name, options);
      await place.hub.ready();
      return new LocalPeer(name, place, async () => rendezvous.die());
    },
    close: async () => places.clear(),
  };
}

class MortalRendezvous implements Rendezvous {
  readonly name = 'memory';
  readonly #rendezvous: Rendezvous;
  readonly #links: Link[] = [];
  #death: HubError | undefined;

  constructor(rendezvous: Rendezvous) {
    this.#rendezvous = rendezvous;
  }

  async meet(signal: AbortSignal): Promise<Meeting> {
    if (this.#death !== undefined) throw this.#death;
    const meeting = await this.#rendezvous.meet(signal);
    if (meeting.role === 'member') this.#links.push(meeting.link);
    return meeting;
  }

  die(): void {
    this.#death = new HubError('UNAVAILABLE', 'The dead meet nobody.');
    for (const link of this.#links) link.destroy(this.#death);
  }
}

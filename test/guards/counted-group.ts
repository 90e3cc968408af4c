/** Hubs in this process, of which each has a link to a broker's that counts what goes over it. */
import { createHub } from '../../src/index.js';
import type { Hub } from '../../src/index.js';
import { HEADER } from '../../src/core/star/packet.js';
import type { Link } from '../../src/core/star/link.js';
import type { Meeting, Rendezvous } from '../../src/core/star/rendezvous.js';
import { star } from '../../src/core/star/star.js';
import { MemoryPlace } from '../../src/transports/memory.js';

export interface Traffic {
  writes: number;
  packets: number;
  bytes: number;
}

export class CountedGroup {
  /** Of all members but the broker's own, both ways. */
  readonly traffic: Traffic = { writes: 0, packets: 0, bytes: 0 };
  readonly #place = new MemoryPlace();
  readonly #hubs: Hub[] = [];

  /** The first is the broker. */
  async join(name: string): Promise<Hub> {
    const hub = createHub({ name, transport: star(this.#rendezvous()) });
    this.#hubs.push(hub);
    await hub.ready();
    return hub;
  }

  async close(): Promise<void> {
    for (const hub of this.#hubs.toReversed()) await hub.close({ grace: 0 });
  }

  #rendezvous(): Rendezvous {
    const rendezvous = this.#place.rendezvous();
    return {
      name: 'counted',
      meet: async (signal): Promise<Meeting> => {
        const meeting = await rendezvous.meet(signal);
        return meeting.role === 'member' ? { role: 'member', link: this.#counting(meeting.link) } : meeting;
      },
    };
  }

  #counting(link: Link): Link {
    return {
      open: (sink) => link.open({
        received: (bytes) => {
          this.#count(bytes);
          sink.received(bytes);
        },
        drained: () => sink.drained(),
        closed: (error) => sink.closed(error),
      }),
      send: (bytes) => {
        this.#count(bytes);
        return link.send(bytes);
      },
      close: (reason) => link.close(reason),
      destroy: (reason) => link.destroy(reason),
    };
  }

  /** Links carry whole packets, and in memory in the very portions in which they were written. */
  #count(bytes: Uint8Array): void {
    this.traffic.writes += 1;
    this.traffic.bytes += bytes.length;
    for (let at = 0; at < bytes.length; this.traffic.packets += 1) at += HEADER + lengthAt(bytes, at);
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

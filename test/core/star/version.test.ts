import { expect } from 'chai';
import type { Link } from '../../../src/core/star/link.js';
import type { Meeting, Rendezvous } from '../../../src/core/star/rendezvous.js';
import { star } from '../../../src/core/star/star.js';
import { createHub } from '../../../src/index.js';
import { MemoryPlace } from '../../../src/transports/memory.js';
import { rejection } from '../../support/rejection.js';

/** Both ends of the links that are made by it take the other for one of this version of the protocol. */
class Skewed implements Rendezvous {
  readonly name = 'memory';
  readonly #rendezvous: Rendezvous;
  readonly #version: number;
  /** How often it was met. */
  meetings = 0;

  constructor(rendezvous: Rendezvous, version: number) {
    this.#rendezvous = rendezvous;
    this.#version = version;
  }

  async meet(signal: AbortSignal): Promise<Meeting> {
    this.meetings += 1;
    const meeting = await this.#rendezvous.meet(signal);
    return meeting.role === 'member' ? { role: 'member', link: this.#skewed(meeting.link) } : meeting;
  }

  #skewed(link: Link): Link {
    return {
      open: (sink) => link.open({ received: (bytes) => sink.received(this.#rewritten(bytes)), drained: () => sink.drained(), closed: (error) => sink.closed(error) }),
      send: (bytes) => link.send(bytes),
      close: (reason) => link.close(reason),
      destroy: (reason) => link.destroy(reason),
    };
  }

  #rewritten(bytes: Uint8Array): Uint8Array {
    return Buffer.from(Buffer.from(bytes).toString('latin1').replace('"protocol":1', `"protocol":${this.#version}`), 'latin1');
  }
}

describe('Who comes to a broker of another version', () => {
  for (const [version, age] of [[2, 'a newer'], [0, 'an older']] as const) {
    it(`is told so, and what to do, and does not come again: ${age} one`, async () => {
      const place = new MemoryPlace();
      await using old = createHub({ transport: star(place.rendezvous()), name: 'old' });
      await old.ready();
      const rendezvous = new Skewed(place.rendezvous(), version);
      await using hub = createHub({ transport: star(rendezvous) });

      const error = await rejection(hub.ready());

      expect(error).to.have.property('code', 'VERSION');
      expect(error).to.have.property('message', `The broker of the group speaks version ${version} of the protocol, ${age} one than this process, which speaks version 1. Run one version of interhub in all processes of a group.`);
      expect([rendezvous.meetings, hub.status]).to.deep.equal([1, 'closed']);
      await old.lock('barrier', () => undefined);
      expect([...old.members].map(({ name }) => name)).to.deep.equal(['old']);
    });
  }
});

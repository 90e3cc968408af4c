/**
 * A broadcast that its topic keeps. It leaves in its place among all that this member tells, but as a command: the authority
 * keeps it and tells it on, so whoever begins to listen meanwhile hears it either live or as what is kept, and never twice.
 */
import { encode } from '../codec/codec.js';
import { MYSELF } from '../directory.js';
import type { Directory } from '../directory.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import { EVERYONE, RETAINED } from '../protocol.js';
import type { MapCommand, Member, Outcome, Payload } from '../protocol.js';
import type { Session } from '../transport.js';
import type { Departure, Outgoing } from './outbox.js';

export interface AnnouncementPorts {
  readonly directory: Directory;
  readonly authority: Pick<Session, 'submit'>;
  /** Commands would overtake what waits for the authority to be heard again. */
  readonly isSuspended: () => boolean;
  readonly keepAlive: KeepAlive;
  /** Hears why something could not be kept. */
  readonly report: (error: unknown) => void;
}

/** What the map of retained values holds for a topic. */
export type Kept = readonly [from: Member, payload: Payload, self: boolean];

export class Announcement implements Outgoing {
  readonly type = 'message';
  readonly name: string;
  readonly call = 0;
  readonly extra = 0;
  readonly payload: Payload;
  readonly to = EVERYONE;
  readonly refused = 0;
  readonly isWithdrawn = false;
  readonly #self: boolean;
  readonly #ports: AnnouncementPorts;

  /** `payload`: of `undefined` it takes away what was kept, and tells nobody. `self`: whether this member hears it too. */
  constructor(topic: string, payload: Payload, self: boolean, ports: AnnouncementPorts) {
    this.name = topic;
    this.payload = payload;
    this.#self = self;
    this.#ports = ports;
  }

  departing(): Departure {
    const { authority, isSuspended, keepAlive } = this.#ports;
    if (isSuspended()) return 'wait';
    authority.submit(this.#command(), (settlement) => {
      keepAlive.end();
      this.#settled(settlement);
    });
    keepAlive.begin();
    return 'sent';
  }

  stranded(error: HubError): void {
    this.#ports.report(error);
  }

  #command(): MapCommand {
    const place = { map: RETAINED, key: this.name };
    if (this.payload === '') return { type: 'map.delete', ...place };
    const { directory } = this.#ports;
    return { type: 'map.set', ...place, value: encode([directory.member(directory.find(MYSELF) ?? 0), this.payload, this.#self]) };
  }

  /** It is told at most once, as all messages are: that it was lost is no error. */
  #settled(settlement: Outcome | HubError): void {
    if (settlement instanceof HubError) {
      if (settlement.code !== 'LOST' && settlement.code !== 'CLOSED') this.#ports.report(settlement);
    } else if (settlement.type === 'too-large') {
      const advice = 'Take away what is not needed, by broadcasting `undefined`, or raise `limits.retained`.';
      this.#ports.report(new HubError('TOO_LARGE', `"${this.name}" was not told: with it the topics would keep more than ${settlement.limit} bytes. ${advice}`));
    }
  }
}

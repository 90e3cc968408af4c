/**
 * What the authority tells a member, in its order: what became of its commands, and what has happened in the group. Through
 * one broker after another, so it knows who is there, and after a time away tells who has come and gone in the meantime.
 */
import { HubError } from '../errors.js';
import type { Event, Member } from '../protocol.js';
import type { Ear } from '../transport.js';
import type { Commands } from './commands.js';
import { KIND } from './packet.js';
import { Parts, isPart } from './parts.js';
import type { Reader } from './reader.js';
import { readEvent, readOutcome } from './vocabulary.js';

export interface NewsOptions {
  /** Those that have no outcome yet. */
  readonly commands: Commands;
  readonly ear: Pick<Ear, 'heard'>;
  /** Before it is heard: nothing that was under way to or from that member will come. */
  readonly left: (member: number) => void;
}

export class News {
  readonly #commands: Commands;
  readonly #ear: Pick<Ear, 'heard'>;
  readonly #left: (member: number) => void;
  readonly #parts = new Parts();
  /** Everyone who is in the group now, as far as this member was told. */
  readonly #present = new Map<number, Member>();

  constructor({ commands, ear, left }: NewsOptions) {
    this.#commands = commands;
    this.#ear = ear;
    this.#left = left;
  }

  /** The first that it is told: these are there already. */
  begin(members: readonly Member[]): void {
    for (const member of members) this.#present.set(member.number, member);
  }

  /** Throws what the link is to be ended with. */
  packet(packet: Reader): void {
    switch (packet.kind) {
      case KIND.outcome:
        return this.#commands.settle(packet.id, packet.member, this.#parts.complete(readOutcome(packet)));
      case KIND.event: {
        const event = readEvent(packet);
        if (isPart(event)) return this.#parts.add(event);
        this.#commands.decided(packet.member);
        return this.#hear(this.#parts.complete(event));
      }
      case KIND.pong:
        return this.#commands.decided(packet.member);
      default:
        throw new HubError('BAD_PACKET', `A broker sent a packet of kind ${packet.kind}, which is not for a member.`);
    }
  }

  /** The link has ended: the rest of what came in parts will not come. */
  interrupt(): void {
    this.#parts.clear();
  }

  /** Those who are there now, after a time in which nothing was told. */
  catchUp(members: readonly Member[]): void {
    const now = new Set(members.map(({ number }) => number));
    for (const number of [...this.#present.keys()]) if (!now.has(number)) this.#hear({ type: 'member.left', number, reason: 'lost' });
    for (const member of members) if (!this.#present.has(member.number)) this.#hear({ type: 'member.joined', member });
  }

  #hear(event: Event): void {
    if (event.type === 'member.joined') this.#present.set(event.member.number, event.member);
    else if (event.type === 'member.left') {
      this.#present.delete(event.number);
      this.#left(event.number);
    }
    this.#ear.heard(event);
  }
}

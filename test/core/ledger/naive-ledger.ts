/**
 * The ledger's rules once more, written for plainness alone: arrays, and a search for everything.
 * The property tests hold the two together.
 */
import type { Applied, Directed } from '../../../src/core/ledger/ledger.js';
import type { Command, Member, Outcome } from '../../../src/core/protocol.js';
import { NaiveLocks } from './naive-locks.js';
import { NaiveMaps } from './naive-maps.js';

export class NaiveLedger {
  members: Member[] = [];
  joined = 0;
  /** The last that was used. */
  seq = 0;
  readonly locks = new NaiveLocks(() => (this.seq += 1));
  readonly maps = new NaiveMaps();

  versionOf(map: string, key: string): number {
    return this.maps.find(map, key)?.version ?? 0;
  }

  /** `reason` is left out of what is `invalid`: it is for people. */
  apply(seq: number, from: number, command: Command): Applied {
    const events: Directed[] = [];
    this.seq = seq - 1;
    const outcome = this.#apply(seq, from, command, events);
    this.seq = Math.max(seq, this.seq);
    return { outcome, events };
  }

  #apply(seq: number, from: number, command: Command, events: Directed[]): Outcome {
    const ofAuthority = command.type === 'member.join' || command.type === 'member.leave' || command.type === 'time';
    const isSeated = this.members.some((member) => member.number === from);
    if (ofAuthority ? from !== 0 : !isSeated) return { type: 'invalid', reason: '' };

    switch (command.type) {
      case 'member.join': {
        const seated = this.members.find((member) => member.id === command.member.id);
        if (seated !== undefined) return { type: 'joined', number: seated.number, members: [...this.members] };
        const member = { ...command.member, number: ++this.joined };
        this.members.push(member);
        events.push({ to: 'everyone', except: member.number, event: { type: 'member.joined', member } });
        return { type: 'joined', number: member.number, members: [...this.members] };
      }
      case 'member.leave': {
        const { number, reason } = command;
        if (!this.members.some((member) => member.number === number)) return { type: 'left' };
        this.members = this.members.filter((member) => member.number !== number);
        this.locks.leave(number, events);
        this.maps.leave(seq, number, events);
        if (this.members.length === 0) this.maps.forget();
        events.push({ to: 'everyone', event: { type: 'member.left', number, reason } });
        return { type: 'left' };
      }
      case 'lock.acquire':
      case 'lock.release':
      case 'lock.downgrade':
      case 'lock.lines':
        return this.locks.apply(seq, from, command, events);
      case 'time':
        if (command.now <= this.locks.now) return { type: 'count', count: 0 };
        return { type: 'count', count: this.locks.pass(command.now, events) + this.maps.pass(seq, command.now, events) };
      case 'map.get':
      case 'map.pick':
      case 'map.set':
      case 'map.delete':
      case 'map.add':
      case 'map.transact':
      case 'map.entries':
      case 'map.size':
      case 'map.clear':
        return this.maps.apply(seq, from, command, events);
    }
  }
}

/**
 * Tells members what concerns them: what follows from the commands of the group, what there is already when somebody begins
 * to follow something, and who listens to what. Whoever does not read is told the whole of a map, and the last that a topic
 * keeps, when it does again, and not each change: that takes no memory here.
 */
import type { Directed, Ledger } from '../ledger/ledger.js';
import { RETAINED } from '../protocol.js';
import type { Event, Interest } from '../protocol.js';
import type { Connection } from './connection.js';
import type { Delivery } from './delivery.js';
import type { Interests, Shift } from './interests.js';
import type { Outbox } from './outbox.js';
import type { Retained } from './retained.js';
import type { Return } from './return.js';

export interface HeraldOptions {
  readonly ledger: Ledger;
  readonly members: ReadonlyMap<number, Connection>;
  readonly interests: Interests;
  readonly retained: Retained;
  /** Those who are on their way back. */
  readonly absent: Pick<Return, 'isGathering'>;
  readonly delivery: Pick<Delivery, 'hasRoom'>;
}

export class Herald {
  readonly #ledger: Ledger;
  readonly #members: ReadonlyMap<number, Connection>;
  readonly #interests: Interests;
  readonly #retained: Retained;
  readonly #absent: HeraldOptions['absent'];
  readonly #delivery: HeraldOptions['delivery'];

  constructor({ ledger, members, interests, retained, absent, delivery }: HeraldOptions) {
    this.#ledger = ledger;
    this.#members = members;
    this.#interests = interests;
    this.#retained = retained;
    this.#absent = absent;
    this.#delivery = delivery;
  }

  /** What follows from a command, to those whom it concerns. */
  direct({ to, event, except }: Directed): void {
    if (typeof to === 'number') {
      this.#members.get(to)?.out.event(event);
    } else if (to === 'everyone') {
      for (const [number, connection] of this.#members) if (number !== except) connection.out.event(event);
      if (event.type === 'member.joined') this.#followFirst(this.#members.get(event.member.number));
      if (event.type === 'member.left' && this.#ledger.members.size === 0) this.#retained.clear();
    } else if (event.type === 'map.changed' && event.map === RETAINED) {
      this.#retained.changed(event.change);
      if (event.change.type === 'clear') return;
      for (const number of this.#interests.listening(event.change.key)) this.#tellKept(this.#members.get(number), event.change.key, event);
    } else if (event.type === 'map.changed' || event.type === 'map.transacted') {
      for (const number of this.#interests.following(event.map)) this.#tellChange(this.#members.get(number), event);
    } else if (event.type === 'leader') {
      for (const number of this.#interests.watching(event.name)) this.#members.get(number)?.out.event(event);
    }
  }

  /** A member follows something: it is told what there is, and from now on what becomes of it. */
  follow({ member, out }: Connection, interest: Interest): void {
    this.#tell(this.#interests.follow(member, interest));
    const { type, name } = interest;
    if (type === 'topic') this.#tellRetained(out, name);
    else if (type === 'map') out.event(this.#ledger.whole(name));
    else if (type === 'leader') out.event(this.#ledger.leader(name));
    else if (this.#absent.isGathering) return;
    else if (type === 'topic.listeners') out.event(listeners('topic', name, this.#interests.listening(name)));
    else if (type === 'method.listeners') out.event(listeners('method', name, this.#interests.handling(name)));
  }

  unfollow({ member, behind }: Connection, interest: Interest): void {
    if (interest.type === 'map') behind.delete(interest.name);
    this.#tell(this.#interests.unfollow(member, interest));
  }

  /** It listens to nothing any more. */
  left(member: number): void {
    this.#tell(this.#interests.drop(member));
  }

  /** All who were on their way back are there, or long enough was waited for them: now it is told who listens. */
  gathered(): void {
    this.#tell(this.#interests.watched());
  }

  /** It has read all that it was told: now what it was not told because it did not read. */
  catchUp({ member, behind, missed, out }: Connection): void {
    if (behind.size + missed.size === 0 || out.queued > 0) return;
    const maps = [...behind];
    const topics = [...missed];
    behind.clear();
    missed.clear();
    for (const topic of topics) {
      if (this.#interests.listening(topic).includes(member)) out.event({ type: 'map.changed', map: RETAINED, change: this.#retained.last(topic) });
    }
    for (const map of maps) out.event(this.#ledger.whole(map));
  }

  /** In the turn in which the others are told of it: none of them can say anything to it before. */
  #followFirst(newcomer: Connection | undefined): void {
    if (newcomer === undefined) return;
    for (const interest of newcomer.first) this.follow(newcomer, interest);
    newcomer.first = [];
  }

  /** Of what a topic keeps, one who does not read is told the last when it does again. */
  #tellKept(listener: Connection | undefined, topic: string, event: Event): void {
    if (listener === undefined) return;
    if (this.#delivery.hasRoom(listener)) listener.out.event(event);
    else listener.missed.add(topic);
  }

  #tellChange(follower: Connection | undefined, event: Event & { readonly map: string }): void {
    if (follower === undefined || follower.behind.has(event.map)) return;
    if (this.#delivery.hasRoom(follower)) follower.out.event(event);
    else follower.behind.add(event.map);
  }

  #tell(shifts: readonly Shift[]): void {
    // Those who listened may be on their way back: whoever asks for them goes on with what he knew.
    if (this.#absent.isGathering) return;
    for (const { of, name, listeners: numbers, tell } of shifts) {
      const event = listeners(of, name, numbers);
      for (const number of tell) this.#members.get(number)?.out.event(event);
    }
  }

  /** What is submitted and not applied yet is told when it is: whoever follows by then is among those who listen. */
  #tellRetained(out: Outbox, name: string): void {
    const told = this.#retained.of(name);
    if (told !== undefined) out.event(told);
  }
}

function listeners(of: 'topic' | 'method', name: string, members: readonly number[]): Event {
  return { type: 'listeners', of, name, members };
}

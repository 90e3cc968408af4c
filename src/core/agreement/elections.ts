/** Elections: the first in line leads. Whoever wants to know who does is told at once, and at every change. */
import type { Leader, Term, WaitOptions } from '../api.js';
import type { Directory } from '../directory.js';
import { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import type { Asking } from './asking.js';
import type { Authority } from './authority.js';
import { HeldTicket } from './held-ticket.js';
import type { Asked, TicketKeeper } from './held-ticket.js';

export class Elections {
  readonly #asking: Asking;
  readonly #authority: Authority;
  readonly #directory: Pick<Directory, 'member'>;
  readonly #keepAlive: KeepAlive;
  readonly #watched = new Map<string, Watched>();

  constructor(asking: Asking, authority: Authority, directory: Pick<Directory, 'member'>, keepAlive: KeepAlive) {
    this.#asking = asking;
    this.#authority = authority;
    this.#directory = directory;
    this.#keepAlive = keepAlive;
  }

  /** `entry`: what the user called. */
  stand(name: string, options: WaitOptions, entry: (...args: never) => unknown): Promise<HeldTerm> {
    return this.#asking.acquire(this.#asking.asked(name, { space: 'election' }, options, entry), options, HeldTerm.of);
  }

  /** As `stand`, for one who serves when it leads: what it does now has nothing to do with it. */
  standBy(name: string, signal: AbortSignal): Promise<HeldTerm> {
    const asked = this.#asking.asked(name, { space: 'election' }, { within: null }, this.standBy);
    return this.#asking.acquire({ ...asked, isListening: true }, { signal, within: null }, HeldTerm.of);
  }

  watch(name: string, signal: AbortSignal | undefined): Feed<Leader | undefined> {
    const feed = new Feed<Leader | undefined>({ title: `the watch of the leader of "${name}"`, limit: LIMIT, overflow: 'drop-oldest', signal }, () => this.#ended(name, feed));
    if (!feed.isOpen) return feed;
    this.#keepAlive.listen();
    const watched = this.#watched.get(name);
    if (watched !== undefined) {
      watched.feeds.add(feed);
      if (watched.isKnown) feed.push(watched.leader);
      return feed;
    }
    this.#watched.set(name, { feeds: new Set([feed]), isKnown: false, leader: undefined });
    this.#authority.follow({ type: 'leader', name });
    return feed;
  }

  /** The first that a follower hears, and every change; and once more after a loss. */
  heard(name: string, number: number, token: number): void {
    const watched = this.#watched.get(name);
    if (watched === undefined || (watched.isKnown && (watched.leader?.token ?? 0) === token)) return;
    const member = this.#directory.member(number);
    watched.isKnown = true;
    watched.leader = member === undefined ? undefined : { member, token };
    for (const feed of watched.feeds) feed.push(watched.leader);
  }

  closed(): void {
    for (const { feeds } of [...this.#watched.values()]) for (const feed of [...feeds]) feed.end();
  }

  #ended(name: string, feed: Feed<Leader | undefined>): void {
    const watched = this.#watched.get(name);
    if (watched?.feeds.delete(feed) !== true) return;
    this.#keepAlive.unlisten();
    if (watched.feeds.size > 0) return;
    this.#watched.delete(name);
    this.#authority.unfollow({ type: 'leader', name });
  }
}

interface Watched {
  readonly feeds: Set<Feed<Leader | undefined>>;
  isKnown: boolean;
  leader: Leader | undefined;
}

/** How many changes may wait for a reader. Older ones give way: only the newest is still true. */
const LIMIT = 1_000;

class HeldTerm extends HeldTicket implements Term {
  static readonly of = (keeper: TicketKeeper, asked: Asked, ticket: number, token: number): HeldTerm => new this(keeper, asked, ticket, token);

  get name(): string {
    return this.key;
  }

  resign(): Promise<boolean> {
    return this.release();
  }
}

/** Everyone in the group, as this member has heard. While the group is lost it says who was there last. */
import type { Address, MemberChange, Members as MembersApi } from '../api.js';
import { MYSELF } from '../directory.js';
import type { Directory } from '../directory.js';
import type { HubError } from '../errors.js';
import { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import { NO_OPTIONS, checkEnd } from '../options.js';
import type { EndOptions } from '../options.js';
import type { LeaveReason, Member } from '../protocol.js';

export class Members implements MembersApi, Directory {
  readonly #keepAlive: KeepAlive;
  readonly #byNumber = new Map<number, Member>();
  readonly #byId = new Map<string, Member>();
  /** In the order of joining; whoever was chosen last goes to the end. */
  readonly #byName = new Map<string, Member[]>();
  readonly #feeds = new Set<Feed<MemberChange>>();
  #self: Member | undefined;
  #closed: HubError | undefined;

  constructor(keepAlive: KeepAlive) {
    this.#keepAlive = keepAlive;
  }

  /** This member; as it was last, while the group is lost. */
  get self(): Member | undefined {
    return this.#self;
  }

  get size(): number {
    return this.#byNumber.size;
  }

  [Symbol.iterator](): IterableIterator<Member> {
    return this.#byNumber.values();
  }

  get(address: number | string): Member | undefined {
    if (typeof address === 'number') return this.#byNumber.get(address);
    return this.#byId.get(address) ?? this.#byName.get(address)?.[0];
  }

  watch(options: EndOptions = NO_OPTIONS): Feed<MemberChange> {
    checkEnd('members.watch()', options);
    if (this.#closed !== undefined) throw this.#closed;
    const { signal } = options;
    const feed: Feed<MemberChange> = new Feed({ title: 'the watch of the members', limit: Infinity, overflow: 'error', signal }, () => {
      this.#feeds.delete(feed);
      this.#keepAlive.unlisten();
    });
    if (!feed.isOpen) return feed;
    for (const member of this) feed.push({ type: 'joined', member });
    this.#feeds.add(feed);
    this.#keepAlive.listen();
    return feed;
  }

  /** Whom an address stands for now; of several with one name, each in turn. */
  find(address: Address): number | undefined {
    if (address === MYSELF) return this.#self?.number;
    if (typeof address === 'number') return this.#byNumber.has(address) ? address : undefined;
    if (typeof address === 'object') return this.#byId.get(address.id)?.number;
    return (this.#byId.get(address) ?? this.#inTurn(address))?.number;
  }

  member(number: number): Member | undefined {
    return this.#byNumber.get(number);
  }

  /** A session has begun: what has changed since the last is told as if it had been heard. */
  begin(self: Member, members: readonly Member[]): void {
    this.#self = self;
    const present = new Set(members.map(({ id }) => id));
    for (const member of [...this.#byNumber.values()]) if (!present.has(member.id)) this.left(member.number, 'lost');
    for (const member of members) if (!this.#byId.has(member.id)) this.joined(member);
  }

  joined(member: Member): void {
    if (this.#byId.has(member.id)) return;
    this.#byNumber.set(member.number, member);
    this.#byId.set(member.id, member);
    const namesakes = this.#byName.get(member.name);
    if (namesakes === undefined) this.#byName.set(member.name, [member]);
    else namesakes.push(member);
    this.#tell({ type: 'joined', member });
  }

  left(number: number, reason: LeaveReason): void {
    const member = this.#byNumber.get(number);
    if (member === undefined) return;
    this.#byNumber.delete(number);
    this.#byId.delete(member.id);
    const namesakes = (this.#byName.get(member.name) ?? []).filter((other) => other !== member);
    if (namesakes.length === 0) this.#byName.delete(member.name);
    else this.#byName.set(member.name, namesakes);
    this.#tell({ type: 'left', member, reason });
  }

  closed(error: HubError): void {
    this.#closed = error;
    for (const feed of this.#feeds) feed.end();
  }

  #inTurn(name: string): Member | undefined {
    const namesakes = this.#byName.get(name);
    const [first] = namesakes ?? [];
    if (namesakes === undefined || first === undefined || namesakes.length === 1) return first;
    namesakes.push(first);
    namesakes.shift();
    return first;
  }

  #tell(change: MemberChange): void {
    for (const feed of this.#feeds) feed.push(change);
  }
}

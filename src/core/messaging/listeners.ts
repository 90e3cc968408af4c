/**
 * Who in this process listens to what. A listener disturbs no other, whatever it does: what it throws is reported, and
 * whoever comes or goes while a message is delivered changes nothing for that message.
 */
import PQueue from 'p-queue';
import type { ListenOptions, Message, SubscribeOptions, Subscription } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import { decode } from '../codec/codec.js';
import { Feed } from '../feed.js';
import type { KeepAlive } from '../keep-alive.js';
import { Pattern, isPattern } from '../pattern.js';
import type { Arrival, Envelope, MapChange, MapEntry } from '../protocol.js';
import type { Session } from '../transport.js';
import { MYSELF } from '../directory.js';
import type { Directory } from '../directory.js';
import type { Kept } from './announcement.js';
import { Retained } from './retained.js';

export type Listen = (value: unknown, message: Message) => unknown;

export interface ListenersPorts {
  readonly directory: Directory;
  readonly interests: Pick<Session, 'follow' | 'unfollow'>;
  readonly keepAlive: KeepAlive;
  /** Hears what listeners throw. */
  readonly report: (error: unknown) => void;
}

export class Listeners {
  readonly #ports: ListenersPorts;
  readonly #topics = new Map<string, readonly Listener[]>();
  readonly #patterns = new Map<string, Patterned>();
  readonly #feeds = new Set<Feed<Message>>();
  readonly #retained = new Retained();

  constructor(ports: ListenersPorts) {
    this.#ports = ports;
  }

  on(topic: string, listen: Listen, { concurrency, signal }: ListenOptions = {}): Disposable {
    const pattern = isPattern(topic) ? new Pattern(topic) : undefined;
    if (signal?.aborted === true) return NOTHING;
    const end = (): void => {
      if (this.#remove(topic, listener)) offAbort(signal, end);
    };
    const listener: Listener = { listen, queue: concurrency === undefined ? undefined : new PQueue({ concurrency }), end, late: NOTHING_KEPT };
    this.#add(topic, pattern, listener);
    onAbort(signal, end);
    this.#catchUp(topic, listener);
    return { [Symbol.dispose]: end };
  }

  subscribe(topic: string, { buffer = 1_000, overflow = 'error', signal }: SubscribeOptions = {}): Subscription {
    const title = `the subscription to "${topic}"`;
    const feed: Feed<Message> = new Feed({ title, limit: buffer, overflow, signal }, () => {
      this.#feeds.delete(feed);
      listening[Symbol.dispose]();
    });
    const listening: Disposable = feed.isOpen ? this.on(topic, (_, message) => feed.push(message)) : NOTHING;
    if (feed.isOpen) this.#feeds.add(feed);
    return feed;
  }

  /** Whether anybody here listens to this topic now. */
  has(topic: string): boolean {
    return this.#listening(topic).length > 0;
  }

  received({ name: topic, member, payload }: Envelope<Arrival>): void {
    const listeners = this.#listening(topic);
    const from = this.#ports.directory.member(member);
    if (listeners.length === 0 || from === undefined) return;
    let value: unknown;
    try {
      value = decode(payload);
    } catch (error) {
      return this.#ports.report(error);
    }
    const message: Message = { topic, value, from, retained: false };
    for (const listener of listeners) this.#deliver(listener, message);
  }

  /** What the topics of an interest keep: told when it begins to be followed, and again after a loss. */
  retained(entries: readonly MapEntry[]): void {
    for (const entry of entries) this.#keep(entry, true);
  }

  /** What a topic keeps has changed. */
  retainedChanged(change: MapChange): void {
    if (change.type === 'set') this.#keep(change, false);
    else if (change.type === 'delete') this.#retained.drop(change.key);
  }

  /** Changes of what is kept may have been missed. What is not told again by `settle` is kept no more. Whether there is any. */
  doubt(): boolean {
    return this.#retained.doubt();
  }

  settle(): void {
    this.#retained.settle();
  }

  /** Nothing more will come: subscriptions end after what they have buffered. */
  closed(): void {
    for (const feed of this.#feeds) feed.end();
    const all = [...this.#topics.values(), ...[...this.#patterns.values()].map(({ listeners }) => listeners)].flat();
    for (const listener of all) listener.end();
  }

  #keep({ key: topic, version, value: kept }: MapEntry, isLate: boolean): void {
    // Of what nobody listens to any more no change is told either: whoever listens next is told anew.
    if (!this.has(topic)) return;
    const { directory, report } = this.#ports;
    let message: Message;
    try {
      const [from, payload, self] = decode(kept) as Kept;
      if (!self && from.number === directory.find(MYSELF)) return this.#retained.drop(topic);
      message = { topic, value: decode(payload), from, retained: true };
    } catch (error) {
      return report(error);
    }
    if (!this.#retained.keep(message, version)) return;
    const told = isLate ? message : { ...message, retained: false };
    for (const listener of this.#listening(topic)) this.#deliver(listener, told);
  }

  /** Not before its owner has it in hand, and before anything newer. */
  #catchUp(name: string, listener: Listener): void {
    const kept = this.#retained.of(name);
    if (kept.length === 0) return;
    listener.late = kept;
    queueMicrotask(() => this.#at(name).includes(listener) && this.#deliverLate(listener));
  }

  #deliverLate(listener: Listener): void {
    const { late } = listener;
    listener.late = NOTHING_KEPT;
    for (const message of late) this.#deliver(listener, message);
  }

  #listening(topic: string): readonly Listener[] {
    const exact = this.#topics.get(topic) ?? NOBODY;
    if (this.#patterns.size === 0) return exact;
    const listeners = [...exact];
    for (const patterned of this.#patterns.values()) {
      if (patterned.pattern.matches(topic)) listeners.push(...patterned.listeners);
    }
    return listeners;
  }

  #deliver(listener: Listener, message: Message): void {
    if (listener.late !== NOTHING_KEPT) this.#deliverLate(listener);
    const { listen, queue } = listener;
    if (queue !== undefined) {
      queue.add(async () => listen(message.value, message)).catch(this.#ports.report);
      return;
    }
    try {
      const result = listen(message.value, message);
      if (typeof result === 'object' && result !== null && 'then' in result) Promise.resolve(result).catch(this.#ports.report);
    } catch (error) {
      this.#ports.report(error);
    }
  }

  #add(topic: string, pattern: Pattern | undefined, listener: Listener): void {
    const others = this.#at(topic);
    this.#set(topic, pattern, [...others, listener]);
    this.#ports.keepAlive.listen();
    if (others.length === 0) this.#ports.interests.follow({ type: 'topic', name: topic });
  }

  /** Whether it was there. */
  #remove(topic: string, listener: Listener): boolean {
    const all = this.#at(topic);
    if (!all.includes(listener)) return false;
    this.#set(topic, this.#patterns.get(topic)?.pattern, all.filter((other) => other !== listener));
    this.#ports.keepAlive.unlisten();
    if (all.length > 1) return true;
    this.#ports.interests.unfollow({ type: 'topic', name: topic });
    this.#retained.forget(topic, (kept) => this.has(kept));
    return true;
  }

  #at(topic: string): readonly Listener[] {
    return this.#patterns.get(topic)?.listeners ?? this.#topics.get(topic) ?? NOBODY;
  }

  #set(topic: string, pattern: Pattern | undefined, listeners: readonly Listener[]): void {
    if (listeners.length === 0) {
      this.#topics.delete(topic);
      this.#patterns.delete(topic);
    } else if (pattern === undefined) this.#topics.set(topic, listeners);
    else this.#patterns.set(topic, { pattern, listeners });
  }
}

interface Listener {
  readonly listen: Listen;
  readonly queue: PQueue | undefined;
  readonly end: () => void;
  /** What topics keep, and it has not been told yet. */
  late: readonly Message[];
}

interface Patterned {
  readonly pattern: Pattern;
  readonly listeners: readonly Listener[];
}

const NOBODY: readonly Listener[] = [];
const NOTHING_KEPT: readonly Message[] = [];
const NOTHING: Disposable = { [Symbol.dispose]: () => {} };

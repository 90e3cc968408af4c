/**
 * The ears of all hubs on an IPC channel, behind one listener for each of its events, from the first ear to the last: a
 * listener for each hub would look like a leak to Node. They hear what is for them, leave the rest to others, and hear once
 * of the channel's end. They change nothing else for anybody: the channel is its user's, before, during and after.
 */
import type { IpcChannel } from './channel.js';
import { isOurs } from './parcel.js';
import type { Arrived } from './parcel.js';
import { asOurs, Unheard } from './unheard.js';

/** Which end of the channel this process is. */
export type Side = 'parent' | 'child';

export interface IpcEar {
  /** What it hears: at a parent's end the parcels of this group, at a child's those of this link. */
  readonly topic: string;
  /** A parcel of the topic, for the named link. */
  heard(parcel: Arrived, link: string): void;
  /** Nothing more will come: the channel is closed, or its process is dead. Once, and last. */
  ended(): void;
}

const known = new WeakMap<IpcChannel, Ears>();

export function earsOn(channel: IpcChannel, side: Side): Ears {
  const there = known.get(channel);
  // Whoever removes all listeners from a channel deafens the hubs that are there, but not those that come.
  if (there !== undefined && !there.areDeafened) return there;

  const ears = new Ears(channel, side);
  known.set(channel, ears);
  return ears;
}

/** How long a dead process's last words may take, should somebody who lives on have inherited its end of the channel. */
const LAST_WORDS = 1_000;

export class Ears {
  readonly #channel: IpcChannel;
  readonly #side: Side;
  readonly #unheard: Unheard;
  readonly #counter: Counter | undefined;
  /** By topic. The lists are never changed, only replaced: an ear may come or go while others hear. */
  readonly #ears = new Map<string, readonly IpcEar[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: IpcChannel, side: Side) {
    this.#channel = channel;
    this.#side = side;
    this.#unheard = new Unheard(channel);
    this.#counter = side === 'child' ? counterOf(channel) : undefined;
  }

  get areDeafened(): boolean {
    return this.#ears.size > 0 && !this.#events().every(([event, listener]) => this.#channel.listeners(event).includes(listener));
  }

  add(ear: IpcEar): void {
    if (this.#ears.size === 0) this.#listen();
    this.#ears.set(ear.topic, [...(this.#ears.get(ear.topic) ?? []), ear]);
  }

  /** Idempotent. */
  remove(ear: IpcEar): void {
    const others = this.#ears.get(ear.topic)?.filter((other) => other !== ear);
    if (others === undefined) return;
    if (others.length > 0) {
      this.#ears.set(ear.topic, others);
      return;
    }
    this.#ears.delete(ear.topic);
    if (this.#ears.size === 0) this.#unlisten();
  }

  /** In a child, each listener but that for `exit` keeps the process alive. Ours must not; those of others must go on doing so. */
  #listen(): void {
    for (const [event, listener] of this.#events()) {
      this.#channel.on(event, listener);
      this.#counter?.unrefCounted();
    }
  }

  #unlisten(): void {
    clearTimeout(this.#timer);
    for (const [event, listener] of this.#events()) {
      this.#counter?.refCounted();
      this.#channel.off(event, listener);
    }
  }

  #events(): readonly (readonly [event: string, listener: Listener])[] {
    const both = [['message', this.#message], ['disconnect', this.#end]] as const;
    return this.#side === 'child' ? both : [...both, ['exit', this.#exit]];
  }

  readonly #message = asOurs((message: unknown, handle: unknown): void => {
    if (!isOurs(message)) return this.#unheard.keep(message, handle, this.#message);
    const { group, link } = message;
    if (typeof group !== 'string' || typeof link !== 'string') return;
    const ears = this.#ears.get(this.#side === 'parent' ? group : link);
    if (ears !== undefined) for (const ear of ears) ear.heard(message, link);
  });

  readonly #end = (): void => {
    const ended = [...this.#ears.values()].flat();
    this.#ears.clear();
    this.#unlisten();
    for (const ear of ended) ear.ended();
  };

  /** What the process said before it died may still be on its way, until `disconnect`. */
  readonly #exit = (): void => {
    if (!this.#channel.connected) return this.#end();
    this.#timer = setTimeout(this.#end, LAST_WORDS);
    this.#timer.unref();
  };
}

type Listener = (...args: readonly unknown[]) => void;

interface Counter {
  refCounted(): void;
  unrefCounted(): void;
}

function counterOf({ channel }: IpcChannel): Counter | undefined {
  return isCounter(channel) ? channel : undefined;
}

function isCounter(channel: unknown): channel is Counter {
  return (
    typeof channel === 'object' &&
    channel !== null &&
    'refCounted' in channel &&
    typeof channel.refCounted === 'function' &&
    'unrefCounted' in channel &&
    typeof channel.unrefCounted === 'function'
  );
}

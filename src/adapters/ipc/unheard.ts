/**
 * Messages for others that came before the others listened. Node keeps what arrives on an IPC channel for its first
 * listener; where that is one of ours, we keep it in Node's place, so that our coming first costs nobody a message.
 */
import type { EventEmitter } from 'node:events';

/** Marks our listeners, whichever copy of this package they belong to. */
const OURS = Symbol.for('interhub.listener');

export function asOurs<F extends object>(listener: F): F {
  return Object.assign(listener, { [OURS]: true });
}

export class Unheard {
  readonly #channel: EventEmitter;
  #messages: (readonly [message: unknown, handle: unknown])[] = [];

  constructor(channel: EventEmitter) {
    this.#channel = channel;
  }

  /** Keeps the message, unless somebody else listens, or another of our listeners (the first) keeps it. */
  keep(message: unknown, handle: unknown, listener: object): void {
    const listeners = this.#channel.listeners('message');
    if (listeners[0] !== listener || !listeners.every(isOurListener)) return;
    if (this.#messages.push([message, handle]) === 1) this.#channel.on('newListener', this.#somebodyComes);
  }

  readonly #somebodyComes = (event: unknown, listener: object): void => {
    if (event !== 'message' || isOurListener(listener)) return;
    this.#channel.off('newListener', this.#somebodyComes);
    const messages = this.#messages;
    this.#messages = [];
    // It does not listen yet: `newListener` comes first.
    process.nextTick(() => {
      for (const [message, handle] of messages) this.#channel.emit('message', message, handle);
    });
  };
}

function isOurListener(listener: object): boolean {
  return OURS in listener;
}

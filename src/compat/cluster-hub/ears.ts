/** Those in this process who hear what is said under one key. A word that nobody listens to disturbs nobody, `error` included. */
import type { EventEmitter } from 'node:events';
import { HubError } from '../../core/errors.js';
import type { Callback } from './questions.js';

export class Ears {
  readonly #emitters = new Set<EventEmitter>();

  add(emitter: EventEmitter): void {
    this.#emitters.add(emitter);
  }

  tell(type: string, data: unknown, sender: unknown): void {
    for (const emitter of this.#emitters) tell(emitter, type, data, sender);
  }

  /** The first answer counts. When nobody can give one the asker hears of it at once. */
  ask(type: string, data: unknown, sender: unknown, answer: Callback): void {
    const listening = [...this.#emitters].filter((emitter) => emitter.listenerCount(type) > 0);
    const first = once(answer);
    if (listening.length === 0) first(noListener(type));
    for (const emitter of listening) ask(emitter, type, data, sender, first);
  }
}

export function tell(emitter: EventEmitter, type: string, ...args: readonly unknown[]): void {
  if (emitter.listenerCount(type) > 0) emitter.emit(type, ...args);
}

/** What a listener throws is its answer. */
export function ask(emitter: EventEmitter, type: string, data: unknown, sender: unknown, answer: Callback): void {
  const first = once(answer);
  try {
    if (!emitter.emit(type, data, sender, first)) first(noListener(type));
  } catch (error) {
    first(error);
  }
}

function once(answer: Callback): Callback {
  let isAnswered = false;
  return (...args) => {
    if (isAnswered) return;
    isAnswered = true;
    answer(...args);
  };
}

function noListener(type: string): HubError {
  return new HubError('NO_RECEIVER', `Nobody there listens to "${type}". Call hub.on() there before it is asked.`, { mayHaveRun: false });
}

/**
 * A worker's end. What it says before it has met the primary waits; should the worker exit before, it leaves what it has
 * told on the channel itself, in the form that cluster-hub gave it.
 */
import type { Worker } from 'node:cluster';
import type { EventEmitter } from 'node:events';
import type { Hub, Lock } from '../../core/api.js';
import type { HubError } from '../../core/errors.js';
import { createHub } from '../../create-hub.js';
import type { Ears } from './ears.js';
import { Questions } from './questions.js';
import type { Callback } from './questions.js';
import { groupOf } from './station.js';
import type { Station } from './station.js';
import { say, TOPIC } from './words.js';
import type { Word } from './words.js';

export class WorkerStation implements Station {
  readonly #key: string;
  readonly #self: Worker;
  readonly #ears: Ears;
  readonly #hub: Hub;
  readonly #questions = new Questions<'primary'>();
  #early: Word[] | undefined = [];

  constructor(key: string, self: Worker, ears: Ears) {
    this.#key = key;
    this.#self = self;
    this.#ears = ears;
    this.#hub = createHub({ transport: 'cluster', group: groupOf(key), labels: { worker: String(self.id) } });
    this.#hub.on<Word>(TOPIC, (word) => this.#heard(word));
    this.#hub.onStatus(({ status, error }) => {
      if (status === 'closed' && error !== undefined) this.#ended(error);
    });
    this.#say({ word: 'hello' });
    this.#hub.ready().then(
      () => this.#open(),
      () => {
        // The end of the hub has been told, with the reason.
      },
    );
    process.on('exit', () => this.#lastWords());
  }

  tellPrimary(_: EventEmitter, type: string, data: unknown): void {
    this.#say({ word: 'tell', type, data });
  }

  /** The sender of all that a worker hears is its own `Worker`: to tell that one is to tell the primary. */
  tellWorker(_: Worker, type: string, data: unknown): void {
    this.#say({ word: 'tell', type, data });
  }

  tellWorkers(type: string, data: unknown): void {
    this.#say({ word: 'relay', type, data });
  }

  askPrimary(_: EventEmitter, type: string, data: unknown, callback?: Callback): void {
    this.#say({ word: 'ask', type, data, number: this.#questions.add('primary', callback) });
  }

  askWorker(): void {
    throw new Error('Sending requests from worker to worker is not implemented');
  }

  lock(key: string): Promise<Lock> {
    return this.#hub.lock(key);
  }

  #say(word: Word): void {
    if (this.#early === undefined) say(this.#hub, word, 'primary');
    else this.#early.push(word);
  }

  #open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const word of early) this.#say(word);
  }

  #heard(word: Word): void {
    switch (word.word) {
      case 'tell':
        return this.#ears.tell(word.type, word.data, this.#self);
      case 'ask':
        return this.#ears.ask(word.type, word.data, this.#self, (...args) => {
          if (word.number !== 0) this.#say({ word: 'answer', number: word.number, args });
        });
      case 'answer':
        return this.#questions.settle(word.number, word.args);
      case 'hello':
      case 'relay':
        return;
    }
  }

  /** The primary has died or was never there; a worker that is about to end with its channel says nothing of it. */
  #ended(error: HubError): void {
    this.#early = undefined;
    if (process.connected) process.emitWarning(error.message, { type: 'ClusterHubWarning', code: error.code });
    this.#questions.fail('primary', error);
  }

  #lastWords(): void {
    if (this.#early === undefined) this.#hub.drained().catch(() => {});
    else if (process.connected) for (const word of this.#early) if (word.word === 'tell') process.send?.({ type: word.type, data: word.data, hub: this.#key });
  }
}

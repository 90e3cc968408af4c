/**
 * The primary's end. What is said to a worker waits until that worker can hear it, and what a worker is asked is answered
 * by its death if by nothing else.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { EventEmitter } from 'node:events';
import type { Hub, Lock, Undelivered } from '../../core/api.js';
import { HubError } from '../../core/errors.js';
import type { Member } from '../../core/protocol.js';
import { createHub } from '../../create-hub.js';
import { ask, tell } from './ears.js';
import type { Ears } from './ears.js';
import { Questions } from './questions.js';
import type { Callback } from './questions.js';
import { groupOf } from './station.js';
import type { Station } from './station.js';
import { say, TOPIC } from './words.js';
import type { Word } from './words.js';

/** How many words wait for a worker, which may never create a hub. */
const PATIENCE = 10_000;

type Presence =
  /** It was forked, and has not said hello. */
  | { readonly at: 'expected'; readonly words: Word[] }
  | { readonly at: 'here'; readonly member: Member };

export function livingWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

export class PrimaryStation implements Station {
  readonly #key: string;
  readonly #ears: Ears;
  readonly #hub: Hub;
  readonly #questions = new Questions<number>();
  /** By the worker's id. The dead are not in it. */
  readonly #presences = new Map<number, Presence>();
  readonly #senders = new WeakMap<Member, Worker>();

  constructor(key: string, ears: Ears) {
    this.#key = key;
    this.#ears = ears;
    this.#hub = createHub({ transport: 'cluster', group: groupOf(key), onUndelivered: (message) => this.#undelivered(message) }).unref();
    this.#hub.on<Word>(TOPIC, (word, { from }) => this.#heard(word, from));
    cluster.on('fork', (worker) => this.#presence(worker));
    cluster.on('exit', (worker) => this.#exited(worker));
    for (const worker of livingWorkers()) this.#presence(worker);
    void this.#mourn();
    process.on('exit', () => void this.#hub.drained().catch(() => {}));
  }

  tellPrimary(from: EventEmitter, type: string, data: unknown): void {
    tell(from, type, data);
  }

  tellWorker(worker: Worker, type: string, data: unknown): void {
    this.#say(worker, { word: 'tell', type, data });
  }

  tellWorkers(type: string, data: unknown): void {
    for (const worker of livingWorkers()) this.#say(worker, { word: 'tell', type, data });
  }

  askPrimary(from: EventEmitter, type: string, data: unknown, callback: Callback = () => {}): void {
    ask(from, type, data, undefined, callback);
  }

  askWorker(worker: Worker, type: string, data: unknown, callback?: Callback): void {
    const number = this.#questions.add(worker.id, callback);
    if (!this.#say(worker, { word: 'ask', type, data, number })) queueMicrotask(() => this.#questions.settle(number, [workerDied()]));
  }

  lock(key: string): Promise<Lock> {
    return this.#hub.lock(key);
  }

  /** Whether the worker may hear it. */
  #say(worker: Worker, word: Word): boolean {
    const presence = this.#presence(worker);
    if (presence?.at === 'here') say(this.#hub, word, presence.member);
    else if (presence !== undefined && presence.words.length < PATIENCE) presence.words.push(word);
    else return false;
    return true;
  }

  #heard(word: Word, from: Member): void {
    switch (word.word) {
      case 'hello':
        return this.#greet(from);
      case 'tell':
        return this.#ears.tell(word.type, word.data, this.#senders.get(from));
      case 'relay':
        for (const worker of livingWorkers()) if (worker.id !== workerOf(from)) this.#say(worker, { ...word, word: 'tell' });
        return;
      case 'ask':
        return this.#ears.ask(word.type, word.data, this.#senders.get(from), (...args) => {
          if (word.number !== 0) say(this.#hub, { word: 'answer', number: word.number, args }, from);
        });
      case 'answer':
        return this.#questions.settle(word.number, word.args);
    }
  }

  /** Of one who was forked just now too: its `fork` event comes later. */
  #presence(worker: Worker): Presence | undefined {
    const known = this.#presences.get(worker.id);
    if (known !== undefined || worker.isDead()) return known;
    const expected: Presence = { at: 'expected', words: [] };
    this.#presences.set(worker.id, expected);
    worker.on('message', (message: unknown) => {
      if (isLastWord(message) && message.hub === this.#key) this.#ears.tell(message.type, message.data, worker);
    });
    return expected;
  }

  #greet(member: Member): void {
    const id = workerOf(member);
    const worker = cluster.workers?.[id];
    const presence = this.#presences.get(id);
    if (worker === undefined || presence?.at !== 'expected') return;
    this.#senders.set(member, worker);
    this.#presences.set(id, { at: 'here', member });
    for (const word of presence.words) this.#say(worker, word);
  }

  /** What it has said before may still be on its way, if it ever said anything. */
  #exited({ id }: Worker): void {
    const presence = this.#presences.get(id);
    this.#presences.delete(id);
    if (presence?.at === 'expected') this.#questions.fail(id, workerDied());
  }

  async #mourn(): Promise<void> {
    for await (const { type, member } of this.#hub.members.watch()) {
      if (type === 'left') this.#questions.fail(workerOf(member), workerDied());
    }
  }

  #undelivered({ value }: Undelivered): void {
    const word = value as Word;
    if (word.word === 'ask') this.#questions.settle(word.number, [workerDied()]);
  }
}

function workerOf({ labels }: Member): number {
  return Number(labels['worker']);
}

function workerDied(): HubError {
  return new HubError('LOST', 'Worker died');
}

interface LastWord {
  readonly type: string;
  readonly data: unknown;
  readonly hub: unknown;
}

function isLastWord(message: unknown): message is LastWord {
  return typeof message === 'object' && message !== null && 'hub' in message && 'type' in message && typeof message.type === 'string';
}

/** One process's end of all that is said under one key. The primary's and a worker's differ in whom they can speak to. */
import type { Worker } from 'node:cluster';
import type { EventEmitter } from 'node:events';
import type { Lock } from '../../core/api.js';
import type { Callback } from './questions.js';

export interface Station {
  /** In the primary itself only the emitter that says it hears it, at once. */
  tellPrimary(from: EventEmitter, type: string, data: unknown): void;
  tellWorker(worker: Worker, type: string, data: unknown): void;
  /** All workers but this process, if it is one. */
  tellWorkers(type: string, data: unknown): void;
  askPrimary(from: EventEmitter, type: string, data: unknown, callback?: Callback): void;
  askWorker(worker: Worker, type: string, data: unknown, callback?: Callback): void;
  lock(key: string): Promise<Lock>;
}

/** Both ends of one key find each other by it, and nobody else. */
export function groupOf(key: string): string {
  return `cluster-hub ${key}`;
}

/** Many lives, by as many threads as there are processors. What is found comes with the seeds by which it is had again. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate } from './simulate.js';

export interface Lives {
  readonly lives: number;
  readonly steps: number;
  readonly grants: number;
  readonly messages: number;
  readonly brokers: number;
  /** One for each life in which a promise was broken. */
  readonly failures: readonly string[];
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** The lives of the seeds from one up to, and without, another. */
export async function liveAll(from: number, to: number): Promise<Lives> {
  const step = Math.min(availableParallelism(), to - from);
  const parts = await Promise.all(Array.from({ length: step }, (_, i) => inThread({ from: from + i, to, step })));
  return parts.reduce(together);
}

function inThread(part: Part): Promise<Lives> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function live({ from, to, step }: Part): Promise<Lives> {
  let all: Lives = { lives: 0, steps: 0, grants: 0, messages: 0, brokers: 0, failures: [] };
  for (let seed = from; seed < to; seed += step) {
    const { steps, grants, messages, brokers, findings } = await simulate(seed);
    const failures = findings.length === 0 ? [] : [`npm run simulate -- --seed ${seed}: after ${steps} steps ${findings.join('; ')}`];
    all = together(all, { lives: 1, steps, grants, messages, brokers, failures });
  }
  return all;
}

function together(one: Lives, other: Lives): Lives {
  return {
    lives: one.lives + other.lives,
    steps: one.steps + other.steps,
    grants: one.grants + other.grants,
    messages: one.messages + other.messages,
    brokers: one.brokers + other.brokers,
    failures: [...one.failures, ...other.failures],
  };
}

if (!isMainThread) parentPort?.postMessage(await live(workerData as Part));

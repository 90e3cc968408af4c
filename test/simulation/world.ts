/**
 * Processes in one thread, under one seeded scheduler. A process is what Node makes of one: an event (a timer, some
 * bytes), then all that it has deferred, then the next event. It may be stopped between two events, and killed there or
 * in any system call; from then on nothing that it does has any effect.
 */
import type { Host } from '../../src/core/host.js';
import { Random } from './random.js';

interface Task {
  readonly process: SimProcess;
  readonly at: number;
  readonly run: () => void;
}

export class World {
  readonly random: Random;
  readonly processes: SimProcess[] = [];
  /** Whether anything may go wrong. */
  hasFaults = true;
  now = 0;
  steps = 0;
  /** Of all that has happened, in order: two runs of one seed have the same. */
  trace = 0x811c9dc5;
  #tasks: Task[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  start(name: string): SimProcess {
    const process = new SimProcess(this, name);
    this.processes.push(process);
    return process;
  }

  schedule(process: SimProcess, delay: number, run: () => void): Disposable {
    const task = { process, at: this.now + delay, run };
    this.#tasks.push(task);
    return { [Symbol.dispose]: () => void this.#remove(task) };
  }

  /** How many events are still to come for those who live. */
  get pending(): number {
    return this.#tasks.filter(({ process }) => process.isAlive).length;
  }

  /** One event. `false`: there is none that could happen. */
  async step(): Promise<boolean> {
    this.#tasks = this.#tasks.filter(({ process }) => process.isAlive);
    const able = this.#tasks.filter(({ process }) => !process.isStopped);
    if (able.length === 0) return false;
    const next = Math.min(...able.map(({ at }) => at));
    this.now = Math.max(this.now, next);
    const task = this.random.pick(able.filter(({ at }) => at <= this.now));
    this.#remove(task);
    this.steps += 1;
    this.mark(`${task.process.name}@${Math.round(this.now)}`);
    task.run();
    await task.process.turn();
    return true;
  }

  mark(text: string): void {
    for (let i = 0; i < text.length; i++) this.trace = Math.imul(this.trace ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }

  #remove(task: Task): void {
    const at = this.#tasks.indexOf(task);
    if (at !== -1) this.#tasks.splice(at, 1);
  }
}

export class SimProcess {
  readonly world: World;
  readonly name: string;
  readonly host: Host;
  isAlive = true;
  isStopped = false;
  /** Nothing kills it. */
  isSafe = false;
  readonly #deferred: (() => void)[] = [];
  readonly #atDeath: (() => void)[] = [];

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.host = {
      now: () => world.now,
      defer: (run) => void this.#deferred.push(run),
      yield: (run) => void world.schedule(this, 0, run),
      after: (delay, run) => world.schedule(this, delay, run),
    };
  }

  /** All that the event has set going: deferred work, and promise reactions in between. */
  async turn(): Promise<void> {
    for (let idle = 0; idle < PROMISE_HOPS; idle++) {
      await null;
      while (this.#deferred.length > 0 && this.isAlive) {
        this.#deferred.shift()?.();
        idle = -1;
        await null;
      }
    }
  }

  kill(): void {
    if (!this.isAlive || this.isSafe) return;
    this.isAlive = false;
    this.isStopped = false;
    this.world.mark(`${this.name} killed`);
    for (const act of this.#atDeath) act();
  }

  /** What the kernel does when the process has died. */
  atDeath(act: () => void): void {
    this.#atDeath.push(act);
  }

  /** A system call: it may be the last, and then it has not happened. */
  call(): boolean {
    const { world } = this;
    if (this.isAlive && world.hasFaults && world.random.chance(KILL_IN_CALL)) this.kill();
    return this.isAlive;
  }
}

/** No chain of promises between two events is longer. */
const PROMISE_HOPS = 12;
const KILL_IN_CALL = 0.0005;

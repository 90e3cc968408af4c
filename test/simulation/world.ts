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
  /** How far the clock on the wall has been set. */
  set = 0;
  #tasks: Task[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** What the clock on the wall shows. */
  get wall(): number {
    return WALL + Math.floor(this.now) + this.set;
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
    const task = this.#next();
    if (task === undefined) return false;
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

  /** One of those that are due next. */
  #next(): Task | undefined {
    this.#tasks = this.#tasks.filter(({ process }) => process.isAlive);
    let first = Infinity;
    for (const { process, at } of this.#tasks) if (at < first && !process.isStopped) first = at;
    if (first === Infinity) return undefined;
    this.now = Math.max(this.now, first);
    const due = this.#tasks.filter(({ process, at }) => at <= this.now && !process.isStopped);
    return this.random.pick(due);
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
    // Each has a clock of its own, as machines and processes do.
    const begun = world.random.below(1_000_000);
    this.host = {
      now: () => world.now + begun,
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
    if (!this.isSafe) this.end();
  }

  /** Nobody is safe from that. */
  end(): void {
    if (!this.isAlive) return;
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

/** Where the clock on the wall begins. */
const WALL = Date.UTC(2026, 0, 1);
/** No chain of promises between two events is longer. */
const PROMISE_HOPS = 12;
const KILL_IN_CALL = 0.0005;

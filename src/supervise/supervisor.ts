/**
 * Starts processes and keeps them running: in order, each crew when the one before is ready; again when one ends; one by
 * one when all are to be new; and in the reverse order to their end, each with the time to finish what it does.
 */
import type { ForkHub } from '../create-hub.js';
import { createHub } from '../create-hub.js';
import type { Hub } from '../core/api.js';
import type { Member } from '../core/protocol.js';
import { announcer } from './notices.js';
import type { Announce } from './notices.js';
import type { ProcessPlan, SuperviseOptions } from './plan.js';
import { checkOptions } from './plan.js';
import { Post } from './post.js';
import { Run } from './run.js';
import { READY, STOP, VARIABLE } from './words.js';
import type { Identity, Readiness } from './words.js';

export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number | undefined;
  /** `resting`: it has ended, and is started again soon. `given up`: it is not. */
  readonly at: Post['at'];
}

export class Supervisor implements AsyncDisposable {
  readonly #options: SuperviseOptions;
  readonly #hub: ForkHub;
  readonly #announce: Announce;
  readonly #crews: ReadonlyMap<string, readonly Post[]>;
  /** Those that run and may still tell that they are ready. */
  readonly #runs = new Map<number, Run>();
  readonly #ready: Promise<void>;
  /** One change of all at a time. */
  #changing: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: SuperviseOptions) {
    checkOptions(options);
    this.#options = options;
    this.#hub = createHub({ name: 'supervisor', ...options.hub, transport: 'fork', role: 'parent' });
    this.#announce = announcer(this.#hub);
    this.#hub.handle<Readiness, void>(READY, (readiness, { from }) => this.#told(readiness, from));
    this.#crews = new Map(Object.entries(options.processes).map(([crew, plan]) => [crew, this.#crew(crew, plan)]));
    for (const signal of this.#signals) process.once(signal, this.#signalled);
    this.#ready = this.#start();
    this.#ready.catch(() => {
      // Whoever awaits ready() hears of it.
    });
  }

  /** In it the processes are members under their names: `hub.request('report', undefined, { to: 'app-1' })`. */
  get hub(): Hub {
    return this.#hub;
  }

  get processes(): readonly SupervisedProcess[] {
    return [...this.#crews.values()].flat().map(({ name, run, at }) => ({ name, pid: run?.child.pid, at }));
  }

  /** Resolves when all processes are ready. When the first start of one fails all are ended, and it rejects with the reason. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /**
   * Puts new processes in the place of the old ones, of one crew or of all, one after the other: the new one is ready
   * before the old one is drained. Rejects when a new one fails; those not reached yet stay as they are.
   */
  restart(crew?: string): Promise<void> {
    const posts = crew === undefined ? [...this.#crews.values()].flat() : this.#crews.get(crew);
    if (posts === undefined) throw new TypeError(`There is no crew "${crew}". There are: ${[...this.#crews.keys()].join(', ')}.`);
    const restarted = this.#changing.then(async () => {
      await this.#ready;
      for (const post of posts) await post.replace();
    });
    this.#changing = restarted.catch(() => {});
    return restarted;
  }

  /** Drains and ends all processes, the crews in reverse order, then leaves. Idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #signals(): readonly NodeJS.Signals[] {
    return this.#options.signals ?? ['SIGTERM', 'SIGINT'];
  }

  async #start(): Promise<void> {
    try {
      for (const posts of this.#crews.values()) await Promise.all(posts.map((post) => post.start()));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #stop(): Promise<void> {
    for (const posts of [...this.#crews.values()].reverse()) await Promise.all(posts.map((post) => post.stop()));
    // Those that were about to take a place.
    await Promise.all([...this.#runs.values()].map((run) => run.end()));
    for (const signal of this.#signals) process.off(signal, this.#signalled);
    await this.#hub.close();
  }

  /** A second signal finds nobody who holds it up. */
  readonly #signalled = (signal: NodeJS.Signals): void => {
    for (const each of this.#signals) process.off(each, this.#signalled);
    void this.stop().then(() => {
      if (process.listenerCount(signal) === 0) process.exit();
    });
  };

  #crew(crew: string, plan: ProcessPlan): readonly Post[] {
    const { count, restart = {}, overlap = true } = plan;
    const names = count === undefined ? [crew] : Array.from({ length: count }, (_, index) => `${crew}-${index + 1}`);
    const { onError = warn } = this.#options;
    return names.map((name) => new Post({ name, restart, overlap, announce: this.#announce, givenUp: onError, start: () => this.#run(name, plan) }));
  }

  #run(name: string, plan: ProcessPlan): Run {
    const identity: Identity = { name, group: this.#options.hub?.group ?? 'default' };
    const run = new Run(name, plan, { [VARIABLE]: JSON.stringify(identity) }, {
      announce: this.#announce,
      askToStop: (member, timeout) => this.#hub.request<void>(STOP, undefined, { to: member, timeout }),
    });
    const { child } = run;
    this.#hub.adopt(child);
    if (child.pid !== undefined) {
      const { pid } = child;
      this.#runs.set(pid, run);
      void run.exited.then(() => this.#runs.delete(pid));
    }
    return run;
  }

  #told({ error }: Readiness, from: Member): void {
    const run = this.#runs.get(from.pid);
    if (error === undefined) run?.isReady(from);
    else run?.failed(error);
  }
}

function warn(error: Error): void {
  process.emitWarning(error);
}

/**
 * One place that is to be filled with a process always: when that one ends, another is started, after a pause, until it
 * has ended too often.
 */
import { HubError } from '../core/errors.js';
import type { Announce } from './notices.js';
import { Restarts } from './restarts.js';
import type { RestartOptions } from './restarts.js';
import type { Run } from './run.js';

export interface PostOptions {
  readonly name: string;
  readonly start: () => Run;
  readonly restart: RestartOptions | false;
  readonly overlap: boolean;
  readonly announce: Announce;
  /** Hears why it is not filled any more. */
  readonly givenUp: (error: HubError) => void;
}

type Life =
  /** Not yet filled, or by our will not any more. */
  | { readonly at: 'empty' }
  | { readonly at: 'filled'; readonly run: Run }
  | { readonly at: 'resting'; readonly timer: NodeJS.Timeout }
  | { readonly at: 'given up' };

export class Post {
  readonly name: string;
  readonly #options: PostOptions;
  readonly #restarts: Restarts;
  #life: Life = { at: 'empty' };
  #isStopped = false;

  constructor(options: PostOptions) {
    this.name = options.name;
    this.#options = options;
    this.#restarts = new Restarts(options.restart);
  }

  get at(): Life['at'] {
    return this.#life.at;
  }

  get run(): Run | undefined {
    return this.#life.at === 'filled' ? this.#life.run : undefined;
  }

  /** The first time: rejects when the process fails, and leaves the place empty. */
  async start(): Promise<void> {
    const run = this.#start();
    try {
      await run.ready;
    } catch (error) {
      await run.end();
      throw error;
    }
    this.#fill(run);
  }

  /** Puts a new process in the place of the old one. When the new one fails the old one stays, if it was to overlap. */
  async replace(): Promise<void> {
    const { overlap } = this.#options;
    const old = this.run;
    if (this.#life.at === 'resting') clearTimeout(this.#life.timer);
    if (!overlap || old === undefined) {
      this.#life = { at: 'empty' };
      await old?.end();
      return this.start();
    }
    const next = this.#start();
    try {
      await next.ready;
    } catch (error) {
      await next.end();
      throw error;
    }
    this.#fill(next);
    await old.end();
  }

  /** For good. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const life = this.#life;
    this.#life = { at: 'empty' };
    if (life.at === 'resting') clearTimeout(life.timer);
    if (life.at === 'filled') await life.run.end();
  }

  #start(): Run {
    if (this.#isStopped) throw new HubError('CLOSED', `"${this.name}" is not started: the supervisor has been stopped.`);
    return this.#options.start();
  }

  #fill(run: Run): void {
    if (this.#isStopped) {
      void run.end();
      return;
    }
    this.#life = { at: 'filled', run };
    // Whatever it is that keeps it from getting ready: it ends, and the next one may do better.
    run.ready.catch(() => run.end());
    void run.exited.then(() => this.#ended(run));
  }

  #ended(run: Run): void {
    if (this.run !== run) return;
    const { name } = this;
    const { announce, givenUp } = this.#options;
    const delay = this.#restarts.ended(performance.now());
    if (delay === undefined) {
      this.#life = { at: 'given up' };
      const error = new HubError('UNAVAILABLE', `"${name}" has ended too often and is not started again. See why it ends; \`restart\` in its plan sets the limit.`);
      announce('given-up', { name, pid: undefined, error });
      givenUp(error);
      return;
    }
    announce('restart', { name, pid: undefined, delay });
    this.#life = { at: 'resting', timer: setTimeout(() => this.#fill(this.#options.start()), delay) };
  }
}

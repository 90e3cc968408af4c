/** Processes that meet in one folder, of which the broker is killed again and again: what each kill leads to, as it is seen from outside. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Mode, Report } from '../processes/children/meet.js';

/** The time in which a process served, from its own word to when we killed it, on the clock that all processes share, in ms. */
export interface Term {
  readonly epoch: number;
  readonly from: number;
  until: number;
}

/** What came of a kill, in ms from there. */
export interface Succession {
  /** Until another process serves. */
  readonly broker: number;
  /** Until all who were there, and still are, have met it. */
  readonly all: number;
}

export class Race {
  readonly #path: string;
  readonly #mode: Mode;
  readonly #size: number;
  /** Those that run, each with the last that it said. */
  readonly #running = new Map<ChildProcess, Report | undefined>();
  readonly #terms = new Map<ChildProcess, Term>();
  #changed = (): void => undefined;

  constructor(path: string, mode: Mode, size: number) {
    this.#path = path;
    this.#mode = mode;
    this.#size = size;
    this.fill();
  }

  /** Starts as many as are missing. */
  fill(): void {
    while (this.#running.size < this.#size) this.#start();
  }

  /** Resolves when exactly one is the broker, and all others are its members; `false`: they are not by then. */
  async settled(patience?: number): Promise<boolean> {
    const end = new AbortController();
    const late = patience === undefined ? new Promise<never>(() => {}) : delay(patience, 'late', { signal: end.signal }).catch(() => 'late');
    while (!this.#isSettled()) {
      const changed = new Promise<void>((resolve) => (this.#changed = resolve));
      if ((await Promise.race([changed, late])) === 'late') return false;
      if (this.#running.size === 0) this.fill();
    }
    end.abort();
    return true;
  }

  /** Resolves when it is dead. */
  async killBroker(): Promise<void> {
    for (const [child, report] of this.#running) {
      if (report?.role !== 'broker') continue;
      const term = this.#terms.get(child);
      if (term) term.until = now();
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }

  /** Kills the broker of those that are settled, and waits until they are again. `undefined`: they are not within that time. */
  async succession(patience: number): Promise<Succession | undefined> {
    const survivors = [...this.#running.keys()];
    const killed = now();
    await this.killBroker();
    const isSettled = await this.settled(patience);
    const successor = [...this.#terms.values()].find(({ from }) => from > killed);
    if (!isSettled || successor === undefined) return undefined;
    const back = survivors.map((child) => this.#running.get(child)?.at ?? 0);
    return { broker: successor.from - killed, all: Math.max(successor.from, ...back) - killed };
  }

  /** Terms that began before an earlier one was over, and epochs that did not rise. */
  overlaps(): readonly (readonly [Term, Term])[] {
    const terms = [...this.#terms.values()].sort((a, b) => a.from - b.from);
    return terms.slice(1).flatMap((term, n) => {
      const before = terms[n];
      return before && (before.until > term.from || before.epoch >= term.epoch) ? [[before, term] as const] : [];
    });
  }

  async end(): Promise<void> {
    const exits = [...this.#running.keys()].map((child) => once(child, 'exit'));
    for (const child of this.#running.keys()) child.kill('SIGKILL');
    await Promise.all(exits);
  }

  #start(): void {
    const child = fork(new URL('../processes/children/meet.js', import.meta.url), [this.#path, this.#mode]);
    this.#running.set(child, undefined);
    child.on('message', (report: Report) => {
      this.#running.set(child, report);
      if (report.role === 'broker') this.#terms.set(child, { epoch: report.epoch, from: report.at, until: Infinity });
      this.#changed();
    });
    child.on('exit', () => {
      this.#running.delete(child);
      this.#changed();
    });
  }

  #isSettled(): boolean {
    const reports = [...this.#running.values()];
    const brokers = reports.filter((report) => report?.role === 'broker');
    return brokers.length === 1 && reports.every((report) => report?.epoch === brokers[0]?.epoch);
  }
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

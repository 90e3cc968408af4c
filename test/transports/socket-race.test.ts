import { expect } from 'chai';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import type { Mode, Report } from '../processes/children/meet.js';
import { meetingPlace } from '../support/meeting-place.js';

describe('Processes that race for a folder', function () {
  this.timeout(60_000);
  const place = meetingPlace();
  let race: Race;

  afterEach(() => race.end());

  it('have one broker at the start, and one after each that is killed: 2 processes', async () => {
    race = new Race(place.path, 'plain', 2);

    await race.settled();
    await race.killBroker();
    await race.settled();

    expect(race.overlaps()).to.deep.equal([]);
  });

  it('have one broker at the start, and one after each that is killed: 16 processes', async () => {
    race = new Race(place.path, 'plain', 16);

    await race.settled();
    for (let round = 0; round < 10; round++) {
      await race.killBroker();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
    expect((await readdir(place.path)).filter((name) => name.startsWith('t'))).to.deep.equal([]);
  });

  it('have never two, when they pause between any two steps', async () => {
    race = new Race(place.path, 'jitter', 8);

    await race.settled();
    for (let round = 0; round < 6; round++) {
      await race.killBroker();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
  });

  it('have never two, and soon one, when they die in the middle of a take-over', async () => {
    race = new Race(place.path, 'crash', 8);

    await race.settled();
    for (let round = 0; round < 6; round++) {
      await race.killBroker();
      race.fill();
      await race.settled();
    }

    expect(race.overlaps()).to.deep.equal([]);
  });
});

/** The time in which a process served, from its own word to when we killed it. */
interface Term {
  readonly epoch: number;
  readonly from: number;
  until: number;
}

class Race {
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

  /** Exactly one is the broker, and all others are its members. */
  async settled(): Promise<void> {
    while (!this.#isSettled()) {
      await new Promise<void>((resolve) => (this.#changed = resolve));
      if (this.#running.size === 0) this.fill();
    }
  }

  async killBroker(): Promise<void> {
    for (const [child, report] of this.#running) {
      if (report?.role !== 'broker') continue;
      const term = this.#terms.get(child);
      if (term) term.until = Number(process.hrtime.bigint());
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
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

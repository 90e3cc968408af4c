/**
 * A group of real processes, and what can happen to them: they are killed, stopped, kept busy, ended; the broker above all.
 * It is drawn by a seed, but not replayed by it: when what happens is the system's affair.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { examine } from '../../src/transports/socket/doctor.js';
import { counter } from '../histories/counter.js';
import type { CounterInput, CounterOutput } from '../histories/counter.js';
import { Random } from '../simulation/random.js';
import { linearize } from '../support/linearizability.js';
import { readHistory } from '../support/recording.js';
import type { Task } from './child.js';
import { judge, WitnessBook } from './witness.js';

export interface Report {
  readonly seed: number;
  /** What was done, in order. */
  readonly faults: readonly string[];
  readonly grants: number;
  readonly operations: number;
  readonly findings: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('./child.js', import.meta.url));
/** So long everybody may take to come to an end once the faults have ended. */
const PATIENCE = 20_000;
/** What a process has open at most, where that is few, and how many of them are left to it. */
const OPEN_FILES = 256;
const FEW_FILES = 6;

/** For so many milliseconds. */
export async function wreak(seed: number, time: number): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'ic-'));
  try {
    return await new Chaos(seed, folder).run(time);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class Chaos {
  readonly #seed: number;
  readonly #random: Random;
  readonly #folder: string;
  readonly #witness: WitnessBook;
  readonly #children = new Map<string, ChildProcess>();
  readonly #stopped = new Set<string>();
  readonly #faults: string[] = [];
  readonly #findings: string[] = [];
  readonly #durability: Task['durability'];
  /** Whether the folder may be removed: with it goes all that was agreed. */
  readonly #removes: boolean;
  #names = 0;
  #begun = performance.now();

  constructor(seed: number, folder: string) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#folder = folder;
    this.#witness = new WitnessBook(this.#file('witness'), 'chaos');
    this.#durability = this.#random.chance(0.3) ? 'disk' : 'process';
    this.#removes = this.#random.chance(0.2);
  }

  async run(time: number): Promise<Report> {
    this.#note(`${this.#durability}${this.#removes ? ', folders are removed' : ''}`);
    // The first is never killed, and is there before the others: where all have ended, nothing is left of what they shared.
    await this.#isSeated(this.#start());
    for (let i = 3 + this.#random.below(4); i > 0; i--) this.#start();
    for (const until = performance.now() + time; performance.now() < until; ) {
      await pause(50 + this.#random.next() * 350);
      await this.#cause();
    }
    await this.#end();
    const { grants, findings } = judge(this.#file('witness'));
    const history = readHistory<CounterInput, CounterOutput>(this.#file('history'));
    if (!this.#removes) this.#check(history);
    return { seed: this.#seed, faults: this.#faults, grants, operations: history.length, findings: [...this.#findings, ...findings] };
  }

  async #cause(): Promise<void> {
    const random = this.#random;
    const dice = random.next();
    const name = random.pick([...this.#children.keys()]);
    if (dice < 0.25) await this.#killBroker();
    else if (dice < 0.4) this.#kill(name);
    else if (dice < 0.55) this.#stop(name);
    else if (dice < 0.7) this.#tell(name, `busy ${Math.floor(random.next() * 1_500)}`);
    else if (dice < 0.76) this.#leave(name, 'exit');
    else if (dice < 0.82) this.#leave(name, 'close');
    else if (dice < 0.84 && this.#removes) await this.#remove();
    while (this.#children.size < 4 || (this.#children.size < 8 && random.chance(0.3))) this.#start();
  }

  #start(): ChildProcess {
    this.#names += 1;
    const name = `c${this.#names}`;
    const hasFewFiles = this.#names > 1 && this.#random.chance(0.2);
    const files = hasFewFiles ? { files: FEW_FILES } : {};
    const task: Task = { path: this.#file('hub'), name, durability: this.#durability, witness: this.#file('witness'), history: this.#file('history'), ...files };
    const command = `${hasFewFiles ? `ulimit -n ${OPEN_FILES}; ` : ''}exec "$0" "$@"`;
    this.#note(`starts ${name}${hasFewFiles ? ' with few files' : ''}`);
    const child = spawn('/bin/sh', ['-c', command, process.execPath, '--enable-source-maps', PROGRAM, JSON.stringify(task)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#children.set(name, child);
    let said = '';
    child.stdin?.on('error', () => undefined);
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    child.once('close', (code, signal) => {
      this.#children.delete(name);
      const isExpected = signal === 'SIGKILL' || code === 0;
      if (!isExpected || said !== '') this.#findings.push(`${name} ended by ${signal ?? code}: ${said.slice(0, 2_000)}`);
    });
    return child;
  }

  async #isSeated({ stdout }: ChildProcess): Promise<void> {
    if (stdout !== null) await once(stdout, 'data');
  }

  async #killBroker(): Promise<void> {
    const [last] = (await examine(this.#file('hub')).catch(() => [])).slice(-1);
    for (const [name, { pid }] of this.#children) if (pid === last?.owner?.pid) this.#kill(name);
  }

  #kill(name: string): void {
    if (name === 'c1') return;
    this.#note(`kills ${name}`);
    this.#witness.kills(name);
    this.#children.get(name)?.kill('SIGKILL');
    this.#children.delete(name);
  }

  #stop(name: string): void {
    if (this.#stopped.has(name)) return;
    const child = this.#children.get(name);
    const time = this.#random.next() * 2_000;
    this.#note(`stops ${name} for ${Math.round(time)} ms`);
    this.#stopped.add(name);
    child?.kill('SIGSTOP');
    void pause(time).then(() => {
      this.#stopped.delete(name);
      child?.kill('SIGCONT');
    });
  }

  #leave(name: string, order: 'exit' | 'close'): void {
    if (name === 'c1') return;
    this.#tell(name, order);
  }

  #tell(name: string, order: string): void {
    this.#note(`tells ${name}: ${order}`);
    this.#children.get(name)?.stdin?.write(`${order}\n`);
  }

  async #remove(): Promise<void> {
    this.#note('removes the folder');
    this.#witness.removes();
    await rm(this.#file('hub'), { recursive: true, force: true }).catch(() => undefined);
  }

  /** Everybody comes to an end by himself. */
  async #end(): Promise<void> {
    await pause(2_000);
    this.#note('ends');
    const children = [...this.#children];
    for (const [name] of children) this.#tell(name, 'close');
    const isLate = new AbortController();
    const late = setTimeout(() => isLate.abort(), PATIENCE);
    await Promise.all(
      children.map(async ([name, child]) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        await once(child, 'exit', { signal: isLate.signal }).catch(() => {
          this.#findings.push(`${name} does not come to an end`);
          child.kill('SIGKILL');
        });
      }),
    );
    clearTimeout(late);
  }

  #check(history: Parameters<typeof linearize<number, CounterInput, CounterOutput>>[1]): void {
    const verdict = linearize(counter, history);
    if (verdict.type === 'violation') this.#findings.push(`the counter is not linearizable: ${JSON.stringify(verdict.next.slice(0, 4))} after ${JSON.stringify(verdict.order.slice(-4))}`);
  }

  #note(what: string): void {
    this.#faults.push(`${Math.round(performance.now() - this.#begun)} ${what}`);
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

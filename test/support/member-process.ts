/** A process that holds hubs and does as it is told over its control pipe. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { asError, hear, say } from './control.js';
import type { Order, Report } from './control.js';

export const MEMBER_PROGRAM = fileURLToPath(new URL('../processes/children/member.js', import.meta.url));

/** With Node's own channel, as `fork` and `cluster` make it, and with the control pipe behind it. */
export const STDIO_WITH_CHANNEL = ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'] as const;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export class MemberProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  readonly #pipe: Duplex;
  readonly #waiting = new Map<number, Waiting>();
  #orders = 0;
  #places = 0;

  /** One that has nothing in common with this process. */
  static start(): MemberProcess {
    return new MemberProcess(spawn(process.execPath, [MEMBER_PROGRAM], { stdio: ['ignore', 'inherit', 'inherit', 'ignore', 'pipe'] }));
  }

  constructor(child: ChildProcess) {
    this.child = child;
    const pipe = child.stdio[4];
    if (!(pipe instanceof Duplex)) throw new TypeError('A member process is driven over a pipe, its fifth stream.');
    this.#pipe = pipe;
    hear(pipe, (line) => this.#report(line as Report));
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    void this.exited.then(({ code, signal }) => this.#ended(new Error(`The process ${this.pid} has ended (${signal ?? code}).`)));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  nextPlace(): number {
    this.#places += 1;
    return this.#places;
  }

  obey(order: Order): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return reject(new Error(`The process ${this.pid} has ended.`));
      this.#orders += 1;
      this.#waiting.set(this.#orders, { resolve, reject });
      say(this.#pipe, { ...order, number: this.#orders });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (this.isAlive) this.child.kill(signal);
    return this.exited;
  }

  #report(report: Report): void {
    const waiting = this.#waiting.get(report.number);
    this.#waiting.delete(report.number);
    if ('value' in report) waiting?.resolve(report.value);
    else waiting?.reject('error' in report ? asError(report.error) : report.thrown);
  }

  #ended(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

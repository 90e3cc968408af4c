/** One life of a process: it is started, gets ready or fails to, and exits once. */
import type { ChildProcess } from 'node:child_process';
import { HubError } from '../core/errors.js';
import type { Member } from '../core/protocol.js';
import { launch } from './launch.js';
import type { Announce, Notice, NoticeType } from './notices.js';
import type { ProcessPlan } from './plan.js';

export interface RunPorts {
  readonly announce: Announce;
  /** Asks a member to end itself; rejects when it cannot be asked. */
  readonly askToStop: (member: Member, timeout: number) => Promise<void>;
}

export class Run {
  readonly name: string;
  readonly child: ChildProcess;
  /** Resolves when it is ready; rejects with why it is not. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly #plan: ProcessPlan;
  readonly #ports: RunPorts;
  readonly #overdue: NodeJS.Timeout;
  #member: Member | undefined;
  #isOver = false;
  #ended: Promise<void> | undefined;
  #settleReady: { readonly resolve: () => void; readonly reject: (error: unknown) => void } = { resolve: nothing, reject: nothing };

  constructor(name: string, plan: ProcessPlan, env: Readonly<Record<string, string>>, ports: RunPorts) {
    this.name = name;
    this.#plan = plan;
    this.#ports = ports;
    const { child, worker } = launch(plan, env);
    this.child = child;
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject };
    });
    this.ready.catch(nothing);
    const { ready = 'told', readyTimeout = 30_000 } = plan;
    this.#overdue = setTimeout(() => this.failed(new HubError('TIMEOUT', `"${name}" was not ready within ${readyTimeout} ms. ${ADVICE[ready]}`)), readyTimeout);

    this.#tell('fork');
    const online = (): void => {
      this.#tell('online');
      if (ready === 'online') this.isReady();
    };
    if (worker === undefined) child.once('spawn', online);
    else worker.once('online', online);
    worker?.on('listening', ({ address, port }) => {
      this.#tell('listening', { address: { address, port } });
      if (ready === 'listening') this.isReady();
    });
    child.once('disconnect', () => this.#tell('disconnect'));
    this.exited = new Promise((resolve) => {
      const over = (notice: Partial<Notice>, error: Error): void => {
        if (this.#isOver) return;
        this.#isOver = true;
        this.failed(error);
        this.#tell('exit', notice);
        resolve();
      };
      child.once('exit', (code, signal) => over({ code, signal }, new HubError('LOST', `"${name}" has ended (${signal ?? `code ${code}`}) before it was ready.`)));
      // Without a listener it would end this process; with a pid it did start, and `exit` follows.
      child.on('error', (error) => {
        if (child.pid === undefined) over({ error }, error);
      });
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It has said so, as a member of the hub, or it could be seen. */
  isReady(member?: Member): void {
    this.#member = member;
    clearTimeout(this.#overdue);
    this.#tell('ready');
    this.#settleReady.resolve();
  }

  failed(error: unknown): void {
    clearTimeout(this.#overdue);
    this.#settleReady.reject(error);
  }

  /** Asks it to end, and kills it when it takes too long. Idempotent; resolves when it has exited. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    if (this.#isOver) return;
    const { stopTimeout = 10_000 } = this.#plan;
    const kill = setTimeout(() => this.child.kill('SIGKILL'), stopTimeout);
    if (this.#member === undefined) this.child.kill('SIGTERM');
    else await this.#ports.askToStop(this.#member, stopTimeout).catch(() => this.child.kill('SIGTERM'));
    await this.exited;
    clearTimeout(kill);
  }

  #tell(type: NoticeType, notice: Partial<Notice> = {}): void {
    this.#ports.announce(type, { name: this.name, pid: this.child.pid, ...notice });
  }
}

const ADVICE = {
  told: 'Call supervised().ready() in it, or raise `readyTimeout`.',
  listening: 'Let it listen on a port, or raise `readyTimeout`.',
  online: 'Raise `readyTimeout`.',
};

function nothing(): void {}

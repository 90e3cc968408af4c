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
  #life: Life;
  #member: Member | undefined;
  #ended: Promise<void> | undefined;

  constructor(name: string, plan: ProcessPlan, env: Readonly<Record<string, string>>, ports: RunPorts) {
    this.name = name;
    this.#plan = plan;
    this.#ports = ports;
    const { child, worker } = launch(plan, env);
    this.child = child;
    const { ready = 'told', readyTimeout = 30_000 } = plan;
    const overdue = setTimeout(() => this.failed(new HubError('TIMEOUT', `"${name}" was not ready within ${readyTimeout} ms. ${ADVICE[ready]}`)), readyTimeout);
    const waiting = deferred();
    this.#life = { at: 'starting', overdue, ...waiting };
    this.ready = waiting.promise;
    this.ready.catch(nothing);

    this.#tell('fork');
    if (worker === undefined) child.once('spawn', () => this.#online());
    else worker.once('online', () => this.#online());
    worker?.on('listening', (address) => this.#listening(address));
    child.once('disconnect', () => this.#tell('disconnect'));
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#over({ code, signal }, new HubError('LOST', `"${name}" has ended (${signal ?? `code ${code}`}) before it was ready.`))));
      // Without a listener it would end this process. With a pid it did start, and `exit` follows.
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(this.#over({ error }, error));
      });
    });
  }

  get isOver(): boolean {
    return this.#life.at === 'over';
  }

  /** It has said so, as a member of the hub, or it could be seen. */
  isReady(member?: Member): void {
    if (this.#life.at !== 'starting') return;
    const { overdue, resolve } = this.#life;
    clearTimeout(overdue);
    this.#life = { at: 'started' };
    this.#member = member;
    this.#tell('ready');
    resolve();
  }

  failed(error: unknown): void {
    if (this.#life.at !== 'starting') return;
    const { overdue, reject } = this.#life;
    clearTimeout(overdue);
    this.#life = { at: 'started' };
    reject(error);
  }

  /** Asks it to end, and kills it when it takes too long. Idempotent; resolves when it has exited. */
  end(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    if (this.isOver) return;
    const { stopTimeout = 10_000 } = this.#plan;
    const kill = setTimeout(() => this.child.kill('SIGKILL'), stopTimeout);
    if (this.#member === undefined) this.child.kill('SIGTERM');
    else await this.#ports.askToStop(this.#member, stopTimeout).catch(() => this.child.kill('SIGTERM'));
    await this.exited;
    clearTimeout(kill);
  }

  #online(): void {
    this.#tell('online');
    if (this.#plan.ready === 'online') this.isReady();
  }

  #listening({ address, port }: { readonly address: string; readonly port: number }): void {
    this.#tell('listening', { address: { address, port } });
    if (this.#plan.ready === 'listening') this.isReady();
  }

  #over(notice: Partial<Notice>, error: Error): void {
    this.failed(error);
    this.#life = { at: 'over' };
    this.#tell('exit', notice);
  }

  #tell(type: NoticeType, notice: Partial<Notice> = {}): void {
    this.#ports.announce(type, { name: this.name, pid: this.child.pid, ...notice });
  }
}

interface Settling {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

type Life =
  | ({ readonly at: 'starting'; readonly overdue: NodeJS.Timeout } & Settling)
  /** It is ready, or has failed to be. */
  | { readonly at: 'started' }
  | { readonly at: 'over' };

function deferred(): Settling & { readonly promise: Promise<void> } {
  let settling: Settling = { resolve: nothing, reject: nothing };
  const promise = new Promise<void>((resolve, reject) => {
    settling = { resolve, reject };
  });
  return { promise, ...settling };
}

const ADVICE = {
  told: 'Call supervised().ready() in it, or raise `readyTimeout`.',
  listening: 'Let it listen on a port, or raise `readyTimeout`.',
  online: 'Raise `readyTimeout`.',
};

function nothing(): void {}

/**
 * The program's first process. It starts the library, then the app workers, each when the one before is ready; starts
 * again what ends, with pauses that grow; and drains all of them on SIGTERM.
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { supervise } from '../../supervise/supervise.js';
import type { Notice, ProcessPlan, RestartOptions, Supervisor } from '../../supervise/supervise.js';
import { loggerOf } from './logger.js';
import type { Logger } from './logger.js';
import { Starter } from './starter.js';

export interface MasterOptions {
  /** What the paths begin at. Default: the working directory. */
  readonly baseDir?: string;
  /** The file of the app workers. Default `index.js`. */
  readonly appPath?: string;
  /** The file whose exports the agents call. Default `agent/lib/index.js`. */
  readonly libraryPath?: string;
  /** Default: one for each CPU. */
  readonly appWorkerCount?: number;
  readonly needLibrary?: boolean;
  /** Default: as `needLibrary`. */
  readonly needAgent?: boolean;
  readonly logger?: Logger;
  /** A function that hears all that `logger` would. */
  readonly logging?: unknown;
  /** How long an agent's call waits. Default 10 000. */
  readonly timeout?: number;
  /** How long a process may take to get ready. Default 30 000. */
  readonly readyTimeout?: number;
  readonly restart?: RestartOptions | false;
}

export class Master extends Starter {
  readonly baseDir: string;
  readonly appPath: string;
  readonly libraryPath: string;
  readonly appWorkerCount: number;
  readonly needLibrary: boolean;
  readonly needAgent: boolean;
  readonly #options: MasterOptions;
  #supervisor: Supervisor | undefined;

  constructor(options: MasterOptions = {}) {
    const { baseDir = process.cwd(), appPath = 'index.js', libraryPath = 'agent/lib/index.js', appWorkerCount = availableParallelism(), needLibrary = true } = options;
    const { needAgent = needLibrary, logging, logger = loggerOf('master:', logging) } = options;
    super(logger);
    if (!needLibrary && needAgent) throw new Error('needLibrary为false时 needAgent不允许设为true (an agent needs the library)');
    this.#options = options;
    this.baseDir = baseDir;
    this.appPath = join(baseDir, appPath);
    this.libraryPath = join(baseDir, libraryPath);
    this.appWorkerCount = appWorkerCount;
    this.needLibrary = needLibrary;
    this.needAgent = needAgent;
    if (needLibrary) checkFile('libraryPath', this.libraryPath);
    checkFile('appPath', this.appPath);
  }

  /** Resolves when all processes are ready; rejects with what the one that failed has thrown. */
  init(): Promise<void> {
    return this.starting(this.#init());
  }

  /** Drains and ends all processes. */
  async close(): Promise<void> {
    await this.#supervisor?.stop();
  }

  async #init(): Promise<void> {
    const processes = { ...(this.needLibrary ? { LIBRARY: this.#library } : {}), APP: this.#app };
    const supervisor = supervise({ processes, hub: { group: 'cluster-dispatch' }, onError: (error) => this.failed(error) });
    this.#supervisor = supervisor;
    supervisor.hub.on<Notice>('supervise.*', (notice, { topic }) => this.#log(topic, notice));
    await supervisor.ready();
  }

  get #library(): ProcessPlan {
    return { file: LIBRARY_PROCESS, env: { ROLE: 'LIBRARY', LIBRARY_PATH: this.libraryPath }, ...this.#common };
  }

  get #app(): ProcessPlan {
    const { timeout = 10_000 } = this.#options;
    const env = { ROLE: 'APP', APP_PATH: this.appPath, NEED_AGENT: String(this.needAgent), AGENT_TIMEOUT: String(timeout) };
    return { file: APP_PROCESS, cluster: true, count: this.appWorkerCount, env, ...this.#common };
  }

  get #common(): Pick<ProcessPlan, 'readyTimeout' | 'restart'> {
    const { readyTimeout = 30_000, restart = {} } = this.#options;
    return { readyTimeout, restart };
  }

  #log(topic: string, { name, pid, code, signal }: Notice): void {
    const whose = name === 'LIBRARY' ? 'library worker' : 'app worker';
    switch (topic) {
      case 'supervise.fork':
        return this.logger.info(`${whose} fork pid = ${pid}`);
      case 'supervise.disconnect':
        return this.logger.info(`${whose} disconnect pid = ${pid}`);
      case 'supervise.exit':
        return this.logger.error(`${whose} exit pid = ${pid}, code = ${code}, signal = ${signal}`);
    }
  }
}

const LIBRARY_PROCESS = fileURLToPath(new URL('library-process.js', import.meta.url));
const APP_PROCESS = fileURLToPath(new URL('app-process.js', import.meta.url));

function checkFile(option: string, path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw new Error(`${option} ${path} 不存在或不是一个文件 (it does not exist, or is no file)`);
}

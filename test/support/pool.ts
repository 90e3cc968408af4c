/** Processes that are used again and again: to start one costs more than all that a specification does with it. */
import type { HubOptions } from '../../src/index.js';
import type { MemberProcess } from './member-process.js';
import { RemotePeer } from './remote-peer.js';
import type { RemoteWay } from './remote-peer.js';

export class Pool {
  readonly #start: () => MemberProcess;
  readonly #all: MemberProcess[] = [];
  readonly #idle: MemberProcess[] = [];

  constructor(start: () => MemberProcess) {
    this.#start = start;
  }

  /** A process with no hub in it. */
  take(): MemberProcess {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.isAlive) return idle;
    const started = this.#start();
    this.#all.push(started);
    return started;
  }

  /** The process is here again when the peer has closed. */
  seat(process: MemberProcess, name: string, way: RemoteWay, options?: HubOptions): Promise<RemotePeer> {
    return RemotePeer.seat(process, name, way, options, () => this.#idle.push(process));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((process) => process.end('SIGKILL')));
  }
}

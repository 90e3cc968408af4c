/** A member in another process. */
import type { HubOptions } from '../../src/index.js';
import type { MemberProcess } from './member-process.js';
import type { Peer, Program } from './peer.js';

/** How a process gets into a group, in words that can be sent to it. */
export interface RemoteWay {
  readonly transport: string;
  readonly [option: string]: unknown;
}

export class RemotePeer implements Peer {
  readonly name: string;
  readonly process: MemberProcess;
  readonly #place: number;
  readonly #closed: () => void;
  #isHere = true;

  /** Resolves when its hub is seated. `closed` is called when the process is free for another hub. */
  static async seat(process: MemberProcess, name: string, way: RemoteWay, options: HubOptions = {}, closed = (): void => {}): Promise<RemotePeer> {
    const place = process.nextPlace();
    await process.obey({ type: 'open', place, name, way, options });
    return new RemotePeer(process, place, name, closed);
  }

  private constructor(process: MemberProcess, place: number, name: string, closed: () => void) {
    this.process = process;
    this.#place = place;
    this.name = name;
    this.#closed = closed;
  }

  get pid(): number {
    return this.process.pid;
  }

  async run<A extends readonly unknown[], R>(program: Program<A, R>, ...args: A): Promise<Awaited<R>> {
    return (await this.process.obey({ type: 'run', place: this.#place, program: String(program), args })) as Awaited<R>;
  }

  get isHere(): boolean {
    return this.#isHere && this.process.isAlive;
  }

  async kill(): Promise<void> {
    this.#isHere = false;
    await this.process.end('SIGKILL');
  }

  async close(): Promise<void> {
    if (!this.isHere) return;
    this.#isHere = false;
    await this.process.obey({ type: 'close', place: this.#place });
    this.#closed();
  }
}

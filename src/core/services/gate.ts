/**
 * Lets so many calls in at once; the others wait in order, and only so many. A call whose asker gives up leaves the line. A
 * serial gate lets in at once what is asked for the sake of the call that is in.
 */
import PQueue from 'p-queue';
import type { Call } from '../api.js';
import { offAbort, onAbort } from '../aborts.js';
import { Refusal } from '../messaging/refusal.js';
import type { Bounds } from '../services-api.js';
import { Parts } from './parts.js';

export interface GateOptions extends Bounds {
  /** What it is the gate of, for its errors. */
  readonly title: string;
  readonly serial?: boolean;
}

export class Gate {
  readonly #queue: PQueue;
  readonly #title: string;
  readonly #room: number;
  readonly #isSerial: boolean;
  #waiting = 0;
  #inside: string | undefined;
  #chains = 0;

  constructor({ title, concurrency = Infinity, queue = DEFAULT_ROOM, serial = false }: GateOptions) {
    this.#title = title;
    this.#room = queue;
    this.#isSerial = serial;
    this.#queue = new PQueue({ concurrency: serial ? 1 : concurrency });
  }

  /** `body` gets the chain that it is part of. Throws `OVERLOADED` when there is no room to wait. */
  pass(call: Call, chain: string | undefined, body: Body): unknown {
    if (chain !== undefined && chain === this.#inside) return body(chain);
    if (this.#queue.pending >= this.#queue.concurrency && this.#waiting >= this.#room) {
      throw new Refusal('OVERLOADED', `${this.#title} has too much to do: ${this.#room} calls wait for their turn already. Try again later.`);
    }
    return new Promise((resolve, reject) => this.#enter(call, chain, body, resolve, reject));
  }

  #enter(call: Call, chain: string | undefined, body: Body, resolve: (value: unknown) => void, reject: (reason: unknown) => void): void {
    const { signal } = call;
    let isWaiting = true;
    const leave = (): void => {
      if (isWaiting) this.#waiting -= 1;
      isWaiting = false;
    };
    const abort = (): void => {
      leave();
      reject(signal.reason);
    };
    this.#waiting += 1;
    onAbort(signal, abort);
    void this.#queue.add(async () => {
      offAbort(signal, abort);
      leave();
      if (signal.aborted) return reject(signal.reason);
      await this.#inTurn(chain, body, resolve).catch(reject);
    });
  }

  async #inTurn(chain: string | undefined, body: Body, resolve: (value: unknown) => void): Promise<void> {
    const own = this.#isSerial ? (chain ?? this.#newChain()) : chain;
    if (this.#isSerial) this.#inside = own;
    try {
      const output = await body(own);
      resolve(output);
      // Its turn lasts as long as it has more to say.
      if (output instanceof Parts) await output.ended;
    } finally {
      if (this.#isSerial) this.#inside = undefined;
    }
  }

  /** Unlike that of any other gate. */
  #newChain(): string {
    this.#chains += 1;
    return `${this.#chains} ${crypto.randomUUID()}`;
  }
}

type Body = (chain: string | undefined) => unknown;

const DEFAULT_ROOM = 1_000;

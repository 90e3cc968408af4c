/**
 * A stream as its writer's end has it: reads a source no faster than the other end reads its parts. Whatever ends it, the
 * source is closed once: its `finally` blocks run.
 */
import { encode } from '../codec/codec.js';
import type { Payload } from '../protocol.js';
import { WINDOW, sizeOf } from './flow.js';

/** Where the parts go, and then either the end or what the source threw. */
export interface Outlet {
  part(payload: Payload, place: number): void;
  ended(): void;
  failed(thrown: unknown): void;
}

export class Outflow {
  readonly #iterator: AsyncIterator<unknown>;
  readonly #outlet: Outlet;
  /** The sizes of the parts that have not been read yet, oldest first, and their sum. */
  #underWay: number[] = [];
  #size = 0;
  #room: number;
  #place = 0;
  #goOn: (() => void) | undefined;
  #isStopped = false;

  /** `room`: how many parts the other end has asked for already. */
  constructor(iterator: AsyncIterator<unknown>, outlet: Outlet, room: number) {
    this.#iterator = iterator;
    this.#outlet = outlet;
    this.#room = room;
  }

  /** Resolves when the source has ended, or is not wanted any more. Called once. */
  async run(): Promise<void> {
    try {
      while (await this.#hasRoom()) {
        const { done, value } = await this.#iterator.next();
        if (this.#isStopped) return;
        if (done === true) return this.#outlet.ended();
        this.#send(value);
      }
    } catch (thrown) {
      if (!this.#isStopped) this.#outlet.failed(thrown);
    }
  }

  /** A part in its moment, in place of what the source is asked for now. `false`: there is no room, and it must wait its turn. */
  offer(part: unknown): boolean {
    if (this.#isStopped || this.#room <= 0 || this.#size >= WINDOW.size) return false;
    try {
      this.#send(part);
    } catch (error) {
      this.#isStopped = true;
      this.#outlet.failed(error);
    }
    return true;
  }

  /** So many more parts have been read, or asked for at first. */
  credit(parts: number): void {
    this.#room += parts;
    for (const size of this.#underWay.splice(0, parts)) this.#size -= size;
    this.#wake();
  }

  /** Nobody wants the rest. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#close();
    this.#wake();
  }

  /** Waits for it; `false`: there will never be. */
  async #hasRoom(): Promise<boolean> {
    while (!this.#isStopped && (this.#room <= 0 || this.#size >= WINDOW.size)) {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
    }
    return !this.#isStopped;
  }

  #send(value: unknown): void {
    try {
      const payload = encode(value);
      this.#outlet.part(payload, this.#place);
      this.#place += 1;
      this.#room -= 1;
      const size = sizeOf(payload);
      this.#underWay.push(size);
      this.#size += size;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /** What it throws now concerns nobody. */
  #close(): void {
    try {
      this.#iterator.return?.().then(undefined, () => {});
    } catch {
      // As above.
    }
  }

  #wake(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }
}

/** A sink that keeps what a link tells it, in order. */
import { EventEmitter, once } from 'node:events';
import type { HubError } from '../../src/core/errors.js';
import type { LinkSink } from '../../src/core/star/link.js';

export class RecordingSink extends EventEmitter implements LinkSink {
  readonly #portions: Uint8Array[] = [];
  #length = 0;
  #error: HubError | undefined;
  /** `received` (many in a row count as one), `drained`, `closed`. */
  readonly told: string[] = [];

  received(bytes: Uint8Array): void {
    // A copy: the `slice` of a Buffer would be none.
    this.#portions.push(Uint8Array.from(bytes));
    this.#length += bytes.length;
    this.#tell('received');
  }

  drained(): void {
    this.#tell('drained');
  }

  closed(error?: HubError): void {
    this.#error = error;
    this.#tell('closed');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#portions);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Of `closed`. */
  get error(): HubError | undefined {
    return this.#error;
  }

  /** Resolves when so many bytes have come. */
  async has(length: number): Promise<void> {
    while (this.#length < length) await once(this, 'told');
  }

  /** Resolves when it has been told this at least once. */
  async hears(what: 'received' | 'drained' | 'closed'): Promise<void> {
    while (!this.told.includes(what)) await once(this, 'told');
  }

  #tell(what: string): void {
    if (what !== 'received' || this.told.at(-1) !== what) this.told.push(what);
    this.emit('told');
  }
}

/** One end of a link, whose other end reads only when it is told to. */
import type { Link, LinkSink } from '../../src/core/star/link.js';

export class Valve implements Link {
  readonly #link: Link;
  #sink: LinkSink | undefined;
  #kept: Uint8Array[] = [];
  isShut = false;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Beyond what the system keeps for a link, here one write. */
  get kept(): number {
    return this.#kept.length;
  }

  open(sink: LinkSink): void {
    this.#sink = sink;
    this.#link.open(sink);
  }

  send(bytes: Uint8Array): boolean {
    if (!this.isShut) return this.#link.send(bytes);
    this.#kept.push(Uint8Array.from(bytes));
    return false;
  }

  reopen(): void {
    this.isShut = false;
    for (const bytes of this.#kept.splice(0)) this.#link.send(bytes);
    this.#sink?.drained();
  }

  close(): void {
    this.#link.close();
  }

  destroy(reason: Parameters<Link['destroy']>[0]): void {
    this.#link.destroy(reason);
  }
}

/** A link between two processes: bytes come late, in any portions, in order; and when an end dies, perhaps not all. */
import type { HubError } from '../../src/core/errors.js';
import type { Link, LinkSink } from '../../src/core/star/link.js';
import type { SimProcess } from './world.js';

export function wire(one: SimProcess, other: SimProcess): readonly [Link, Link] {
  const near = new WireEnd(one);
  const far = new WireEnd(other);
  near.join(far);
  far.join(near);
  one.atDeath(() => far.otherDied());
  other.atDeath(() => near.otherDied());
  return [near, far];
}

class WireEnd implements Link {
  readonly #process: SimProcess;
  #other: WireEnd | undefined;
  #sink: LinkSink | undefined;
  #coming: Uint8Array[] = [];
  /** The other end says nothing more. */
  #isEnding = false;
  #reason: HubError | undefined;
  /** We say nothing more. */
  #isShut = false;
  #isClosed = false;
  #isWoken = false;

  constructor(process: SimProcess) {
    this.#process = process;
  }

  join(other: WireEnd): void {
    this.#other = other;
  }

  open(sink: LinkSink): void {
    this.#sink = sink;
    this.#wake();
  }

  send(bytes: Uint8Array): boolean {
    const { random, hasFaults } = this.#process.world;
    if (this.#isShut || !this.#process.call()) return true;
    this.#other?.arrive(Uint8Array.from(bytes));
    if (!hasFaults || !random.chance(0.02)) return true;
    this.#process.world.schedule(this.#process, random.next() * 5, () => this.#isClosed || this.#sink?.drained());
    return false;
  }

  close(reason?: HubError): void {
    if (this.#isShut) return;
    this.#isShut = true;
    this.#reason = reason;
    if (!this.#process.isAlive) return;
    this.#other?.end();
    this.end();
  }

  destroy(reason: HubError): void {
    if (this.#isClosed) return;
    this.#coming = [];
    this.close(reason);
    this.#isShut = true;
    this.end();
  }

  arrive(bytes: Uint8Array): void {
    this.#coming.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#isEnding = true;
    this.#wake();
  }

  /** What the dead has written may come, or be cut off with it. */
  otherDied(): void {
    if (this.#process.world.random.chance(0.3)) this.#coming.splice(this.#process.world.random.below(this.#coming.length + 1));
    this.end();
  }

  #wake(): void {
    if (this.#isWoken || this.#sink === undefined || this.#isClosed) return;
    this.#isWoken = true;
    this.#process.world.schedule(this.#process, this.#process.world.random.next() * 2, () => this.#hear());
  }

  #hear(): void {
    const { random } = this.#process.world;
    this.#isWoken = false;
    if (this.#isClosed) return;
    const all = Buffer.concat(this.#coming);
    if (all.length > 0) {
      const portion = random.chance(0.05) ? 1 + random.below(all.length) : all.length;
      this.#coming = portion === all.length ? [] : [all.subarray(portion)];
      this.#sink?.received(all.subarray(0, portion));
      return this.#wake();
    }
    if (!this.#isEnding) return;
    this.#isClosed = true;
    this.#isShut = true;
    this.#other?.end();
    this.#sink?.closed(this.#reason);
  }
}

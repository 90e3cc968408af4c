/**
 * How much memory one input takes, of every kind: bytes outside the heap as well as arrays and texts in it. What is collected
 * meanwhile hides some of it now and then; of a fault that many inputs meet, not all.
 */
import { getHeapStatistics } from 'node:v8';

export class Allocation {
  #before = 0;
  #most = 0;

  /** The most that was taken between a `begin` and its `end`. */
  get most(): number {
    return this.#most;
  }

  begin(): void {
    this.#before = taken();
  }

  end(): void {
    this.#most = Math.max(this.#most, taken() - this.#before);
  }
}

function taken(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
}

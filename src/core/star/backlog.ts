/**
 * What a member has said and is not heard yet, in its order. Whoever asks much, and does not take what it is told, is
 * answered when it does: answers are not piled up for it, and none is worked out before there is room for it.
 */
export class Backlog {
  #waiting: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(hear: () => void): void {
    this.#waiting.push(hear);
  }

  /** Hears one after the other, as long as there is room for answers. */
  goOn(hasRoom: () => boolean): void {
    const waiting = this.#waiting;
    let heard = 0;
    while (heard < waiting.length && hasRoom()) waiting[heard++]?.();
    if (heard > 0) this.#waiting = waiting.slice(heard);
  }

  /** Nobody waits for it any more. */
  clear(): void {
    this.#waiting = [];
  }
}

/**
 * What a member has said and is not heard yet, in its order. Whoever asks for much is answered when all that it has asked
 * before is decided and told, and no answer is worked out before there is room for it: none are piled up.
 */
export class Backlog {
  #waiting: Waiting[] = [];
  /** The first that is not heard. */
  #next = 0;

  get length(): number {
    return this.#waiting.length - this.#next;
  }

  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** `isMuch`: what is asked for may be long. */
  add(hear: () => void, isMuch: boolean): void {
    this.#waiting.push({ hear, isMuch });
  }

  /** Hears one after the other, up to what is much when there is no room for that. */
  goOn(hasRoom: () => boolean): void {
    for (let next = this.#first; next !== undefined && (!next.isMuch || hasRoom()); next = this.#first) {
      this.#next += 1;
      next.hear();
    }
    this.#waiting.splice(0, this.#next);
    this.#next = 0;
  }

  /** Nobody waits for it any more. */
  clear(): void {
    this.#waiting = [];
    this.#next = 0;
  }

  get #first(): Waiting | undefined {
    return this.#waiting[this.#next];
  }
}

interface Waiting {
  readonly hear: () => void;
  readonly isMuch: boolean;
}

/**
 * Keeps the process alive while something is pending and, unless told not to, while the hub listens. An idle hub keeps
 * nothing alive. Where the host's timers cannot be told apart in this way (a browser), it does nothing.
 */
export class KeepAlive {
  #pending = 0;
  #listening = 0;
  #forListening = true;
  #timer: Timer | undefined;
  #isHolding = false;
  #isStopped = false;

  /** Something waits for an answer. */
  begin(): void {
    this.#pending += 1;
    if (this.#pending === 1) this.#update();
  }

  end(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#update();
  }

  get hasPending(): boolean {
    return this.#pending > 0;
  }

  /** Something listens or handles. */
  listen(): void {
    this.#listening += 1;
    if (this.#listening === 1) this.#update();
  }

  unlisten(): void {
    this.#listening -= 1;
    if (this.#listening === 0) this.#update();
  }

  /** Whether listening alone is reason enough. It is at first. */
  set forListening(isReason: boolean) {
    this.#forListening = isReason;
    this.#update();
  }

  /** The end of the hub: from now on nothing is held, whatever is begun. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer as unknown as number);
    this.#timer = undefined;
    this.#isHolding = false;
  }

  #update(): void {
    const isNeeded = this.#pending > 0 || (this.#forListening && this.#listening > 0);
    if (isNeeded === this.#isHolding || this.#isStopped) return;
    this.#isHolding = isNeeded;
    if (isNeeded) {
      this.#timer ??= setInterval(() => {}, LONGEST_TIMER) as unknown as Timer;
      this.#timer.ref?.();
    } else {
      this.#timer?.unref?.();
    }
  }
}

const LONGEST_TIMER = 2 ** 31 - 1;

interface Timer {
  ref?(): unknown;
  unref?(): unknown;
}

/**
 * Whether the other end still answers, for those who want to know. As long as something is said and nothing is heard, it
 * asks; after three seconds of silence it says so. A link on which nobody says anything is left alone.
 */
import type { Host } from '../host.js';

export interface Patient {
  /** Asks for a sign of life. */
  ping(): void;
  stalled(isStalled: boolean): void;
}

const BEAT = 1_000;
/** So many beats without a word. */
const PATIENCE = 3;

export class Pulse {
  readonly #host: Host;
  readonly #patient: Patient;
  #timer: Disposable | undefined;
  #hasSaid = false;
  #hasHeard = false;
  #silence = 0;

  constructor(host: Host, patient: Patient) {
    this.#host = host;
    this.#patient = patient;
  }

  /** Something has been said that is worth an answer. */
  said(): void {
    this.#hasSaid = true;
    if (this.#timer === undefined) this.#begin();
  }

  heard(): void {
    this.#hasHeard = true;
    if (this.#silence >= PATIENCE) {
      this.#silence = 0;
      this.#patient.stalled(false);
    }
  }

  /** The link has ended. */
  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#hasSaid = false;
    this.#silence = 0;
  }

  #begin(): void {
    this.#hasHeard = false;
    this.#timer = this.#host.after(BEAT, () => this.#beat());
  }

  #beat(): void {
    this.#timer = undefined;
    if (this.#hasHeard) {
      this.#silence = 0;
      if (!this.#hasSaid) return;
      // What was said since may have been said after the last word was heard.
      this.#hasSaid = false;
      this.#patient.ping();
      return this.#begin();
    }
    this.#silence += 1;
    if (this.#silence === 1) this.#patient.ping();
    if (this.#silence === PATIENCE) this.#patient.stalled(true);
    this.#begin();
  }
}

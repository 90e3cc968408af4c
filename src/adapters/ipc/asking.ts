/**
 * How a link comes about on an IPC channel, the child's part: it speaks first, and again until it is answered. Node may
 * lose what is sent to a process that does not listen yet, so a parent says nothing before it has been asked.
 */
import { randomBytes } from 'node:crypto';
import { HubError } from '../../core/errors.js';
import type { Link } from '../../core/star/link.js';
import { post } from './channel.js';
import type { IpcChannel } from './channel.js';
import { earsOn } from './ears.js';
import type { Ears, IpcEar } from './ears.js';
import { IpcLink } from './link.js';
import { PROBE, wrappingOf } from './parcel.js';
import type { Arrived, Parcel } from './parcel.js';

export interface AskOptions {
  readonly group: string;
  /** Who is to answer, for errors: `the primary`. */
  readonly peer: string;
  /** What to do when nobody does. */
  readonly advice: string;
}

/** When it asks again: soon at first, for its parent is often just starting too. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 1_000;
const PATIENCE = 30_000;

/**
 * Resolves when the parent has answered; rejects with `UNAVAILABLE` when it does not, or never can again.
 * Nothing of it keeps the process alive.
 */
export function askForLink(channel: IpcChannel, options: AskOptions, signal: AbortSignal): Promise<Link> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    if (!channel.connected) throw gone(options.peer);
    new Asking(channel, options, signal, { resolve, reject });
  });
}

interface Answer {
  resolve(link: Link): void;
  reject(reason: unknown): void;
}

class Asking {
  readonly #channel: IpcChannel;
  readonly #options: AskOptions;
  readonly #signal: AbortSignal;
  readonly #answer: Answer;
  readonly #id = randomBytes(9).toString('base64url');
  readonly #ears: Ears;
  readonly #ear: IpcEar;
  readonly #deadline: NodeJS.Timeout;
  #again: NodeJS.Timeout | undefined;
  #link: IpcLink | undefined;

  constructor(channel: IpcChannel, options: AskOptions, signal: AbortSignal, answer: Answer) {
    this.#channel = channel;
    this.#options = options;
    this.#signal = signal;
    this.#answer = answer;
    this.#ears = earsOn(channel, 'child');
    this.#ear = { topic: this.#id, heard: (parcel) => this.#heard(parcel), ended: () => this.#ended() };
    this.#ears.add(this.#ear);
    this.#deadline = setTimeout(() => this.#giveUp(silent(options)), PATIENCE);
    this.#deadline.unref();
    signal.addEventListener('abort', this.#aborted);
    this.#ask(FIRST_PAUSE);
  }

  #ask(pause: number): void {
    this.#say('open', PROBE);
    this.#again = setTimeout(() => this.#ask(Math.min(pause * 2, LONGEST_PAUSE)), pause);
    this.#again.unref();
  }

  #heard(parcel: Arrived): void {
    if (this.#link !== undefined) this.#link.heard(parcel);
    else if (parcel.type === 'opened') this.#opened(parcel.bytes);
  }

  #opened(probe: unknown): void {
    this.#settled();
    const { group, peer } = this.#options;
    this.#link = new IpcLink(this.#channel, { group, id: this.#id, peer, wrapping: wrappingOf(probe), onEnded: () => this.#ears.remove(this.#ear) });
    this.#answer.resolve(this.#link);
  }

  #ended(): void {
    this.#settled();
    if (this.#link === undefined) this.#answer.reject(gone(this.#options.peer));
    else this.#link.cutOff();
  }

  readonly #aborted = (): void => this.#giveUp(this.#signal.reason);

  #giveUp(reason: unknown): void {
    this.#settled();
    this.#ears.remove(this.#ear);
    // The parent may have opened the link by now, or be about to.
    this.#say('close', '');
    this.#answer.reject(reason);
  }

  #settled(): void {
    clearTimeout(this.#again);
    clearTimeout(this.#deadline);
    this.#signal.removeEventListener('abort', this.#aborted);
  }

  /** A failure is told by the channel's end, or by the silence that follows. */
  #say(type: Parcel['type'], bytes: Parcel['bytes']): void {
    post(this.#channel, { interhub: 1, group: this.#options.group, link: this.#id, type, bytes }, () => {});
  }
}

function gone(peer: string): HubError {
  return new HubError('UNAVAILABLE', `The IPC channel to ${peer} is closed, and a process never gets another. Let its parent start a new process.`);
}

function silent({ group, peer, advice }: AskOptions): HubError {
  return new HubError('UNAVAILABLE', `No answer from ${peer} for ${PATIENCE / 1_000} s: it has no hub of group "${group}". ${advice}`);
}

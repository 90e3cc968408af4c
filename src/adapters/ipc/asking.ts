/**
 * How a link comes about on an IPC channel, the child's part: it speaks first, and again until it is answered. Node may
 * lose what is sent to a process that does not listen yet, so a parent says nothing before it has been asked. If the
 * parent would rather have a road, the child lays one; where that fails, the link is on the channel.
 */
import { randomBytes } from 'node:crypto';
import { HubError } from '../../core/errors.js';
import type { Link } from '../../core/star/link.js';
import { post } from './channel.js';
import type { IpcChannel } from './channel.js';
import { earsOn } from './ears.js';
import type { Ears, IpcEar } from './ears.js';
import { IpcLink } from './link.js';
import { ASKED_FOR, notify } from './notices.js';
import { PROBE, wrappingOf } from './parcel.js';
import type { Arrived, Parcel } from './parcel.js';
import type { Roads } from './roads.js';

export interface AskOptions {
  readonly group: string;
  /** Who is to answer, for errors: `the primary`. */
  readonly peer: string;
  /** What to do when nobody does. */
  readonly advice: string;
  /** Without them the link is on the channel. */
  readonly roads: Roads | undefined;
}

/** When it asks again: soon at first, for its parent is often just starting too. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 1_000;
/**
 * Pauses up to this keep the process alive, longer ones do not. When a parent dies, a road may end before the channel does,
 * and whoever asks for another is to hear that there is none.
 */
const LONGEST_HELD = 200;
const PATIENCE = 30_000;
/** How long a road lies open for a parent that has just asked for it. */
const ROAD_PATIENCE = 5_000;

/**
 * Resolves when the parent has answered; rejects with `UNAVAILABLE` when it does not, or never can again.
 * It keeps the process alive for less than half a second.
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

type State =
  | { readonly at: 'asking' }
  /** The parent asked for a road. */
  | { readonly at: 'laying'; readonly trying: AbortController }
  | { readonly at: 'on the channel'; readonly link: IpcLink }
  | { readonly at: 'on the road'; readonly link: Link }
  | { readonly at: 'over' };

class Asking {
  readonly #channel: IpcChannel;
  readonly #options: AskOptions;
  readonly #signal: AbortSignal;
  readonly #answer: Answer;
  readonly #id = randomBytes(18).toString('base64url');
  readonly #ears: Ears;
  readonly #ear: IpcEar;
  readonly #deadline: NodeJS.Timeout;
  #again: NodeJS.Timeout | undefined;
  #state: State = { at: 'asking' };
  /** Why it is not to be a road. */
  #because: string | undefined;

  constructor(channel: IpcChannel, options: AskOptions, signal: AbortSignal, answer: Answer) {
    this.#channel = channel;
    this.#options = options;
    this.#signal = signal;
    this.#answer = answer;
    this.#because = options.roads === undefined ? ASKED_FOR : undefined;
    this.#ears = earsOn(channel, 'child');
    this.#ear = { topic: this.#id, heard: (parcel) => this.#heard(parcel), ended: () => this.#ended() };
    this.#ears.add(this.#ear);
    this.#deadline = setTimeout(() => this.#giveUp(silent(options)), PATIENCE);
    this.#deadline.unref();
    signal.addEventListener('abort', this.#aborted);
    this.#ask(FIRST_PAUSE);
  }

  #ask(pause: number): void {
    this.#say('open', PROBE, this.#because);
    this.#again = setTimeout(() => this.#ask(Math.min(pause * 2, LONGEST_PAUSE)), pause);
    if (pause > LONGEST_HELD) this.#again.unref();
  }

  #heard(parcel: Arrived): void {
    switch (this.#state.at) {
      case 'asking':
      case 'laying':
        if (parcel.type === 'opened') this.#opened(parcel);
        else if (parcel.type === 'lay' && this.#state.at === 'asking') this.#lay();
        return;
      case 'on the channel':
        return this.#state.link.heard(parcel);
      case 'on the road':
      case 'over':
        return;
    }
  }

  #opened({ bytes, because }: Arrived): void {
    const { group, peer } = this.#options;
    const link = new IpcLink(this.#channel, { group, id: this.#id, peer, wrapping: wrappingOf(bytes), onEnded: () => this.#ears.remove(this.#ear) });
    notify({ group, peer, via: 'ipc', because: this.#because ?? String(because) });
    this.#settled({ at: 'on the channel', link });
    this.#answer.resolve(link);
  }

  #lay(): void {
    const { roads } = this.#options;
    if (roads === undefined || this.#because !== undefined) return;

    clearTimeout(this.#again);
    const trying = new AbortController();
    this.#state = { at: 'laying', trying };
    const timer = setTimeout(() => trying.abort(new Error(`${this.#options.peer} did not come within ${ROAD_PATIENCE / 1_000} s`)), ROAD_PATIENCE);
    timer.unref();
    void this.#layOne(roads, trying.signal)
      .then((link) => this.#met(link), (reason: unknown) => this.#unmet(reason))
      .finally(() => clearTimeout(timer));
  }

  async #layOne(roads: Roads, signal: AbortSignal): Promise<Link> {
    const road = await roads.lay(this.#id, signal, () => this.#roadEnded());
    this.#say('laid', road.place);
    return road.link;
  }

  #met(link: Link): void {
    if (this.#state.at !== 'laying') return link.destroy(new HubError('CLOSED', 'Joining was given up.'));

    const { group, peer } = this.#options;
    notify({ group, peer, via: 'socket' });
    this.#settled({ at: 'on the road', link });
    this.#answer.resolve(link);
  }

  #unmet(reason: unknown): void {
    if (this.#state.at !== 'laying') return;

    this.#because = reason instanceof Error ? reason.message : String(reason);
    this.#state = { at: 'asking' };
    this.#ask(FIRST_PAUSE);
  }

  #roadEnded(): void {
    if (this.#state.at === 'on the road') this.#ears.remove(this.#ear);
  }

  /** Of the channel: it is the end of the road too. */
  #ended(): void {
    const state = this.#state;
    switch (state.at) {
      case 'asking':
      case 'laying':
        this.#settled({ at: 'over' });
        return this.#answer.reject(gone(this.#options.peer));
      case 'on the channel':
        return state.link.cutOff();
      case 'on the road':
        return state.link.close(new HubError('LOST', `The IPC channel to ${this.#options.peer} has closed.`));
      case 'over':
        return;
    }
  }

  readonly #aborted = (): void => this.#giveUp(this.#signal.reason);

  #giveUp(reason: unknown): void {
    this.#settled({ at: 'over' });
    this.#ears.remove(this.#ear);
    // The parent may have opened the link by now, or be about to.
    this.#say('close', '');
    this.#answer.reject(reason);
  }

  #settled(state: State): void {
    if (this.#state.at === 'laying') this.#state.trying.abort();
    this.#state = state;
    clearTimeout(this.#again);
    clearTimeout(this.#deadline);
    this.#signal.removeEventListener('abort', this.#aborted);
  }

  /** A failure is told by the channel's end, or by the silence that follows. */
  #say(type: Parcel['type'], bytes: Parcel['bytes'], because?: string): void {
    const parcel = { interhub: 1, group: this.#options.group, link: this.#id, type, bytes } as const;
    post(this.#channel, because === undefined ? parcel : { ...parcel, because }, () => {});
  }
}

function gone(peer: string): HubError {
  return new HubError('UNAVAILABLE', `The IPC channel to ${peer} is closed, and a process never gets another. Let its parent start a new process.`);
}

function silent({ group, peer, advice }: AskOptions): HubError {
  return new HubError('UNAVAILABLE', `No answer from ${peer} for ${PATIENCE / 1_000} s: it has no hub of group "${group}". ${advice}`);
}

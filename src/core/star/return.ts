/**
 * The return of a group to a new broker. Members of the dead one's time that have not come back yet are awaited. Nobody is
 * dispossessed before it is proved that he is dead: until then a member keeps its seat, its locks and its places, and what
 * is said to it waits for it here.
 */
import type { Host } from '../host.js';
import { copyOf } from '../bytes.js';

/** Whether what a member has said of itself proves by now that it is dead. On doubt it does not. */
export type IsDead = (proof: string) => Promise<boolean>;

export interface ReturnOptions {
  readonly members: Iterable<number>;
  readonly proofs: ReadonlyMap<number, string>;
  readonly isDead: IsDead;
  readonly host: Host;
  /** How many bytes wait for one member at most. */
  readonly limit: number;
  readonly died: (member: number) => void;
  /** All are back, or long enough was waited for those who listen. */
  readonly over: () => void;
}

/** Something that was said to one who was not there. */
export interface Held {
  readonly packet: Uint8Array;
  /** It was for all who listen to this. */
  readonly topic: string | undefined;
}

/** How soon it is asked again whether somebody is dead, at first and at last. */
const SOON = 20;
const LATE = 1_000;
/** So long what is known of who listens is not told anew: most of them are on their way. */
const GATHERING = 1_000;

const NOTHING: readonly Held[] = [];

export class Return {
  readonly #awaited = new Map<number, Waiting>();
  readonly #isDead: IsDead;
  readonly #host: Host;
  readonly #limit: number;
  readonly #died: (member: number) => void;
  readonly #over: () => void;
  #gathering: Disposable | undefined;
  #isStopped = false;

  constructor({ members, proofs, isDead, host, limit, died, over }: ReturnOptions) {
    for (const member of members) this.#awaited.set(member, { proof: proofs.get(member), held: [], size: 0 });
    this.#isDead = isDead;
    this.#host = host;
    this.#limit = limit;
    this.#died = died;
    this.#over = over;
    if (this.#awaited.size === 0) return;
    this.#gathering = host.after(GATHERING, () => this.#gathered());
  }

  /** Resolves when it has been asked after everybody once; from then on it is asked again and again. */
  async begin(): Promise<void> {
    await this.#askAll();
    this.#askLater(SOON);
  }

  /** Whether it is too early to say who listens. */
  get isGathering(): boolean {
    return this.#gathering !== undefined;
  }

  awaits(member: number): boolean {
    return this.#awaited.size > 0 && this.#awaited.has(member);
  }

  /** Keeps a packet for one that is awaited. `false`: too much waits for it already, and it need not be. */
  hold(member: number, bytes: Uint8Array, start: number, end: number, mustBe: boolean): boolean {
    const waiting = this.#awaited.get(member);
    return waiting !== undefined && this.#hold(waiting, copyOf(bytes, start, end), undefined, mustBe);
  }

  /** Keeps a packet for all who may listen to its topic. */
  holdForAll(topic: string, bytes: Uint8Array, start: number, end: number): void {
    if (this.#awaited.size === 0) return;
    const packet = copyOf(bytes, start, end);
    for (const waiting of this.#awaited.values()) this.#hold(waiting, packet, topic, false);
  }

  /** It is there, or gone for ever. Returns what was said to it in the meantime. */
  back(member: number): readonly Held[] {
    const waiting = this.#awaited.get(member);
    if (waiting === undefined) return NOTHING;
    this.#awaited.delete(member);
    if (this.#awaited.size === 0) this.#gathered();
    return waiting.held;
  }

  /** Asks no more. */
  stop(): void {
    this.#isStopped = true;
    this.#gathering?.[Symbol.dispose]();
  }

  #hold(waiting: Waiting, packet: Uint8Array, topic: string | undefined, mustBe: boolean): boolean {
    if (!mustBe && waiting.size + packet.length > this.#limit) return false;
    waiting.held.push({ packet, topic });
    waiting.size += packet.length;
    return true;
  }

  #gathered(): void {
    if (this.#gathering === undefined) return;
    this.#gathering[Symbol.dispose]();
    this.#gathering = undefined;
    if (!this.#isStopped) this.#over();
  }

  #askLater(delay: number): void {
    if (this.#awaited.size === 0 || this.#isStopped) return;
    this.#host.after(delay, () => void this.#askAll().then(() => this.#askLater(Math.min(delay * 2, LATE))));
  }

  async #askAll(): Promise<void> {
    const members = [...this.#awaited];
    const verdicts = await Promise.all(members.map(([, { proof }]) => proof !== undefined && this.#isDead(proof).catch(() => false)));
    if (this.#isStopped) return;
    members.forEach(([member], i) => {
      if (verdicts[i] === true && this.#awaited.has(member)) this.#died(member);
    });
  }
}

interface Waiting {
  readonly proof: string | undefined;
  readonly held: Held[];
  size: number;
}

/**
 * One question to every member that handles it. Whom it is for is settled when it goes out; each of them has its own
 * settlement, at once at its death, and none of them fails the whole. Its answers may be awaited, read as they come, or both.
 */
import type * as api from '../api.js';
import type { Directory } from '../directory.js';
import { HubError } from '../errors.js';
import type { Member } from '../protocol.js';
import { EVERYONE } from '../protocol.js';
import type { Departure, Outgoing } from './outbox.js';

export interface GatheringPorts {
  readonly directory: Directory;
  /** Who handles the method, known by the time that the question goes out. */
  readonly handlers: (method: string) => readonly number[];
  readonly ask: (to: number) => Promise<unknown>;
  /** It has ended. */
  readonly ended: () => void;
}

type Life =
  | { readonly at: 'asking'; readonly open: number }
  | { readonly at: 'done' }
  | { readonly at: 'failed'; readonly error: unknown };

type Answered = readonly [member: Member, settled: api.Settled<unknown>];

export class Gathering implements Outgoing, api.Gathering<unknown> {
  readonly [Symbol.toStringTag] = 'Gathering';
  readonly type = 'request';
  readonly name: string;
  readonly call = 0;
  readonly extra = 0;
  /** It does not go itself. */
  readonly payload = '';
  readonly to = EVERYONE;
  readonly refused = 0;
  readonly #ports: GatheringPorts;
  readonly #answers: Answered[] = [];
  #life: Life = { at: 'asking', open: 0 };
  #waiting: (() => void)[] = [];

  constructor(name: string, ports: GatheringPorts) {
    this.name = name;
    this.#ports = ports;
  }

  get isWithdrawn(): boolean {
    return this.#life.at === 'failed';
  }

  /** It asks them one by one. */
  departing(): Departure {
    const { directory, handlers } = this.#ports;
    this.#ask(handlers(this.name).flatMap((number) => directory.member(number) ?? []));
    return 'sent';
  }

  stranded(error: HubError): void {
    this.fail(error);
  }

  /** Nobody waits for the rest of the answers. */
  fail(error: unknown): void {
    this.#end({ at: 'failed', error });
  }

  then<A = ReadonlyMap<Member, api.Settled<unknown>>, B = never>(
    onFulfilled?: ((answers: ReadonlyMap<Member, api.Settled<unknown>>) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#all().then(onFulfilled, onRejected);
  }

  /** From the first answer on, whenever it begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Answered, void, undefined> {
    for (let n = 0; await this.#has(n); n++) {
      const answered = this.#answers[n];
      if (answered !== undefined) yield answered;
    }
  }

  #ask(members: readonly Member[]): void {
    if (members.length === 0) return this.#end({ at: 'done' });
    this.#life = { at: 'asking', open: members.length };
    for (const member of members) {
      this.#ports.ask(member.number).then(
        (value) => this.#settled(member, { status: 'fulfilled', value }),
        (reason: unknown) => this.#settled(member, unanswered(reason)),
      );
    }
  }

  async #all(): Promise<ReadonlyMap<Member, api.Settled<unknown>>> {
    while (this.#life.at === 'asking') await this.#change();
    if (this.#life.at === 'failed') throw this.#life.error;
    return new Map(this.#answers);
  }

  /** Waits for the answer of this number; `false`: there will be none. */
  async #has(n: number): Promise<boolean> {
    while (this.#life.at === 'asking' && n >= this.#answers.length) await this.#change();
    if (this.#life.at === 'failed') throw this.#life.error;
    return n < this.#answers.length;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #settled(member: Member, settled: api.Settled<unknown>): void {
    if (this.#life.at !== 'asking') return;
    this.#answers.push([member, settled]);
    const open = this.#life.open - 1;
    if (open === 0) return this.#end({ at: 'done' });
    this.#life = { at: 'asking', open };
    this.#tell();
  }

  #end(life: Life): void {
    if (this.#life.at !== 'asking') return;
    this.#life = life;
    this.#ports.ended();
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }
}

/** What a handler threw is its own, whatever it looks like: it has been elsewhere. */
function unanswered(reason: unknown): api.Settled<unknown> {
  if (!(reason instanceof HubError)) return { status: 'rejected', reason };
  if (reason.code === 'NO_RECEIVER' && reason.mayHaveRun === false) return { status: 'gone', reason };
  if ('remoteStack' in reason) return { status: 'rejected', reason };
  switch (reason.code) {
    case 'TIMEOUT':
      return { status: 'timeout', reason };
    case 'LOST':
    case 'NO_MEMBER':
    case 'CLOSED':
      return { status: 'gone', reason };
    default:
      return { status: 'rejected', reason };
  }
}

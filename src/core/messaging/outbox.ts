/**
 * Where all that this member tells others goes out, in the order in which it was said. What cannot go yet, for want of a
 * seat or of knowing who listens to a name, waits, and all that was said later waits behind it: so the order for each pair
 * of members holds, whoever is chosen in the end.
 */
import type { Address } from '../api.js';
import { HubError } from '../errors.js';
import type { KeepAlive } from '../keep-alive.js';
import { EVERYONE } from '../protocol.js';
import type { EnvelopeType, Payload } from '../protocol.js';
import { shownAddress, shownName } from '../shown-name.js';
import type { Session } from '../transport.js';
import type { Directory } from '../directory.js';
import { NOBODY, Routes } from './routes.js';

/** An envelope that may not have its receiver yet. */
export interface Outgoing {
  readonly type: EnvelopeType;
  readonly name: string;
  readonly call: number;
  readonly extra: number;
  readonly payload: Payload;
  /** `undefined`: one of those who listen, in turn. */
  readonly to: Address | undefined;
  /** Whoever must not be chosen: it has refused. */
  readonly refused: number;
  /** Nobody wants it sent any more. */
  readonly isWithdrawn: boolean;
  /** It goes out now, to this member. */
  departing(to: number): Departure;
  /** It found nobody, or cannot be sent. */
  stranded(error: HubError): void;
}

export type Departure =
  /** As an envelope. */
  | 'send'
  /** It has seen to that itself. */
  | 'sent'
  /** It cannot go before `resumed`. */
  | 'wait';

type Life =
  | { readonly at: 'waiting' }
  | { readonly at: 'open'; readonly session: Session }
  | { readonly at: 'closed'; readonly error: HubError };

export class Outbox {
  readonly #directory: Directory;
  readonly #keepAlive: Pick<KeepAlive, 'begin' | 'end'>;
  readonly #topics: Routes;
  readonly #methods: Routes;
  readonly #limit: number;
  #life: Life = WAITING;
  #line: Outgoing[] = [];
  #draining: Draining[] = [];

  constructor(directory: Directory, interests: Pick<Session, 'follow' | 'unfollow'>, keepAlive: Pick<KeepAlive, 'begin' | 'end'>, limit = 10_000) {
    this.#directory = directory;
    this.#keepAlive = keepAlive;
    this.#topics = new Routes('topic', interests);
    this.#methods = new Routes('method', interests);
    this.#limit = limit;
  }

  /** Throws when a message or a request cannot even wait. Answers and cancellings always can, and after the end mean nothing. */
  post(outgoing: Outgoing): void {
    const life = this.#life;
    if (life.at === 'open' && this.#line.length === 0 && this.#depart(life.session, outgoing)) return;
    if (outgoing.type === 'message' || isQuestion(outgoing)) this.#checkRoom(outgoing);
    if (life.at === 'closed') return;
    if (outgoing.to === undefined || (outgoing.to === EVERYONE && isQuestion(outgoing))) this.#routes(outgoing).learn(outgoing.name);
    this.#line.push(outgoing);
  }

  opened(session: Session): void {
    this.#life = { at: 'open', session };
    this.#drain();
  }

  lost(): void {
    this.#topics.lost();
    this.#methods.lost();
    this.#life = WAITING;
  }

  /** The authority is heard again. */
  resumed(): void {
    this.#drain();
  }

  closed(error: HubError): void {
    this.#life = { at: 'closed', error };
    this.#line = [];
    const draining = this.#draining;
    this.#draining = [];
    for (const { reject } of draining) reject(error);
  }

  /** Who listens to a topic, or handles a method, has changed, or is known now. */
  heard(of: 'topic' | 'method', name: string, members: readonly number[]): void {
    (of === 'topic' ? this.#topics : this.#methods).heard(name, members);
    this.#drain();
  }

  /** Who handles a method, as far as it is known. */
  handlers(method: string): readonly number[] {
    return this.#methods.all(method) ?? [];
  }

  async drained(): Promise<void> {
    if (this.#line.length > 0 || this.#life.at === 'waiting') {
      await new Promise<void>((resolve, reject) => this.#draining.push({ resolve, reject }));
    }
    const life = this.#life;
    if (life.at === 'closed') throw life.error;
    if (life.at === 'open') await life.session.drained();
  }

  #checkRoom({ name }: Outgoing): void {
    if (this.#life.at === 'closed') throw this.#life.error;
    if (this.#line.length < this.#limit) return;
    const advice = 'Await hub.ready(), or hub.drained(), before sending so many.';
    throw new HubError('OVERLOADED', `"${shownName(name)}" cannot be sent: ${this.#limit} messages and requests wait for their turn already. ${advice}`, { mayHaveRun: false });
  }

  #drain(): void {
    let gone = 0;
    for (const outgoing of this.#line) {
      if (this.#life.at !== 'open' || !this.#departSafely(this.#life.session, outgoing)) break;
      gone += 1;
    }
    if (gone > 0) this.#line.splice(0, gone);
    if (this.#life.at !== 'open' || this.#line.length > 0) return;
    const draining = this.#draining;
    this.#draining = [];
    for (const { resolve } of draining) resolve();
  }

  /** Its sender is not on the stack any more: what goes wrong is told to itself. */
  #departSafely(session: Session, outgoing: Outgoing): boolean {
    try {
      return this.#depart(session, outgoing);
    } catch (error) {
      outgoing.stranded(error instanceof HubError ? error : new HubError('UNSERIALIZABLE', `"${outgoing.name}" could not be sent.`, { cause: error }));
      return true;
    }
  }

  /** Whether it is done with: sent, withdrawn or stranded. */
  #depart(session: Session, outgoing: Outgoing): boolean {
    if (outgoing.isWithdrawn) return true;
    const { type, name, to } = outgoing;
    const member = to === undefined ? this.#routes(outgoing).next(name, outgoing.refused) : to === EVERYONE ? this.#everyone(outgoing) : this.#directory.find(to) ?? ABSENT;
    if (member === undefined) return false;
    if (member === ABSENT) outgoing.stranded(noMember(outgoing));
    else if (member === NOBODY && to === undefined) outgoing.stranded(noReceiver(outgoing));
    else {
      const departure = outgoing.departing(member);
      if (departure !== 'send') return departure === 'sent';
      session.send({ type, member, name, call: outgoing.call, extra: outgoing.extra, payload: outgoing.payload });
      if (isBig(outgoing.payload)) this.#holdUntilDrained(session);
    }
    return true;
  }

  /** What is big leaves at the pace of its receiver: until it is taken the process is not to end. */
  #holdUntilDrained(session: Session): void {
    this.#keepAlive.begin();
    void session.drained().finally(() => this.#keepAlive.end());
  }

  /** A question to all goes out when it is known who they are, and then asks each of them. */
  #everyone(outgoing: Outgoing): number | undefined {
    return isQuestion(outgoing) && this.#methods.all(outgoing.name) === undefined ? undefined : EVERYONE;
  }

  #routes(outgoing: Outgoing): Routes {
    return isQuestion(outgoing) ? this.#methods : this.#topics;
  }
}

interface Draining {
  readonly resolve: () => void;
  readonly reject: (error: HubError) => void;
}

const WAITING: Life = { at: 'waiting' };
const ABSENT = -1;
/** What is smaller a medium takes at once, or holds the process itself until it has. */
const BIG = 65_536;

function isBig(payload: Payload): boolean {
  return (typeof payload === 'string' ? payload.length : payload.bytes.length) > BIG;
}

function noMember({ name, to }: Outgoing): HubError {
  const address = typeof to === 'object' ? to.name : to;
  return new HubError('NO_MEMBER', `"${shownName(name)}" was for ${shownAddress(address)}, and no member of the group has that number, id or name.`, { mayHaveRun: false });
}

function isQuestion({ type }: Pick<Outgoing, 'type'>): boolean {
  return type === 'request' || type === 'stream';
}

export function noReceiver(outgoing: Pick<Outgoing, 'type' | 'name'>): HubError {
  const { name } = outgoing;
  const what = isQuestion(outgoing) ? `No member handles "${name}". Call hub.handle() somewhere before it is asked.` : `No member listens to "${name}".`;
  return new HubError('NO_RECEIVER', what, { mayHaveRun: false });
}

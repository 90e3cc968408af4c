/** A program in a process: it joins, and does what chance tells it; after a loss it joins again, as a hub does. */
import { HubError } from '../../src/core/errors.js';
import type { Arrival, Envelope, Event, Member, Outcome } from '../../src/core/protocol.js';
import { star } from '../../src/core/star/star.js';
import type { Ear, Session, Settled, Transport } from '../../src/core/transport.js';
import type { Folder } from './folder.js';
import type { Witness } from './witness.js';
import type { SimProcess } from './world.js';

type Ticket = { readonly number: number; readonly name: string; state: 'asked' | 'waiting' | 'held' };

export class Actor implements Ear {
  readonly process: SimProcess;
  readonly #transport: Transport;
  readonly #witness: Witness;
  readonly #tickets = new Map<number, Ticket>();
  readonly members = new Map<number, Member>();
  readonly #sent = new Map<string, number>();
  #session: Session | undefined;
  #early: Event[] = [];
  #isLost = false;
  #isClosing = false;
  isClosed = false;
  #lives = 0;
  #numbers = 0;
  /** How many commands have no outcome. */
  pending = 0;
  losses = 0;

  constructor(process: SimProcess, folder: Folder, witness: Witness) {
    this.process = process;
    this.#witness = witness;
    this.#transport = star(folder.rendezvous(process), { host: process.host, limits: { journal: 4_096 } });
    process.atDeath(() => witness.died(process.name));
    void this.#join();
  }

  get session(): Session | undefined {
    return this.#session;
  }

  get number(): number {
    return this.#session?.member.number ?? 0;
  }

  get isIdle(): boolean {
    return this.#session !== undefined && this.pending === 0 && this.#tickets.size === 0;
  }

  act(): void {
    const session = this.#session;
    if (session === undefined || this.#isClosing) return;
    const { random } = this.process.world;
    const dice = random.next();
    if (dice < 0.3 && this.#tickets.size < 4) this.#acquire(session, `key-${random.below(2)}`, random.chance(0.8));
    else if (dice < 0.55 && this.#tickets.size > 0) this.#release(session, random.pick([...this.#tickets.values()]));
    else if (dice < 0.75) this.#add(session);
    else this.#tell(session);
  }

  /** Gives back all that it holds. */
  calmDown(): void {
    const session = this.#session;
    if (session === undefined) return;
    for (const ticket of [...this.#tickets.values()]) if (ticket.state === 'held') this.#release(session, ticket);
  }

  read(map: string, key: string): Promise<Outcome | HubError> {
    return new Promise((resolve) => this.#session?.submit({ type: 'map.get', map, key }, resolve));
  }

  close(): void {
    this.#isClosing = true;
    for (const { name } of this.#tickets.values()) this.#witness.over(name);
    this.#tickets.clear();
    void this.#session?.close().then(() => (this.isClosed = true));
  }

  received(envelope: Envelope<Arrival>): void {
    if (!this.process.isAlive) return;
    const { payload } = envelope;
    const value: unknown = typeof payload === 'object' && 'value' in payload ? payload.value : typeof payload === 'string' ? JSON.parse(payload) : undefined;
    const { from, count } = value as { readonly from: string; readonly count: number };
    this.#witness.heard(from, this.#name, count);
  }

  returned(): void {}

  heard(event: Event): void {
    if (!this.process.isAlive) return;
    // What is said in the turn in which the session begins is kept until it is known.
    if (this.#session === undefined) return void this.#early.push(event);
    if (event.type === 'lock.granted') {
      const ticket = this.#tickets.get(event.ticket);
      if (ticket?.state === 'waiting') this.#hold(ticket, event.token);
    } else if (event.type === 'member.joined') {
      if (this.members.has(event.member.number)) this.#witness.find(`${this.#name} was told twice that ${event.member.name} has joined`);
      this.members.set(event.member.number, event.member);
    } else if (event.type === 'member.left') {
      if (!this.members.delete(event.number)) this.#witness.find(`${this.#name} was told twice that ${event.number} has left`);
    }
  }

  suspended(): void {}

  interrupted(): void {}

  lost(): void {
    if (!this.process.isAlive) return;
    this.#isLost = true;
    if (this.#session === undefined) return;
    this.losses += 1;
    for (const { name } of this.#tickets.values()) this.#witness.over(name);
    this.#tickets.clear();
    this.#session = undefined;
    if (!this.#isClosing) void this.#join();
  }

  get #name(): string {
    return `${this.process.name}.${this.#lives}`;
  }

  async #join(): Promise<void> {
    this.#lives += 1;
    const member = { id: this.#name, name: this.process.name, labels: {}, pid: 1 };
    try {
      this.#early = [];
      this.#isLost = false;
      const session = await this.#transport.join({ member, signal: new AbortController().signal, ear: this });
      if (this.#isLost) throw new Error('It was lost before it was seen.');
      this.#session = session;
      this.members.clear();
      for (const each of session.members) this.members.set(each.number, each);
      session.follow({ type: 'topic', name: 'news' });
      for (const event of this.#early) this.heard(event);
    } catch {
      this.process.host.after(20, () => void this.#join());
    }
  }

  #acquire(session: Session, key: string, wait: boolean): void {
    const ticket: Ticket = { number: ++this.#numbers, name: `${this.#name}#${this.#numbers}`, state: 'asked' };
    this.#tickets.set(ticket.number, ticket);
    this.#witness.asked(this.process.name, ticket.name, key);
    this.#submit(session, { type: 'lock.acquire', key, ticket: ticket.number, wait }, (settlement) => {
      if (this.#tickets.get(ticket.number) !== ticket) return;
      if (!(settlement instanceof HubError) && settlement.type === 'granted') return this.#hold(ticket, settlement.token);
      if (!(settlement instanceof HubError) && settlement.type === 'waiting') {
        ticket.state = 'waiting';
        return this.#witness.waits(ticket.name);
      }
      this.#tickets.delete(ticket.number);
      this.#witness.over(ticket.name);
    });
  }

  #hold(ticket: Ticket, token: number): void {
    ticket.state = 'held';
    this.#witness.holds(ticket.name, token);
  }

  #release(session: Session, ticket: Ticket): void {
    this.#tickets.delete(ticket.number);
    this.#witness.over(ticket.name);
    const release = { type: 'lock.release', ticket: ticket.number } as const;
    // Half of them without waiting for it.
    if (ticket.number % 2 === 0) session.submit(release);
    else this.#submit(session, release, () => {});
  }

  #add(session: Session): void {
    const from = this.#witness.moment;
    let isKnown = false;
    this.process.atDeath(() => {
      if (!isKnown) this.#witness.mayHaveAdded();
    });
    this.#submit(session, { type: 'map.add', map: 'm', key: 'n', amount: 1 }, (settlement) => {
      isKnown = true;
      if (!(settlement instanceof HubError)) {
        if (settlement.type === 'sum') this.#witness.added(from, settlement.sum);
      } else if (settlement.code !== 'JOURNAL') this.#witness.mayHaveAdded();
    });
  }

  #tell(session: Session): void {
    const others = [...this.members.keys()].filter((number) => number !== this.number);
    if (others.length === 0) return;
    const to = this.process.world.random.pick(others);
    const pair = `${this.#name} ${to}`;
    const count = (this.#sent.get(pair) ?? 0) + 1;
    this.#sent.set(pair, count);
    session.send({ type: 'message', member: to, name: 'news', call: 0, extra: 0, payload: JSON.stringify({ from: this.#name, count }) });
  }

  #submit(session: Session, command: Parameters<Session['submit']>[0], settled: Settled): void {
    this.pending += 1;
    session.submit(command, (settlement) => {
      this.pending -= 1;
      if (this.process.isAlive) settled(settlement);
    });
  }
}

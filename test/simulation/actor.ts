/** A program in a process: it joins, and does what chance tells it; after a loss it joins again, as a hub does. */
import { HubError } from '../../src/core/errors.js';
import type { Arrival, Envelope, Event, LineState, Member, Payload } from '../../src/core/protocol.js';
import { star } from '../../src/core/star/star.js';
import type { Ear, Session, Settled, Transport } from '../../src/core/transport.js';
import type { Folder } from './folder.js';
import type { Witness } from './witness.js';
import type { SimProcess } from './world.js';

type Ticket = { readonly number: number; readonly name: string; state: 'asked' | 'waiting' | 'held' };

type Submitted = Parameters<Session['submit']>[0];

/** What the actor has stored for a time. */
interface Lease {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly disturbances: number;
}

export class Actor implements Ear {
  readonly process: SimProcess;
  readonly #transport: Transport;
  readonly #folder: Folder;
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
  #lease: Lease | 'asked' | undefined;
  /** The version and the sum that the watch has told last. */
  #watched: { readonly version: number; readonly sum: number } | undefined;
  /** How many commands have no outcome. */
  pending = 0;
  losses = 0;

  constructor(process: SimProcess, folder: Folder, witness: Witness) {
    this.process = process;
    this.#folder = folder;
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
    return this.#session !== undefined && !this.#isClosing && this.pending === 0 && this.#tickets.size === 0;
  }

  act(): void {
    const session = this.#session;
    if (session === undefined || this.#isClosing) return;
    const { random } = this.process.world;
    const dice = random.next();
    if (dice < 0.3 && this.#tickets.size < 4) this.#acquire(session, `key-${random.below(2)}`, random.chance(0.8));
    else if (dice < 0.5 && this.#tickets.size > 0) this.#release(session, random.pick([...this.#tickets.values()]));
    else if (dice < 0.65) this.#add(session);
    else if (dice < 0.75) this.#swap(session);
    else if (dice < 0.85) this.#lend(session);
    else this.tell();
  }

  /** Gives back all that it holds. */
  calmDown(): void {
    const session = this.#session;
    if (session === undefined) return;
    for (const ticket of [...this.#tickets.values()]) if (ticket.state === 'held') this.#release(session, ticket);
  }

  sum(): Promise<number> {
    return new Promise((resolve) => {
      this.#session?.submit({ type: 'map.get', map: 'm', key: 'n' }, (outcome) => resolve(outcome instanceof HubError || outcome.type !== 'entry' ? 0 : Number(outcome.value)));
    });
  }

  lines(): Promise<readonly LineState[]> {
    return new Promise((resolve) => {
      this.#session?.submit({ type: 'lock.lines', most: 100 }, (outcome) => resolve(outcome instanceof HubError || outcome.type !== 'lines' ? [] : outcome.lines));
    });
  }

  close(): void {
    if (this.#session === undefined) return;
    this.#isClosing = true;
    for (const { name } of this.#tickets.values()) this.#witness.over(name);
    this.#tickets.clear();
    void this.#session.close().then(() => (this.isClosed = true));
  }

  /** Says something to one of the others. */
  tell(): void {
    const session = this.#session;
    const others = [...this.members.keys()].filter((number) => number !== this.number);
    if (session === undefined || others.length === 0) return;
    const to = this.process.world.random.pick(others);
    const pair = `${this.#name} ${to}`;
    const count = (this.#sent.get(pair) ?? 0) + 1;
    this.#sent.set(pair, count);
    session.send({ type: 'message', member: to, name: 'news', call: 0, extra: 0, payload: JSON.stringify({ from: this.#name, count }) });
  }

  received({ payload }: Envelope<Arrival>): void {
    if (!this.process.isAlive) return;
    const { from, count } = valueOf(payload) as { readonly from: string; readonly count: number };
    this.#witness.heard(from, this.#name, count);
  }

  returned(): void {}

  heard(event: Event): void {
    if (!this.process.isAlive) return;
    // What is said in the turn in which the session begins is kept until it is known.
    if (this.#session === undefined) return void this.#early.push(event);
    switch (event.type) {
      case 'lock.granted': {
        const ticket = this.#tickets.get(event.ticket);
        if (ticket?.state === 'waiting') this.#hold(ticket, event.token);
        return;
      }
      case 'member.joined':
        if (this.members.has(event.member.number)) this.#witness.find('I22', `${this.#name} was told twice that ${event.member.name} has joined`);
        this.members.set(event.member.number, event.member);
        return;
      case 'member.left':
        if (!this.members.delete(event.number)) this.#witness.find('I22', `${this.#name} was told twice that ${event.number} has left`);
        return;
      case 'map.whole':
        this.#watched = { version: event.version, sum: Number(event.entries.find(({ key }) => key === 'n')?.value ?? 0) };
        return;
      case 'map.changed':
        return this.#sees(event);
      default:
        return;
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
      this.#lease = undefined;
      this.#watched = undefined;
      const session = await this.#transport.join({ member, signal: new AbortController().signal, ear: this, interests: () => [] });
      if (this.#isLost) throw new Error('It was lost before it was seen.');
      this.#session = session;
      this.members.clear();
      for (const each of session.members) this.members.set(each.number, each);
      session.follow({ type: 'topic', name: 'news' });
      session.follow({ type: 'map', name: 'm' });
      for (const event of this.#early) this.heard(event);
    } catch {
      this.process.host.after(20, () => void this.#join());
    }
  }

  #acquire(session: Session, key: string, wait: boolean): void {
    const ticket: Ticket = { number: ++this.#numbers, name: `${this.#name}#${this.#numbers}`, state: 'asked' };
    this.#tickets.set(ticket.number, ticket);
    this.#witness.asked(this.process.name, this.number, ticket.name, key);
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

  /** Reads an entry, alone or among all, and writes it if it is still as it was. */
  #swap(session: Session): void {
    const question = this.process.world.random.chance(0.5) ? ({ type: 'map.get', map: 'm', key: 'c' } as const) : ({ type: 'map.entries', map: 'm' } as const);
    this.#submit(session, question, (found) => {
      if (found instanceof HubError || this.#session !== session || this.#isClosing) return;
      const among = found.type === 'entries' ? found.entries.find(({ key }) => key === 'c') : found;
      const expect = among !== undefined && 'version' in among ? among.version : 0;
      this.#submit(session, { type: 'map.set', map: 'm', key: 'c', expect, value: JSON.stringify(this.#name) }, (stored) => {
        if (!(stored instanceof HubError) && stored.type === 'stored') this.#witness.swapped(expect, stored.version);
      });
    });
  }

  /** Stores something for a time, or looks whether it is still there. */
  #lend(session: Session): void {
    const { world } = this.process;
    const lease = this.#lease;
    const from = world.now;
    const { disturbances } = this.#folder;
    if (lease === 'asked') return;
    if (lease === undefined) {
      this.#lease = 'asked';
      const key = `lent by ${this.process.name}`;
      this.#submit(session, { type: 'map.set', map: 't', key, value: '1', lifetime: { ttl: LEASE } }, (stored) => {
        if (this.#session === session) this.#lease = stored instanceof HubError ? undefined : { key, from, to: world.now, disturbances };
      });
      return;
    }
    this.#submit(session, { type: 'map.get', map: 't', key: lease.key }, (found) => {
      if (found instanceof HubError || this.#session !== session) return;
      const isUndisturbed = lease.disturbances === this.#folder.disturbances;
      if (found.type === 'absent' && world.now < lease.from + LEASE - TICK) this.#witness.find('I13', `${lease.key} ended after ${world.now - lease.from} of ${LEASE} ms`);
      if (found.type === 'entry' && from > lease.to + LEASE + TICK && isUndisturbed) this.#witness.find('I13', `${lease.key} was read after ${from - lease.to} of ${LEASE} ms`);
      if (found.type === 'absent') this.#lease = undefined;
    });
  }

  #sees({ map, change }: Event & { readonly type: 'map.changed' }): void {
    const watched = this.#watched;
    if (map !== 'm') return;
    if (watched === undefined) return this.#witness.find('I12', `${this.#name} is told of a change before it is told the whole`);
    if (change.version <= watched.version) this.#witness.find('I12', `${this.#name} is told of version ${change.version} after ${watched.version}`);
    const sum = change.type === 'set' && change.key === 'n' ? Number(change.value) : watched.sum;
    if (change.type === 'set' && change.key === 'n' && sum !== watched.sum + 1) this.#witness.find('I12', `${this.#name} is told of the sum ${sum} after ${watched.sum}`);
    this.#watched = { version: change.version, sum };
  }

  #submit(session: Session, command: Submitted, settled: Settled): void {
    this.pending += 1;
    session.submit(command, (settlement) => {
      this.pending -= 1;
      if (this.process.isAlive) settled(settlement);
    });
  }
}

/** How long something is stored, in ms. */
const LEASE = 60;
/** The group's time is told in whole ms. */
const TICK = 1;

function valueOf(payload: Payload | { readonly value: unknown }): unknown {
  if (typeof payload === 'string') return JSON.parse(payload);
  return 'value' in payload ? payload.value : undefined;
}

/** The parts of a hub, and what each of them hears of its sessions, in which order. */
import { Asking } from './agreement/asking.js';
import { Elections } from './agreement/elections.js';
import { LineViews } from './agreement/line-views.js';
import { Locks } from './agreement/locks.js';
import { MapWatches } from './agreement/map-watches.js';
import { Members } from './agreement/members.js';
import { Tickets } from './agreement/tickets.js';
import type { HubOptions, StatusChange, Undelivered } from './api.js';
import { decode } from './codec/codec.js';
import { NO_CONTEXT } from './context.js';
import type { Context } from './context.js';
import { Deadlines } from './deadlines.js';
import { HubError } from './errors.js';
import { host as defaultHost } from './host.js';
import type { Host } from './host.js';
import { Inheritance } from './inheritance.js';
import { KeepAlive } from './keep-alive.js';
import type { AnnouncementPorts } from './messaging/announcement.js';
import { Answers } from './messaging/answers.js';
import { Calls } from './messaging/calls.js';
import { Gatherings } from './messaging/gatherings.js';
import type { Letter } from './messaging/letter.js';
import { Listeners } from './messaging/listeners.js';
import { Outbox } from './messaging/outbox.js';
import { Retries } from './messaging/retries.js';
import { RETAINED } from './protocol.js';
import type { Arrival, Candidate, Envelope, Event, Member } from './protocol.js';
import { Seat } from './seat.js';
import type { Occupant } from './seat.js';
import { Services } from './services/services.js';
import type { Session, Transport } from './transport.js';

export interface HubSetup extends HubOptions {
  readonly transport: Transport | Promise<Transport>;
  readonly pid: number;
  readonly host?: Host;
  /** What follows tasks. Without it, what is asked for in a body is not known to be. */
  readonly context?: Context;
}

/** How long who asks waits, in ms, when nothing else is said. */
export const DEFAULT_TIMEOUT = 30_000;

export class HubParts implements Occupant {
  readonly #setup: HubSetup;
  readonly keepAlive = new KeepAlive();
  readonly members = new Members(this.keepAlive);
  readonly deadlines: Deadlines;
  readonly seat: Seat;
  readonly outbox: Outbox;
  readonly announcing: AnnouncementPorts;
  readonly listeners: Listeners;
  readonly calls: Calls;
  readonly gatherings: Gatherings;
  readonly retries: Retries;
  readonly answers: Answers;
  readonly tickets: Tickets;
  readonly inheritance: Inheritance;
  readonly asking: Asking;
  readonly locks: Locks;
  readonly elections: Elections;
  readonly lineViews: LineViews;
  readonly watches: MapWatches;
  readonly services: Services;
  readonly statusListeners = new Set<(change: StatusChange) => void>();

  constructor(setup: HubSetup) {
    const { keepAlive, members: directory } = this;
    const { host = defaultHost } = setup;
    this.#setup = setup;
    const deadlines = new Deadlines(host);
    const seat = new Seat(setup.transport, this, deadlines);
    const outbox = new Outbox(directory, seat, keepAlive);
    this.deadlines = deadlines;
    this.seat = seat;
    this.outbox = outbox;
    this.announcing = { directory, authority: seat, isSuspended: () => seat.status === 'suspended', keepAlive, report: (error) => this.report(error) };
    this.listeners = new Listeners({ directory, interests: seat, keepAlive, report: (error) => this.report(error) });
    this.calls = new Calls(outbox, deadlines, keepAlive);
    this.gatherings = new Gatherings(this.calls, outbox, directory, keepAlive);
    this.retries = new Retries(deadlines, keepAlive, () => host.now());
    this.answers = new Answers({ host, deadlines, outbox, directory, interests: seat, keepAlive });
    this.tickets = new Tickets(seat, directory, deadlines, keepAlive);
    this.inheritance = new Inheritance(setup.inherit === true ? setup.context : undefined);
    this.asking = new Asking(this.tickets, host, setup.detectDeadlocks === false ? NO_CONTEXT : (setup.context ?? NO_CONTEXT), this.inheritance, setup.captureSites === true);
    this.locks = new Locks(this.asking, directory);
    this.elections = new Elections(this.asking, seat, directory, keepAlive);
    this.lineViews = new LineViews(seat, directory, keepAlive);
    this.watches = new MapWatches(seat);
    this.services = new Services({
      answers: this.answers,
      calls: this.calls,
      elections: this.elections,
      context: setup.context ?? NO_CONTEXT,
      deadlines,
      keepAlive,
      host,
      timeout: setup.timeout ?? DEFAULT_TIMEOUT,
      report: (error) => this.report(error),
    });
    seat.open();
  }

  introduce(transport: Transport): Candidate {
    const { name, labels = {}, pid } = this.#setup;
    return { id: crypto.randomUUID(), name: name ?? transport.suggestedName ?? `pid-${pid}`, labels, pid };
  }

  seated(session: Session): void {
    this.members.begin(session.member, session.members);
    this.outbox.opened(session);
  }

  received(envelope: Envelope<Arrival>): void {
    switch (envelope.type) {
      case 'message':
        return this.listeners.received(envelope);
      case 'request':
      case 'stream':
        return this.answers.received(envelope);
      case 'reply':
      case 'failure':
        return this.calls.answered(envelope);
      case 'cancel':
        return this.answers.cancelled(envelope);
      case 'chunk':
        return this.calls.chunkCame(envelope);
      case 'credit':
        return this.answers.credited(envelope);
      case 'input':
      case 'input.end':
      case 'input.failure':
        return this.answers.inputCame(envelope);
      case 'input.credit':
        return this.calls.credited(envelope);
    }
  }

  returned(envelope: Envelope<Arrival>, why: 'absent' | 'full'): void {
    if (envelope.type === 'request' || envelope.type === 'stream') this.calls.returned(envelope, why);
    else if (envelope.type === 'message') this.#undelivered(envelope.name, envelope.payload, envelope.member);
  }

  heard(event: Event): void {
    switch (event.type) {
      case 'listeners':
        this.outbox.heard(event.of, event.name, event.members);
        if (event.of === 'method') this.services.heard(event.name, event.members);
        return;
      case 'lock.granted':
        return this.tickets.granted(event.ticket, event.token);
      case 'lock.lost':
        return this.tickets.taken(event.ticket, event.reason);
      case 'lock.standing':
        return this.tickets.standing(event.tickets);
      case 'leader':
        return this.elections.heard(event.name, event.member, event.token);
      case 'map.changed':
        return event.map === RETAINED ? this.listeners.retainedChanged(event.change) : this.watches.changed(event.map, event.change);
      case 'map.transacted':
        return this.watches.transacted(event.map, event.version, event.changes);
      case 'map.whole':
        return event.map === RETAINED ? this.listeners.retained(event.entries) : this.watches.whole(event.map, event.version, event.entries);
      case 'member.joined':
        return this.members.joined(event.member);
      case 'member.left':
        this.calls.memberLeft(event.number);
        this.answers.memberLeft(event.number);
        this.services.memberLeft(event.number, this.members.member(event.number));
        return this.members.left(event.number, event.reason);
    }
  }

  interrupted(error: HubError): void {
    this.calls.lost(error);
    this.answers.lost(error);
  }

  lost(error: HubError): void {
    this.outbox.lost();
    this.calls.lost(error);
    this.answers.lost(error);
    this.services.lost();
    this.tickets.lost('LOST', error);
  }

  closed(error: HubError): void {
    // Whoever waits for something hears of it there.
    if (error.code !== 'CLOSED' && !this.keepAlive.hasPending && this.statusListeners.size === 0) this.report(error);
    this.outbox.closed(error);
    this.gatherings.closed(error);
    this.calls.closed(error);
    this.retries.closed(error);
    this.services.closed(error);
    this.answers.stop();
    this.answers.lost(error);
    this.tickets.lost('CLOSED', error);
    this.listeners.closed();
    this.watches.closed(error);
    this.elections.closed();
    this.members.closed(error);
  }

  statusChanged(change: StatusChange): void {
    if (change.status === 'seated') this.#resumed();
    for (const listener of [...this.statusListeners]) this.#tell(listener, change);
  }

  /** A message that was never sent. */
  readonly stranded = ({ name, payload, to }: Letter): void => {
    this.#undelivered(name, payload, to);
  };

  /** Hears what users' functions throw when nobody else can. */
  report(error: unknown): void {
    const { onError = throwUncaught } = this.#setup;
    try {
      onError(error);
    } catch (thrown) {
      throwUncaught(thrown);
    }
  }

  /** All interests are followed by now: by the outcome of any command, what their topics keep has been told. */
  #resumed(): void {
    if (this.listeners.doubt()) this.seat.submit({ type: 'map.size', map: RETAINED }, (settlement) => settlement instanceof HubError || this.listeners.settle());
    this.outbox.resumed();
  }

  #undelivered(topic: string, payload: Arrival, to: Member | number | string | undefined): void {
    const { onUndelivered } = this.#setup;
    if (onUndelivered === undefined) return;
    const message: Undelivered = { topic, value: decode(payload), to };
    // Later: `send` may still be on the stack, and throws only what is its own.
    queueMicrotask(() => this.#tell(onUndelivered, message));
  }

  #tell<T>(listener: (value: T) => void, value: T): void {
    try {
      listener(value);
    } catch (error) {
      this.report(error);
    }
  }
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

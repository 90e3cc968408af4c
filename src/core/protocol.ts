/**
 * The words that cross processes: what members tell each other, ask of the authority and hear from it.
 * Types only. Every transport carries exactly these, and the ledger knows nothing else.
 */

/** A process with a seat in the group, as everyone sees it. */
export interface Member {
  /** Unique for ever: a fresh one for each session. */
  readonly id: string;
  /** The member's address in its group: given in the order of joining, never given twice within an epoch. */
  readonly number: number;
  /** What people call it: `primary`, `worker-3`, `pid-4711`, or the `name` option. Need not be unique. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
}

/** A member before the authority has given it its number. */
export type Candidate = Omit<Member, 'number'>;

/**
 * A user's value, encoded once, by its sender: JSON text where JSON keeps it (`''` is `undefined`), else bytes.
 * It is opaque to whoever stands between the ends.
 */
export type Payload = string | Encoded;

export interface Encoded {
  /**
   * `tagged`: our own form for what JSON would lose. `stream`: of a request only, whose input comes in parts. The others
   * are a user's bytes as they are.
   */
  readonly form: 'tagged' | 'buffer' | 'bytes' | 'stream';
  readonly bytes: Uint8Array;
}

/** A payload on its last metres: JSON texts that travelled together are parsed together, so some arrive as values. */
export type Arrival = Payload | Parsed;

export interface Parsed {
  readonly value: unknown;
}

/** In place of a member's number: every other member that listens to the name. */
export const EVERYONE = 0;

export type EnvelopeType =
  | 'message' // to a topic's listeners
  | 'request' // to a method's handler; answered by one reply or one failure
  | 'stream' // a request whose answer may come in parts, before the reply or the failure
  | 'reply'
  | 'failure' // the payload is what the handler threw
  | 'cancel' // the asker has gone: nobody waits for the answer any more
  | 'chunk' // a part of an answer
  | 'credit' // the asker has read so many parts of an answer
  | 'input' // a part of a request's input, which is sent when it was asked for
  | 'input.end'
  | 'input.failure' // the payload is what the asker's source threw
  | 'input.credit'; // the handler wants so many more parts of the input

/** What one member tells another: at most once, in order for each pair of members, across all types. */
export interface Envelope<P extends Arrival = Payload> {
  readonly type: EnvelopeType;
  /** The other end: on the way out whom it is for (or `EVERYONE`), on the way in whom it is from. */
  readonly member: number;
  /** The topic or the method; `''` where `call` says it all. */
  readonly name: string;
  /** Which of the asker's calls this belongs to: 1 to 2^31 - 1; 0 for a message. */
  readonly call: number;
  /**
   * A number, as its type has one. Of a request: how long the asker goes on waiting, in ms, from its arrival on; 0 is
   * without limit. Of a part: how many came before it. Of credit: for how many parts.
   */
  readonly extra: number;
  readonly payload: P;
}

/** What a member asks of the authority: applied exactly once, in one order for the whole group. */
export type Command =
  | { readonly type: 'member.join'; readonly member: Candidate }
  | { readonly type: 'member.leave'; readonly number: number; readonly reason: LeaveReason }
  /** What time it is for the authority, in ms: it never goes back within a group's life. What ends by then is over. */
  | { readonly type: 'time'; readonly now: number }
  | LockCommand
  | MapCommand;

/** `closed`: it said good-bye. `lost`: its link ended without one, which on one host means that the process has died. */
export type LeaveReason = 'closed' | 'lost';

/** A ticket is a member's own number for its place in a line, or in several; a member never has two alive under one number. */
export type LockCommand =
  /** Without terms it is for one lock, and for its holder alone. */
  | { readonly type: 'lock.acquire'; readonly key: string; readonly ticket: number; readonly wait: boolean; readonly terms?: Terms }
  | { readonly type: 'lock.release'; readonly ticket: number }
  /** From now on others may share what the ticket holds. */
  | { readonly type: 'lock.downgrade'; readonly ticket: number }
  /** Every line, with so many tickets at most. */
  | { readonly type: 'lock.lines'; readonly most: number };

/** Keys of different spaces have nothing to do with each other. */
export type Space = 'lock' | 'semaphore' | 'election';

/** How a ticket is to hold its keys, and how it waits for them. */
export interface Terms {
  /** Absent is `lock`. */
  readonly space?: Space;
  /** It is for these too, all or none. */
  readonly moreKeys?: readonly string[];
  /** Others that share may hold the key with it. */
  readonly mode?: 'shared';
  /** Of a semaphore: how many permits it takes, and how many there are. */
  readonly permits?: number;
  readonly limit?: number;
  /** Takes the keys from whoever holds them. */
  readonly steal?: boolean;
  /** It does not wait where so many wait already. */
  readonly maxWaiters?: number;
  /** How long it may hold, in ms. */
  readonly maxHold?: number;
  /** The asker's own ticket that will not be released before this one is granted. */
  readonly within?: number;
  /** Where in the asker's code it was asked for. */
  readonly site?: string;
}

/** `expect`: the version that the entry must have for the command to apply; 0 is "no entry". */
export type MapCommand =
  | { readonly type: 'map.get'; readonly map: string; readonly key: string }
  /** Those of the keys that are there, as they are at one moment. */
  | { readonly type: 'map.pick'; readonly map: string; readonly keys: readonly string[] }
  | {
      readonly type: 'map.set';
      readonly map: string;
      readonly key: string;
      readonly expect?: number;
      readonly value: Payload;
      /** Absent: the entry lives as long as its map lets it. */
      readonly lifetime?: Lifetime;
      readonly terms?: MapTerms;
    }
  | { readonly type: 'map.delete'; readonly map: string; readonly key: string; readonly expect?: number }
  /** An entry that is there already goes on ending when it was to end. */
  | { readonly type: 'map.add'; readonly map: string; readonly key: string; readonly amount: number; readonly terms?: MapTerms }
  | Transaction
  | { readonly type: 'map.entries'; readonly map: string }
  | { readonly type: 'map.size'; readonly map: string }
  | { readonly type: 'map.clear'; readonly map: string };

/** If all conditions hold, `then` is done, else `otherwise`: all of it, or nothing where a part of it cannot be. */
export interface Transaction {
  readonly type: 'map.transact';
  readonly map: string;
  readonly conditions: readonly Condition[];
  readonly then: readonly Step[];
  readonly otherwise: readonly Step[];
  readonly terms?: MapTerms;
}

export interface Condition {
  readonly key: string;
  readonly expect: number | 'present';
}

export type Step =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'set'; readonly key: string; readonly value: Payload; readonly lifetime?: Lifetime }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'add'; readonly key: string; readonly amount: number };

/** When an entry ends, if nobody ends it before. */
export interface Lifetime {
  /** In ms. Absent: its map's. */
  readonly ttl?: number;
  /** It goes with the member that has set it. */
  readonly ephemeral?: boolean;
}

/** What holds for all of a map. The first that say something of it say it for all; who says nothing takes it as it is. */
export interface MapTerms {
  /** How long an entry lives that was set without saying so, in ms. */
  readonly ttl?: number;
  /** When there is more than this, what was used longest ago goes. */
  readonly maxEntries?: number;
  /** Keys and values together: texts by their length, others by their bytes. */
  readonly maxBytes?: number;
  /** It stays when the last member has left. */
  readonly durable?: boolean;
}

/** What became of a command. */
export type Outcome =
  | { readonly type: 'joined'; readonly number: number; readonly members: readonly Member[] }
  | { readonly type: 'left' }
  /** It holds the key. */
  | { readonly type: 'granted'; readonly token: number }
  /** It stands in line; `lock.granted` will follow unless it is taken out first. */
  | { readonly type: 'waiting' }
  /** It was not to wait, and would have had to. */
  | { readonly type: 'unavailable' }
  /** So many wait already as it said are enough. */
  | { readonly type: 'full' }
  /** The semaphore has another number of permits, as whoever opened it said. */
  | { readonly type: 'other-limit'; readonly limit: number }
  /** It would have waited for ever: each of the circle keeps back the one before it, and the first, which is this one, the last. */
  | { readonly type: 'deadlock'; readonly circle: readonly Deadlocked[] }
  /** As of `now` on the authority's clock. `isWhole`: whether these are all. */
  | { readonly type: 'lines'; readonly now: number; readonly isWhole: boolean; readonly lines: readonly LineState[] }
  /** Whether there was such a ticket (of a release), such an entry (of a delete), or anything at all (of a clear). */
  | { readonly type: 'removed'; readonly removed: boolean; readonly seq: number }
  /** The entry's new version; 0 when `undefined` was set, for then there is none. */
  | { readonly type: 'stored'; readonly version: number }
  | { readonly type: 'sum'; readonly version: number; readonly sum: number }
  | { readonly type: 'entry'; readonly version: number; readonly value: Payload }
  | { readonly type: 'absent' }
  /** `expect` did not hold; 0 is "no entry". Nothing was changed. */
  | { readonly type: 'conflict'; readonly version: number }
  | { readonly type: 'entries'; readonly version: number; readonly entries: readonly MapEntry[] }
  | { readonly type: 'count'; readonly count: number }
  /** The map has other terms, as whoever opened it said. Nothing was changed. */
  | { readonly type: 'other-terms'; readonly terms: MapTerms }
  /** It alone would be more than its map may hold. Nothing was changed. */
  | { readonly type: 'too-large'; readonly limit: number }
  /** One result a step. `version`: of all that it has changed; 0 when that is nothing. */
  | { readonly type: 'transacted'; readonly succeeded: boolean; readonly version: number; readonly results: readonly StepResult[] }
  /** `add` found something else than a finite number, or would have made it. Nothing was changed. */
  | { readonly type: 'not-a-number' }
  /** The command makes no sense to the ledger; nothing was changed. */
  | { readonly type: 'invalid'; readonly reason: string };

/** What became of a step: what would have become of the command that it stands for. */
export type StepResult = Extract<Outcome, { readonly type: 'entry' | 'absent' | 'stored' | 'removed' | 'sum' }>;

/** One ticket of a circle: it holds the key, or waits for it. */
export interface Deadlocked {
  readonly member: number;
  readonly space: Space;
  readonly key: string;
  readonly holds: boolean;
  readonly site?: string;
}

export interface LineState {
  readonly space: Space;
  readonly key: string;
  /** Of a semaphore: how many permits there are. */
  readonly limit?: number;
  /** How many wait: more than are told, when not all are. */
  readonly waiting: number;
  /** In order. */
  readonly tickets: readonly TicketState[];
}

export interface TicketState {
  readonly member: number;
  readonly ticket: number;
  /** 0 while it waits. */
  readonly token: number;
  /** When it began to wait or to hold, on the authority's clock. */
  readonly since: number;
  readonly mode: 'exclusive' | 'shared';
  /** Of a semaphore: how many it takes. */
  readonly permits?: number;
  readonly site?: string;
}

export interface MapEntry {
  readonly key: string;
  readonly version: number;
  readonly value: Payload;
}

/** What a member hears from the authority, in the authority's order. */
export type Event =
  | { readonly type: 'member.joined'; readonly member: Member }
  /** Told after all that follows from it: its locks have been passed on, its listeners are gone. */
  | { readonly type: 'member.left'; readonly number: number; readonly reason: LeaveReason }
  | { readonly type: 'lock.granted'; readonly ticket: number; readonly token: number }
  /** What the ticket held is taken from it. */
  | { readonly type: 'lock.lost'; readonly ticket: number; readonly reason: LossReason }
  /** All tickets that the member has in any line, told when it comes back: of any other it has missed the loss. */
  | { readonly type: 'lock.standing'; readonly tickets: readonly number[] }
  /** Who leads, at once and at every change; member 0 is nobody. */
  | { readonly type: 'leader'; readonly name: string; readonly member: number; readonly token: number }
  | { readonly type: 'map.changed'; readonly map: string; readonly change: MapChange }
  /** What one transaction has changed: no follower sees a part of it. */
  | { readonly type: 'map.transacted'; readonly map: string; readonly version: number; readonly changes: readonly MapChange[] }
  /** Everything that is in a map: the first thing that a follower hears of it. */
  | { readonly type: 'map.whole'; readonly map: string; readonly version: number; readonly entries: readonly MapEntry[] }
  /** Who listens to a topic or handles a method, whole, each time that it changes. */
  | { readonly type: 'listeners'; readonly of: 'topic' | 'method'; readonly name: string; readonly members: readonly number[] };

/** `stolen`: another took it by force. `expired`: it was held for longer than it was to be. */
export type LossReason = 'stolen' | 'expired';

/** `version` is the seq of the command that made the change: it only rises. */
export type MapChange =
  | { readonly type: 'set'; readonly key: string; readonly version: number; readonly value: Payload }
  | { readonly type: 'delete'; readonly key: string; readonly version: number; readonly ended?: Ended }
  | { readonly type: 'clear'; readonly version: number };

/** Why an entry has gone that nobody has deleted. `left`: it was bound to a member. */
export interface Ended {
  readonly reason: 'expired' | 'evicted' | 'left';
  /** Of the entry, as it was last. */
  readonly version: number;
}

/** What a member wants to hear of. */
export type Interest =
  /**
   * Messages to a topic; a pattern may hold `*` (one token) and end in `>` (one or more), tokens are split by `.`. It is an
   * interest in what its topics keep as well: `map.whole` of that part of the map `RETAINED`, if there is anything, then each
   * `map.changed`, with no gap, and in order with the messages.
   */
  | { readonly type: 'topic'; readonly name: string }
  /** Requests for a method. */
  | { readonly type: 'method'; readonly name: string }
  /** Changes of a map: `map.whole` first, then each `map.changed`, with no gap. */
  | { readonly type: 'map'; readonly name: string }
  /** Who leads by an election: `leader` at once, and at every change. */
  | { readonly type: 'leader'; readonly name: string }
  /** Who listens to one topic, or handles one method: `listeners` at once, and at every change. */
  | { readonly type: 'topic.listeners'; readonly name: string }
  | { readonly type: 'method.listeners'; readonly name: string };

/** The map in which topics keep values: a topic's entry holds who said it, and the payload. */
export const RETAINED = 'interhub.retained';

/** The longest key, topic, method or map name, in bytes of UTF-8. */
export const MAX_NAME_BYTES = 1024;

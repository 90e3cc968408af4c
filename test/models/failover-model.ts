/**
 * The fail-over as a model: one lock, some members that ask for it and give it back, and a broker that is killed between
 * any two steps and succeeded. The search visits every state that can be reached, and stops at the first in which a
 * promise is broken. `guards` lets a safeguard be taken out, to see that the search would find what it is for.
 */

export interface Guards {
  /** What was agreed is written down for the next broker, with the outcomes that its asker may not have heard of. */
  readonly journal: boolean;
  readonly outcomes: boolean;
  /** It is written down before anybody is told. */
  readonly writesFirst: boolean;
  /** What is asked again is asked under the same number. */
  readonly sameNumber: boolean;
  /** Who does not come back is given up when he is proved dead, not when a time is over. */
  readonly proof: boolean;
  /** Who comes back is told of what he was granted meanwhile. */
  readonly grantsAgain: boolean;
}

export const ALL_GUARDS: Guards = { journal: true, outcomes: true, writesFirst: true, sameNumber: true, proof: true, grantsAgain: true };

export interface Bounds {
  readonly members: number;
  /** How often each member asks for the lock. */
  readonly asks: number;
  /** How many brokers are killed, and how many members. */
  readonly kills: number;
  readonly deaths: number;
}

export interface Search {
  readonly states: number;
  /** How a promise came to be broken, in the fewest steps, the breach last; `undefined`: never. */
  readonly story: readonly string[] | undefined;
}

interface Command {
  number: number;
  readonly type: 'acquire' | 'release';
  readonly ticket: number;
}

type ToBroker = { readonly say: 'hello' | 'resumed' } | { readonly say: 'command'; readonly command: Command; readonly oldest: number };

type ToMember =
  | { readonly say: 'welcome' | 'refused' }
  /** Token 0: it waits. */
  | { readonly say: 'outcome'; readonly number: number; readonly token: number }
  | { readonly say: 'granted'; readonly ticket: number; readonly token: number };

interface Member {
  life: 'idle' | 'asks' | 'waits' | 'holds' | 'lost' | 'dead';
  asks: number;
  ticket: number;
  numbers: number;
  /** Commands without an outcome. */
  readonly pending: Command[];
  /** Those who were known to wait when it asked. */
  ahead: number[];
  /** The epoch of the broker at the other end of its link; 0 is none. */
  epoch: number;
  isSeated: boolean;
  sent: ToBroker[];
  told: ToMember[];
}

interface Place {
  readonly member: number;
  readonly ticket: number;
  token: number;
}

/** What a broker knows, and what its journal holds. */
interface Books {
  members: number[];
  line: Place[];
  outcomes: { readonly member: number; readonly number: number; readonly token: number }[];
  token: number;
}

interface State {
  kills: number;
  deaths: number;
  epoch: number;
  /** Its books while a broker lives, and whom it awaits. */
  broker: { books: Books; awaited: number[] } | null;
  journal: Books;
  readonly members: Member[];
  /** The highest token that anybody held by. */
  token: number;
  breach: string;
}

export function search({ members, asks, kills, deaths }: Bounds, guards: Guards): Search {
  const everybody = Array.from({ length: members }, (_, i) => i);
  const books: Books = { members: everybody, line: [], outcomes: [], token: 0 };
  const begin = (): Member => ({ life: 'idle', asks, ticket: 0, numbers: 0, pending: [], ahead: [], epoch: 1, isSeated: true, sent: [], told: [] });
  const start = encode({ kills, deaths, epoch: 1, broker: { books, awaited: [] }, journal: books, members: everybody.map(begin), token: 0, breach: '' });
  const cameFrom = new Map<string, readonly [from: string, act: string]>([[start, ['', 'it begins']]]);
  for (const key of cameFrom.keys()) {
    let isStuck = true;
    const before = decode(key);
    for (const { act, run, isFault } of acts(before, guards)) {
      const state = copy(before);
      run(state);
      if (!isFault) isStuck = false;
      const next = encode(state);
      if (!cameFrom.has(next)) cameFrom.set(next, [key, act]);
      if (state.breach !== '') return { states: cameFrom.size, story: [...tell(next, cameFrom), state.breach] };
    }
    if (isStuck && before.members.some(({ life }) => life === 'asks' || life === 'waits')) {
      return { states: cameFrom.size, story: [...tell(key, cameFrom), 'somebody waits for ever'] };
    }
  }
  return { states: cameFrom.size, story: undefined };
}

interface Act {
  readonly act: string;
  readonly isFault: boolean;
  readonly run: (state: State) => void;
}

/** All that can happen next. */
function acts(state: State, guards: Guards): readonly Act[] {
  const possible: Act[] = [];
  const may = (act: string, run: (state: State) => void, isFault = false): void => void possible.push({ act, run, isFault });
  const { broker, members } = state;
  members.forEach((member, i) => {
    const isLinked = broker !== null && member.epoch === state.epoch;
    if (isLinked && member.sent.length > 0) may(`the broker hears "${member.sent[0]?.say}" of ${i}`, (to) => hear(to, i, guards));
    if (member.life === 'dead') {
      if (isLinked) may(`the broker sees the end of ${i}`, (to) => end(to, i, guards));
    } else if (member.life !== 'lost') {
      if (member.told.length > 0) may(`${i} hears "${member.told[0]?.say}"`, (to) => listen(to, i, guards));
      if (member.life === 'idle' && member.asks > 0) may(`${i} asks`, (to) => ask(to, i));
      if (member.life === 'holds') may(`${i} gives it back`, (to) => giveBack(to, i));
      if (member.epoch !== 0 && !isLinked) may(`${i} loses its link`, (to) => unlink(at(to.members, i)));
      if (member.epoch === 0 && broker !== null) may(`${i} comes back`, (to) => comeBack(to, i));
      if (state.deaths > 0) may(`${i} dies`, (to) => die(to, i), true);
    }
    if (broker?.awaited.includes(i) === true && (member.life === 'dead' || member.life === 'lost' || !guards.proof)) may(`${i} is given up`, (to) => end(to, i, guards));
  });
  if (broker === null) may('the next broker begins', (to) => succeed(to, guards));
  else if (!guards.writesFirst && JSON.stringify(broker.books) !== JSON.stringify(state.journal)) may('the broker writes', write);
  if (broker !== null && state.kills > 0) may('the broker is killed', kill, true);
  return possible;
}

function ask(state: State, i: number): void {
  const member = at(state.members, i);
  member.asks -= 1;
  member.ticket += 1;
  member.life = 'asks';
  member.ahead = state.members.flatMap(({ life }, other) => (life === 'waits' ? [other] : []));
  submit(member, 'acquire');
}

function giveBack(state: State, i: number): void {
  const member = at(state.members, i);
  member.life = 'idle';
  submit(member, 'release');
}

function submit(member: Member, type: Command['type']): void {
  const command = { number: ++member.numbers, type, ticket: member.ticket };
  member.pending.push(command);
  if (member.isSeated) say(member, command);
}

function say(member: Member, command: Command): void {
  member.sent.push({ say: 'command', command: { ...command }, oldest: at(member.pending, 0).number });
}

function unlink(member: Member): void {
  member.epoch = 0;
  member.isSeated = false;
  member.sent = [];
  member.told = [];
}

function comeBack(state: State, i: number): void {
  const member = at(state.members, i);
  member.epoch = state.epoch;
  member.sent.push({ say: 'hello' });
}

function die(state: State, i: number): void {
  const member = at(state.members, i);
  state.deaths -= 1;
  member.life = 'dead';
  member.told = [];
  stopWaiting(state, i);
}

/** A member hears the broker. */
function listen(state: State, i: number, guards: Guards): void {
  const member = at(state.members, i);
  const told = member.told.shift();
  if (told === undefined) return;
  switch (told.say) {
    case 'welcome':
      member.isSeated = true;
      for (const command of member.pending) {
        if (!guards.sameNumber) command.number = ++member.numbers;
        say(member, command);
      }
      member.sent.push({ say: 'resumed' });
      return;
    case 'refused':
      member.life = 'lost';
      unlink(member);
      return stopWaiting(state, i);
    case 'outcome': {
      const command = member.pending.find(({ number }) => number === told.number);
      if (command === undefined) return;
      member.pending.splice(member.pending.indexOf(command), 1);
      if (command.type === 'release' || member.life !== 'asks' || command.ticket !== member.ticket) return;
      member.life = 'waits';
      if (told.token !== 0) hold(state, i, told.token);
      return;
    }
    case 'granted':
      if (member.life === 'waits' && told.ticket === member.ticket) hold(state, i, told.token);
      return;
  }
}

/** From here on it believes that the lock is its own: this is where promises are kept or broken. */
function hold(state: State, i: number, token: number): void {
  const { ahead } = at(state.members, i);
  if (state.members.some(({ life }) => life === 'holds')) state.breach = 'two hold it';
  else if (token <= state.token) state.breach = 'a token has come before';
  else if (ahead.length > 0) state.breach = 'one who waited was overtaken';
  state.token = token;
  at(state.members, i).life = 'holds';
  stopWaiting(state, i);
}

function stopWaiting(state: State, i: number): void {
  at(state.members, i).ahead = [];
  for (const member of state.members) member.ahead = member.ahead.filter((other) => other !== i);
}

/** The broker hears a member. */
function hear(state: State, i: number, guards: Guards): void {
  const { broker } = state;
  const member = at(state.members, i);
  const said = member.sent.shift();
  if (broker === null || said === undefined) return;
  switch (said.say) {
    case 'hello':
      member.told.push({ say: broker.awaited.includes(i) ? 'welcome' : 'refused' });
      return;
    case 'resumed':
      if (!broker.awaited.includes(i)) return;
      broker.awaited = broker.awaited.filter((other) => other !== i);
      if (!guards.grantsAgain) return;
      for (const { member: whose, ticket, token } of broker.books.line) if (whose === i && token !== 0) member.told.push({ say: 'granted', ticket, token });
      return;
    case 'command': {
      const kept = broker.awaited.includes(i) ? broker.books.outcomes.find((outcome) => outcome.member === i && outcome.number === said.command.number) : undefined;
      if (kept === undefined) return apply(state, broker.books, i, said.command, said.oldest, guards);
      member.told.push({ say: 'outcome', number: kept.number, token: kept.token });
      return;
    }
  }
}

function apply(state: State, books: Books, i: number, { number, type, ticket }: Command, oldest: number, guards: Guards): void {
  const { told } = at(state.members, i);
  if (type === 'acquire') {
    const place: Place = { member: i, ticket, token: 0 };
    books.line.push(place);
    if (books.line.length === 1) place.token = ++books.token;
    told.push({ say: 'outcome', number, token: place.token });
    if (guards.outcomes) keep(books, i, number, place.token, oldest);
  } else {
    const index = books.line.findIndex((place) => place.member === i && place.ticket === ticket);
    told.push({ say: 'outcome', number, token: 0 });
    if (guards.outcomes) keep(books, i, number, 0, oldest);
    if (index !== -1) {
      books.line.splice(index, 1);
      grantFirst(state, books);
    }
  }
  if (guards.writesFirst) write(state);
}

function keep(books: Books, member: number, number: number, token: number, oldest: number): void {
  books.outcomes = books.outcomes.filter((kept) => kept.member !== member || kept.number >= oldest);
  books.outcomes.push({ member, number, token });
}

function grantFirst(state: State, books: Books): void {
  const [first] = books.line;
  if (first === undefined || first.token !== 0) return;
  first.token = ++books.token;
  const member = at(state.members, first.member);
  if (member.epoch === state.epoch && member.isSeated) member.told.push({ say: 'granted', ticket: first.ticket, token: first.token });
}

/** A member has ended, or is taken for dead: it leaves the line. */
function end(state: State, i: number, guards: Guards): void {
  const { broker } = state;
  const member = at(state.members, i);
  if (broker === null) return;
  if (member.life === 'dead') unlink(member);
  broker.awaited = broker.awaited.filter((other) => other !== i);
  broker.books.members = broker.books.members.filter((other) => other !== i);
  broker.books.outcomes = broker.books.outcomes.filter((kept) => kept.member !== i);
  broker.books.line = broker.books.line.filter((place) => place.member !== i);
  grantFirst(state, broker.books);
  if (guards.writesFirst) write(state);
}

function write(state: State): void {
  if (state.broker !== null) state.journal = copyBooks(state.broker.books);
}

/** What it has not read is gone; what it has written may still be heard. */
function kill(state: State): void {
  state.kills -= 1;
  state.broker = null;
  for (const member of state.members) member.sent = [];
}

function succeed(state: State, guards: Guards): void {
  state.epoch += 1;
  // Tokens rise by the clock where nothing is known of those before.
  const forgotten: Books = { members: state.members.map((_, i) => i), line: [], outcomes: [], token: state.epoch * 10 };
  const books = guards.journal ? copyBooks(state.journal) : forgotten;
  state.broker = { books, awaited: [...books.members] };
}

function tell(key: string, cameFrom: ReadonlyMap<string, readonly [from: string, act: string]>): readonly string[] {
  const story: string[] = [];
  for (let step = cameFrom.get(key); step !== undefined; step = cameFrom.get(step[0])) story.unshift(step[1]);
  return story;
}

function encode(state: State): string {
  return JSON.stringify(state);
}

function decode(key: string): State {
  return JSON.parse(key) as State;
}

/** What is never changed in place is shared. */
function copy(state: State): State {
  return {
    ...state,
    broker: state.broker === null ? null : { books: copyBooks(state.broker.books), awaited: state.broker.awaited },
    members: state.members.map((member) => ({ ...member, pending: member.pending.map((command) => ({ ...command })), sent: [...member.sent], told: [...member.told] })),
  };
}

function copyBooks(books: Books): Books {
  return { ...books, line: books.line.map((place) => ({ ...place })), outcomes: [...books.outcomes] };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`The model has no ${index}.`);
  return item;
}

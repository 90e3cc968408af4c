/**
 * The take-over as a model: some processes, each of which may stop between any two steps, end at any moment and start
 * again. The search visits every state that can be reached. `guards` lets a safeguard be taken out, to see that the
 * search would find what it is for.
 */

export interface Guards {
  /** A broker is succeeded only when it is proved dead. */
  readonly probe: boolean;
  /** Who has published looks again whether the past has gone by the name. */
  readonly recheck: boolean;
}

export interface Search {
  readonly states: number;
  /** How two processes came to serve at once, in the fewest steps; `undefined`: never. */
  readonly story: readonly string[] | undefined;
}

/** Generations are numbered from 1; 0 is the beginning. Each is absent, dead, or alive in the process with that index. */
const ABSENT = -2;
const DEAD = -1;

/** The highest generation that `endings` can lead to must be lower, else the search throws. */
const GENERATIONS = 6;

/** What a process does next. From `writes` on it counts as serving. */
const STEPS = ['reads', 'walks', 'makes sure', 'probes', 'publishes', 'checks', 'writes', 'collects'] as const;
type Step = (typeof STEPS)[number];

interface Process {
  step: Step;
  /** The generation that it takes for the last one. */
  last: number;
}

interface State {
  current: number;
  /** How many processes may still end. */
  endings: number;
  readonly processes: Process[];
  /** At index n: generation n + 1. */
  readonly generations: number[];
}

export function search(processes: number, endings: number, guards: Guards): Search {
  const start = encode({
    current: 0,
    endings,
    processes: Array.from({ length: processes }, () => ({ step: 'reads', last: 0 })),
    generations: Array.from({ length: GENERATIONS }, () => ABSENT),
  });
  const cameFrom = new Map<number, number>([[start, start]]);
  for (const key of cameFrom.keys()) {
    for (const next of successors(key, processes, guards)) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, key);
      if (serving(decode(next, processes)) > 1) return { states: cameFrom.size, story: tell(next, cameFrom, processes) };
    }
  }
  return { states: cameFrom.size, story: undefined };
}

function successors(key: number, count: number, guards: Guards): readonly number[] {
  const next: number[] = [];
  for (let index = 0; index < count; index++) {
    const acted = decode(key, count);
    act(acted, index, guards);
    next.push(encode(acted));

    const ended = decode(key, count);
    if (ended.endings > 0) {
      end(ended, index);
      next.push(encode(ended));
    }
  }
  return next;
}

function act(state: State, index: number, guards: Guards): void {
  const process = at(state.processes, index);
  switch (process.step) {
    case 'reads':
      process.last = state.current;
      process.step = 'walks';
      return;
    case 'walks':
      if (generation(state, process.last + 1) === ABSENT) process.step = 'makes sure';
      else process.last++;
      return;
    case 'makes sure':
      if (process.last === 0) process.step = 'publishes';
      else if (generation(state, process.last) === ABSENT) begin(process);
      else process.step = 'probes';
      return;
    case 'probes':
      if (generation(state, process.last) === DEAD || !guards.probe) process.step = 'publishes';
      else begin(process);
      return;
    case 'publishes':
      if (generation(state, process.last + 1) !== ABSENT) return begin(process);
      state.generations[process.last] = index;
      process.step = 'checks';
      return;
    case 'checks':
      if (state.current <= process.last || !guards.recheck) {
        process.step = 'writes';
        return;
      }
      if (generation(state, process.last + 1) === index) state.generations[process.last] = DEAD;
      begin(process);
      return;
    case 'writes':
      state.current = process.last + 1;
      process.step = 'collects';
      return;
    case 'collects': {
      // The most eager collector: it keeps nothing but the current generation.
      const lowest = state.generations.findIndex((life) => life !== ABSENT);
      if (lowest + 1 < state.current) state.generations[lowest] = ABSENT;
      return;
    }
  }
}

/** By death or by its own will: its sockets refuse from now on, and it may start again. */
function end(state: State, index: number): void {
  state.endings--;
  state.generations.forEach((life, n) => {
    if (life === index) state.generations[n] = DEAD;
  });
  begin(at(state.processes, index));
}

function begin(process: Process): void {
  process.step = 'reads';
  process.last = 0;
}

function serving(state: State): number {
  return state.processes.filter(({ step }) => step === 'writes' || step === 'collects').length;
}

function generation(state: State, number: number): number {
  return at(state.generations, number - 1);
}

function tell(key: number, cameFrom: ReadonlyMap<number, number>, count: number): readonly string[] {
  const story: string[] = [];
  for (let [now, before] = [key, cameFrom.get(key)]; before !== undefined && before !== now; [now, before] = [before, cameFrom.get(before)]) {
    const [from, to] = [decode(before, count), decode(now, count)];
    const who = from.processes.findIndex((process, n) => process.step !== to.processes[n]?.step || process.last !== to.processes[n]?.last);
    const doing = from.processes[who];
    if (doing === undefined) story.unshift('the broker collects');
    else story.unshift(from.endings > to.endings ? `${who} ends` : `${who} ${doing.step}, last is ${doing.last}`);
  }
  return story;
}

/** A state is one safe integer: its parts as digits of mixed base. */
function encode(state: State): number {
  let key = state.endings * GENERATIONS + state.current;
  for (const life of state.generations) key = key * (state.processes.length + 2) + (life - ABSENT);
  for (const { step, last } of state.processes) key = (key * STEPS.length + STEPS.indexOf(step)) * GENERATIONS + last;
  if (!Number.isSafeInteger(key)) throw new RangeError('The model has outgrown its encoding.');
  return key;
}

function decode(key: number, count: number): State {
  const take = (base: number): number => {
    const digit = key % base;
    key = (key - digit) / base;
    return digit;
  };
  const processes = Array.from({ length: count }, () => ({ last: take(GENERATIONS), step: at(STEPS, take(STEPS.length)) })).reverse();
  const generations = Array.from({ length: GENERATIONS }, () => take(count + 2) + ABSENT).reverse();
  return { current: take(GENERATIONS), endings: key, processes, generations };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`The model has no ${index}: it needs more generations.`);
  return item;
}

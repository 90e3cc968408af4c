/**
 * Whether a recorded history could be that of one object that does one thing at a time: whether each operation can be given
 * a moment between its call and its answer so that all answers are right. It is the search of Wing and Gong with the memory
 * of Lowe, as in Porcupine and Knossos. An operation that was never answered may have happened at any later time, or never.
 */

export interface Operation<I, O> {
  /** Who called: for the report only. */
  readonly by: string;
  readonly input: I;
  /** On a clock that all who called share. */
  readonly called: number;
  /** Absent: what became of it is not known. */
  readonly answer?: { readonly at: number; readonly output: O };
}

/** The object, as its specification has it. States are values: a step makes new ones. */
export interface Model<S, I, O> {
  readonly initial: S;
  /** The states in which the operation may leave the object; none when its answer cannot be right. Without `answer` any answer is. */
  step(state: S, input: I, answer: { readonly output: O } | undefined): readonly S[];
  /** The same text for equal states, and only for those. */
  name(state: S): string;
  /** Whether it changes the object in no state whatever, given its answer. Saying so for most that do not makes the search short. */
  reads(input: I, output: O): boolean;
}

export type Verdict<I, O> =
  | { readonly type: 'linearizable'; readonly order: readonly Operation<I, O>[] }
  /** `order`: as far as an explanation goes. None of `next` can be the operation after it, and one of them has to. */
  | { readonly type: 'violation'; readonly order: readonly Operation<I, O>[]; readonly next: readonly Operation<I, O>[] }
  /** The search was given up. */
  | { readonly type: 'undecided'; readonly steps: number };

/** `most`: how many steps are tried before it gives up. */
export function linearize<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[], most = 2_000_000): Verdict<I, O> {
  return new Search(model, history).run(most);
}

/** Throws what a reader of a failed test needs to see, unless each key's part of a history is linearizable. */
export function expectLinearizable<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[], keyOf: (input: I) => string = () => ''): void {
  for (const [key, part] of byKey(history, keyOf)) {
    const verdict = linearize(model, part);
    if (verdict.type !== 'linearizable') throw new Error(told(model, key, part, verdict));
  }
}

/** What is linearizable for each key is so for all of them: so each is looked at alone. */
export function byKey<I, O>(history: readonly Operation<I, O>[], keyOf: (input: I) => string): ReadonlyMap<string, readonly Operation<I, O>[]> {
  const parts = new Map<string, Operation<I, O>[]>();
  for (const operation of history) {
    const key = keyOf(operation.input);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [operation]);
    else part.push(operation);
  }
  return parts;
}

/** One operation on the way, and what else could have been tried in its place. */
interface Step<S> {
  readonly index: number;
  readonly first: number;
  readonly left: Alternatives<S>;
}

interface Alternative<S> {
  readonly index: number;
  readonly state: S;
}

type Alternatives<S> = Iterator<Alternative<S>, void>;

class Search<S, I, O> {
  readonly #model: Model<S, I, O>;
  /** By the time of their answers: who was answered first is tried first, and who never was stands last. */
  readonly #operations: readonly Operation<I, O>[];
  /** So many of them were answered. */
  readonly #answered: number;
  /** Of those, the earliest call from an index on. */
  readonly #earliestCall: readonly number[];
  readonly #done: Done;
  readonly #seen = new Set<string>();
  readonly #way: Step<S>[] = [];
  /** The furthest way so far, and how much of it is the way of now. */
  readonly #longest: number[] = [];
  #shared = 0;

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[]) {
    this.#model = model;
    this.#operations = [...history].sort((one, other) => answeredAt(one) - answeredAt(other) || one.called - other.called || 0);
    this.#answered = history.filter(({ answer }) => answer !== undefined).length;
    this.#earliestCall = earliest(this.#operations.slice(0, this.#answered).map(({ called }) => called));
    this.#done = new Done(history.length);
  }

  run(most: number): Verdict<I, O> {
    let alternatives: Alternatives<S> = this.#alternatives(this.#model.initial, 0);
    for (let steps = 0; this.#first() < this.#answered; steps++) {
      if (steps === most) return { type: 'undecided', steps };
      const next = alternatives.next();
      if (next.done !== true) {
        alternatives = this.#go(next.value.index, next.value.state, alternatives);
        continue;
      }
      const back = this.#way.pop();
      if (back === undefined) return this.#violation();
      this.#shared = Math.min(this.#shared, this.#way.length);
      this.#done.flip(back.index);
      alternatives = back.left;
    }
    return { type: 'linearizable', order: this.#way.map(({ index }) => this.#at(index)) };
  }

  #go(index: number, state: S, left: Alternatives<S>): Alternatives<S> {
    this.#done.flip(index);
    const first = this.#first();
    this.#way.push({ index, first, left });
    if (this.#way.length > this.#longest.length) {
      for (const step of this.#way.slice(this.#shared)) this.#longest[this.#shared++] = step.index;
    }
    return this.#alternatives(state, first);
  }

  /** What can come next: nothing that was called after another, which is still to come, was answered. */
  *#alternatives(state: S, first: number): Generator<Alternative<S>, void> {
    const name = this.#model.name(state);
    const changing: Alternative<S>[] = [];
    for (const index of this.#candidates(first)) {
      const { input, answer } = this.#at(index);
      const reads = answer !== undefined && this.#model.reads(input, answer.output);
      for (const after of this.#model.step(state, input, answer)) {
        const isSame = this.#model.name(after) === name;
        // What never changes anything, and can be now, need not be tried later.
        if (reads && isSame) return yield { index, state };
        // What need not have happened, and would change nothing now, can wait.
        if (answer !== undefined || !isSame) changing.push({ index, state: after });
      }
    }
    for (const alternative of changing) if (this.#isNew(alternative)) yield alternative;
  }

  *#candidates(first: number): Generator<number, void> {
    const limit = answeredAt(this.#at(first));
    for (let index = first; index < this.#answered && (this.#earliestCall[index] ?? 0) <= limit; index++) {
      if (!this.#done.has(index) && this.#at(index).called <= limit) yield index;
    }
    for (let index = this.#answered; index < this.#operations.length; index++) {
      if (!this.#done.has(index) && this.#at(index).called <= limit) yield index;
    }
  }

  /** Whether it was not here before: with the same operations done, and the object in the same state. */
  #isNew({ index, state }: Alternative<S>): boolean {
    const name = `${this.#done.with(index)} ${this.#model.name(state)}`;
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  /** The first that is still to come. */
  #first(): number {
    let first = this.#way.at(-1)?.first ?? 0;
    while (this.#done.has(first)) first += 1;
    return first;
  }

  #violation(): Verdict<I, O> {
    for (const index of this.#longest) this.#done.flip(index);
    const next = [...this.#candidates(this.#first())];
    return { type: 'violation', order: this.#longest.map((index) => this.#at(index)), next: next.map((index) => this.#at(index)) };
  }

  #at(index: number): Operation<I, O> {
    const operation = this.#operations[index];
    if (operation === undefined) throw new RangeError(`There is no operation ${index} of ${this.#operations.length}.`);
    return operation;
  }
}

/** Which operations are done, and a name for that: a sum of random numbers of 64 bits, so that no two are the same. */
class Done {
  readonly #isDone: Uint8Array;
  readonly #chances: BigUint64Array;
  #sum = 0n;

  constructor(count: number) {
    this.#isDone = new Uint8Array(count);
    this.#chances = new BigUint64Array(count);
    for (let at = 0; at < count; at += QUOTA) crypto.getRandomValues(this.#chances.subarray(at, at + QUOTA));
  }

  has(index: number): boolean {
    return this.#isDone[index] === 1;
  }

  flip(index: number): void {
    this.#isDone[index] = 1 - (this.#isDone[index] ?? 0);
    this.#sum ^= this.#chances[index] ?? 0n;
  }

  /** The name, were this one done too. */
  with(index: number): string {
    return (this.#sum ^ (this.#chances[index] ?? 0n)).toString(36);
  }
}

/** So many chances are given at a time. */
const QUOTA = 8_192;

function answeredAt({ answer }: Operation<unknown, unknown>): number {
  return answer?.at ?? Infinity;
}

/** Of each and all after it. */
function earliest(calls: readonly number[]): readonly number[] {
  const all = [...calls];
  for (let index = all.length - 2; index >= 0; index--) all[index] = Math.min(all[index] ?? Infinity, all[index + 1] ?? Infinity);
  return all;
}

function told<S, I, O>(model: Model<S, I, O>, key: string, part: readonly Operation<I, O>[], verdict: Exclude<Verdict<I, O>, { readonly type: 'linearizable' }>): string {
  if (verdict.type === 'undecided') return `The ${part.length} operations on "${key}" took more than ${verdict.steps} steps.`;
  const { order, next } = verdict;
  let states: readonly S[] = [model.initial];
  for (const { input, answer } of order) states = states.flatMap((state) => model.step(state, input, answer));
  return [
    `The ${part.length} operations on "${key}" have no order that explains them. After`,
    ...order.slice(-10).map(line),
    `which may leave ${[...new Set(states.map((state) => model.name(state)))].slice(0, 5).join(' or ')}, one of these would have to follow:`,
    ...next.map(line),
  ].join('\n');
}

function line<I, O>({ by, input, called, answer }: Operation<I, O>): string {
  return `  ${called} to ${answer?.at ?? '?'}  ${by}: ${JSON.stringify(input)} -> ${answer === undefined ? '?' : JSON.stringify(answer.output)}`;
}

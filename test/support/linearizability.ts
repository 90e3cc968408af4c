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
  readonly state: S;
  readonly first: number;
  readonly left: Alternatives<S>;
}

type Alternatives<S> = Iterator<{ readonly index: number; readonly state: S }, void>;

class Search<S, I, O> {
  readonly #model: Model<S, I, O>;
  /** By the time of their answers: who was answered first is tried first, and who never was stands last. */
  readonly #operations: readonly Operation<I, O>[];
  /** The earliest call from an index on. */
  readonly #earliestCall: readonly number[];
  readonly #answered: number;
  readonly #isDone: boolean[];
  readonly #seen = new Set<string>();
  readonly #way: Step<S>[] = [];
  #longest: readonly number[] = [];

  constructor(model: Model<S, I, O>, history: readonly Operation<I, O>[]) {
    this.#model = model;
    this.#operations = [...history].sort((one, other) => answeredAt(one) - answeredAt(other) || one.called - other.called || 0);
    this.#earliestCall = earliest(this.#operations.map(({ called }) => called));
    this.#answered = history.filter(({ answer }) => answer !== undefined).length;
    this.#isDone = history.map(() => false);
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
      this.#isDone[back.index] = false;
      alternatives = back.left;
    }
    return { type: 'linearizable', order: this.#way.map(({ index }) => this.#at(index)) };
  }

  #go(index: number, state: S, left: Alternatives<S>): Alternatives<S> {
    this.#isDone[index] = true;
    const first = this.#first();
    this.#way.push({ index, state, first, left });
    if (this.#way.length > this.#longest.length) this.#longest = this.#way.map((step) => step.index);
    return this.#alternatives(state, first);
  }

  /** What can come next: nothing that was called after another, which is still to come, was answered. */
  *#alternatives(state: S, first: number): Generator<{ readonly index: number; readonly state: S }, void> {
    for (const index of this.#candidates(first)) {
      const { input, answer } = this.#at(index);
      for (const after of this.#model.step(state, input, answer)) if (this.#isNew(index, after)) yield { index, state: after };
    }
  }

  *#candidates(first: number): Generator<number, void> {
    const limit = answeredAt(this.#at(first));
    for (let index = first; index < this.#operations.length && (this.#earliestCall[index] ?? 0) <= limit; index++) {
      if (this.#isDone[index] !== true && this.#at(index).called <= limit) yield index;
    }
  }

  /** Whether it was not here before: with the same operations done, and the object in the same state. */
  #isNew(index: number, state: S): boolean {
    this.#isDone[index] = true;
    const first = this.#first();
    let name = `${first}`;
    for (let later = first + 1; later < this.#operations.length; later++) {
      if (this.#isDone[later] === true) name += `,${later}`;
      else if ((this.#earliestCall[later] ?? 0) > answeredAt(this.#at(first))) break;
    }
    this.#isDone[index] = false;
    name += `;${this.#model.name(state)}`;
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  /** The first that is still to come. */
  #first(): number {
    let first = this.#way.at(-1)?.first ?? 0;
    while (this.#isDone[first] === true) first += 1;
    return first;
  }

  #violation(): Verdict<I, O> {
    for (const index of this.#longest) this.#isDone[index] = true;
    const next = [...this.#candidates(this.#isDone.indexOf(false))];
    return { type: 'violation', order: this.#longest.map((index) => this.#at(index)), next: next.map((index) => this.#at(index)) };
  }

  #at(index: number): Operation<I, O> {
    const operation = this.#operations[index];
    if (operation === undefined) throw new RangeError(`There is no operation ${index} of ${this.#operations.length}.`);
    return operation;
  }
}

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

/** The judge of histories, judged itself: by histories that are known to be right, and known to be wrong. */
import { expect } from 'chai';
import fc from 'fast-check';
import { counter } from '../histories/counter.js';
import type { CounterInput } from '../histories/counter.js';
import { ALONE, line } from '../histories/line.js';
import type { LineInput, LineOutput } from '../histories/line.js';
import { register } from '../histories/register.js';
import type { RegisterInput, RegisterOutput } from '../histories/register.js';
import { byKey, expectLinearizable, linearize } from './linearizability.js';
import type { Model, Operation } from './linearizability.js';

describe('The judge of histories', () => {
  describe('of a counter', () => {
    const add = (called: number, at?: number, output = 0): Operation<CounterInput, number> => did({ type: 'add', key: 'n', amount: 1 }, called, at, output);
    const read = (called: number, at: number, output: number): Operation<CounterInput, number> => did({ type: 'read', key: 'n' }, called, at, output);

    it('accepts what was called one after the other', () => {
      expect(judge(counter, [add(1, 2, 1), add(3, 4, 2), read(5, 6, 2)])).to.equal('linearizable');
    });

    it('accepts answers in another order than the calls, while they overlap', () => {
      expect(judge(counter, [add(1, 10, 2), add(2, 9, 1), read(3, 8, 0)])).to.equal('linearizable');
    });

    it('finds an adding that was lost', () => {
      expect(judge(counter, [add(1, 2, 1), add(3, 4, 1)])).to.equal('violation');
    });

    it('finds a reading of the past', () => {
      expect(judge(counter, [add(1, 2, 1), read(3, 4, 0)])).to.equal('violation');
    });

    it('finds a reading of the past after another one has seen the present', () => {
      expect(judge(counter, [add(1, 10, 1), read(2, 3, 1), read(4, 5, 0)])).to.equal('violation');
    });

    it('lets what was never answered happen late, early or never, and once', () => {
      expect(judge(counter, [add(1), read(2, 3, 0), read(4, 5, 1)])).to.equal('linearizable');
      expect(judge(counter, [add(1), read(2, 3, 1), read(4, 5, 1)])).to.equal('linearizable');
      expect(judge(counter, [add(1), read(2, 3, 0), read(4, 5, 0)])).to.equal('linearizable');
      expect(judge(counter, [add(1), read(2, 3, 1), read(4, 5, 0)])).to.equal('violation');
      expect(judge(counter, [add(1), read(2, 3, 1), read(4, 5, 2)])).to.equal('violation');
      expect(judge(counter, [read(1, 2, 1), add(3)])).to.equal('violation');
    });

    it('says how far an explanation goes, and where it ends', () => {
      const history = [add(1, 2, 1), read(3, 4, 7), add(3, 5, 2)];

      const verdict = linearize(counter, history);

      expect(verdict).to.deep.equal({ type: 'violation', order: [history[0], history[2]], next: [history[1]] });
      expect(() => expectLinearizable(counter, history)).to.throw('no order that explains them').with.property('message').that.includes('-> 7');
    });

    it('gives up after so many steps', () => {
      const many = Array.from({ length: 12 }, (_, index) => add(1, 100, index === 0 ? 99 : index));

      expect(linearize(counter, many, 5)).to.deep.equal({ type: 'undecided', steps: 5 });
    });
  });

  describe('of a register', () => {
    const set = (called: number, at: number | undefined, value: string, version = 0, expect?: number): Operation<RegisterInput, RegisterOutput> =>
      did({ type: 'set', key: 'k', value, ...(expect === undefined ? {} : { expect }) }, called, at, { type: 'stored', version });
    const conflict = (called: number, at: number, expect: number): Operation<RegisterInput, RegisterOutput> =>
      did({ type: 'set', key: 'k', value: 'never', expect }, called, at, { type: 'conflict' });
    const get = (called: number, at: number, version: number, value?: string): Operation<RegisterInput, RegisterOutput> =>
      did({ type: 'get', key: 'k' }, called, at, { type: 'entry', version, value });
    const remove = (called: number, at: number, deleted: boolean): Operation<RegisterInput, RegisterOutput> => did({ type: 'delete', key: 'k' }, called, at, { type: 'deleted', deleted });

    it('accepts writes, reads and deletes', () => {
      expect(judge(register, [get(1, 2, 0), set(3, 4, 'a', 7, 0), get(5, 6, 7, 'a'), remove(7, 8, true), remove(9, 10, false), get(11, 12, 0)])).to.equal('linearizable');
    });

    it('lets one of two who expect the same version write', () => {
      expect(judge(register, [set(1, 2, 'a', 7), set(3, 9, 'b', 8, 7), conflict(3, 9, 7)])).to.equal('linearizable');
      expect(judge(register, [set(1, 2, 'a', 7), set(3, 9, 'b', 8, 7), set(3, 9, 'c', 9, 7)])).to.equal('violation');
      expect(judge(register, [set(1, 2, 'a', 7), conflict(3, 9, 7)])).to.equal('violation');
    });

    it('finds a version that does not rise, and a value under the version of another', () => {
      expect(judge(register, [set(1, 2, 'a', 7), set(3, 4, 'b', 6)])).to.equal('violation');
      expect(judge(register, [set(1, 2, 'a', 7), remove(3, 4, true), set(5, 6, 'b', 7)])).to.equal('violation');
      expect(judge(register, [set(1, 2, 'a', 7), get(3, 4, 7, 'b')])).to.equal('violation');
    });

    it('learns the version of a write that was never answered from who reads it', () => {
      expect(judge(register, [set(1, undefined, 'a'), get(2, 3, 7, 'a'), set(4, 5, 'b', 8, 7)])).to.equal('linearizable');
      expect(judge(register, [set(1, undefined, 'a'), get(2, 3, 7, 'a'), get(4, 5, 8, 'a')])).to.equal('violation');
      expect(judge(register, [set(1, 2, 'a', 7), set(3, undefined, 'b'), get(4, 5, 6, 'b')])).to.equal('violation');
    });
  });

  describe('of a line', () => {
    const ask = (ticket: string, called: number, at: number | undefined, weight = ALONE): Operation<LineInput, LineOutput> =>
      did({ type: 'ask', key: 'door', ticket, member: ticket, weight }, called, at, { type: 'asked' });
    const hold = (ticket: string, called: number, at: number, token: number): Operation<LineInput, LineOutput> => did({ type: 'hold', key: 'door', ticket }, called, at, { type: 'held', token });
    const release = (ticket: string, called: number, at?: number, released = true): Operation<LineInput, LineOutput> =>
      did({ type: 'release', key: 'door', ticket }, called, at, { type: 'released', released });
    const attempt = (ticket: string, called: number, at: number, token?: number): Operation<LineInput, LineOutput> =>
      did({ type: 'try', key: 'door', ticket, member: ticket, weight: ALONE }, called, at, token === undefined ? { type: 'not-held' } : { type: 'held', token });
    const leave = (member: string, called: number, at?: number): Operation<LineInput, LineOutput> => did({ type: 'leave', key: 'door', member }, called, at, { type: 'left' });

    it('accepts one holder after the other', () => {
      expect(judge(line(), [ask('a', 1, 2), hold('a', 1, 2, 5), ask('b', 3, 4), hold('b', 3, 7, 6), release('a', 5, 8), release('b', 9, 10)])).to.equal('linearizable');
    });

    it('finds two holders at a time', () => {
      expect(judge(line(), [ask('a', 1, 2), hold('a', 1, 2, 5), ask('b', 3, 4), hold('b', 3, 4, 6), release('a', 5, 6)])).to.equal('violation');
    });

    it('finds whoever overtakes one who is known to have stood in line before', () => {
      const overtaken = (asked: number): string =>
        judge(line(), [ask('a', 1, 2), hold('a', 1, 2, 5), ask('b', 3, asked), ask('c', 5, 6), release('a', 7, 8), hold('c', 5, 9, 6), release('c', 10, 11), hold('b', 3, 12, 7)]);

      expect(overtaken(4)).to.equal('violation');
      expect(overtaken(12)).to.equal('linearizable');
    });

    it('lets readers in together, and finds one who passes a writer', () => {
      const readers = [ask('a', 1, 2, 1), hold('a', 1, 2, 5), ask('b', 3, 4, 1), hold('b', 3, 4, 6)];

      expect(judge(line(), readers)).to.equal('linearizable');
      expect(judge(line(), [...readers, ask('w', 5, 6), ask('c', 7, 8, 1), hold('c', 7, 9, 7), release('a', 10, 11)])).to.equal('violation');
    });

    it('counts the permits of a semaphore', () => {
      const three = [ask('a', 1, 2, 2), hold('a', 1, 2, 5), ask('b', 3, 4, 1), hold('b', 3, 4, 6)];

      expect(judge(line(3), three)).to.equal('linearizable');
      expect(judge(line(2), three)).to.equal('violation');
    });

    it('finds a token that does not rise', () => {
      expect(judge(line(), [ask('a', 1, 2), hold('a', 1, 2, 5), release('a', 3, 4), ask('b', 5, 6), hold('b', 5, 6, 5)])).to.equal('violation');
    });

    it('finds an attempt that was refused for nothing, and one that was granted in spite of another', () => {
      expect(judge(line(), [attempt('a', 1, 2, 5), attempt('b', 3, 4), release('a', 5, 6), attempt('c', 7, 8, 6)])).to.equal('linearizable');
      expect(judge(line(), [attempt('a', 1, 2, 5), release('a', 3, 4), attempt('b', 5, 6)])).to.equal('violation');
      expect(judge(line(), [attempt('a', 1, 2, 5), attempt('b', 3, 4, 6)])).to.equal('violation');
    });

    it('finds a release that did nothing, or did it twice', () => {
      expect(judge(line(), [attempt('a', 1, 2, 5), release('a', 3, 4), release('a', 5, 6, false)])).to.equal('linearizable');
      expect(judge(line(), [attempt('a', 1, 2, 5), release('a', 3, 4, false)])).to.equal('violation');
      expect(judge(line(), [attempt('a', 1, 2, 5), release('a', 3, 4), release('a', 5, 6)])).to.equal('violation');
    });

    it('lets the dead go at some time, and not before their death', () => {
      const held = [attempt('a', 1, 2, 5), attempt('b', 6, 7, 6)];

      expect(judge(line(), [...held, leave('a', 3)])).to.equal('linearizable');
      expect(judge(line(), [...held, leave('a', 8)])).to.equal('violation');
      expect(judge(line(), [attempt('a', 1, 2, 5), leave('a', 3), attempt('b', 6, 7)])).to.equal('linearizable');
      expect(judge(line(), [attempt('a', 1, 2, 5), leave('a', 3, 4), attempt('b', 6, 7)])).to.equal('violation');
    });
  });

  it('agrees with a judge that tries all orders', () => {
    const operation = fc.record({
      input: fc.constantFrom<CounterInput>({ type: 'add', key: 'n', amount: 1 }, { type: 'read', key: 'n' }),
      called: fc.integer({ min: 0, max: 10 }),
      answer: fc.option(fc.record({ at: fc.integer({ min: 0, max: 5 }), output: fc.integer({ min: 0, max: 3 }) }), { freq: 5 }),
    });

    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
        const history = operations.map(({ input, called, answer }) => did(input, called, answer === null ? undefined : called + answer.at, answer?.output ?? 0));

        expect(judge(counter, history) === 'linearizable').to.equal(isExplained(counter.initial, history));
      }),
      { numRuns: 1_000 },
    );
  });

  it('accepts what one object has answered, and sees through any answer that it could not have given', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.nat(), (chance, culprit) => {
        const next = (below: number): number => (chance.next().value ?? 0) % below;
        const history = simulated(60, 5, next);
        expect(judge(counter, history)).to.equal('linearizable');

        const wrong = history.map((operation, index) => (index === culprit % history.length ? { ...operation, answer: { at: operation.answer?.at ?? 0, output: 1_000 } } : operation));
        expect(judge(counter, wrong)).to.equal('violation');
      }),
      { numRuns: 100 },
    );
  });

  it('looks at each key alone', () => {
    const add = (key: string, called: number, output: number): Operation<CounterInput, number> => did({ type: 'add', key, amount: 1 }, called, called + 1, output);
    const history = [add('a', 1, 1), add('b', 3, 1), add('a', 5, 2)];

    expect([...byKey(history, ({ key }) => key).keys()]).to.deep.equal(['a', 'b']);
    expectLinearizable(counter, history, ({ key }) => key);
    expect(() => expectLinearizable(counter, [...history, add('b', 7, 1)], ({ key }) => key)).to.throw('on "b"');
  });

  it('judges ten thousand operations of eight callers in no time', () => {
    let seed = 1;
    const next = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const history = simulated(10_000, 8, next);

    expect(linearize(counter, history).type).to.equal('linearizable');
  });
});

function did<I, O>(input: I, called: number, at: number | undefined, output: O): Operation<I, O> {
  return { by: 'test', input, called, ...(at === undefined ? {} : { answer: { at, output } }) };
}

function judge<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): string {
  return linearize(model, history).type;
}

/** By all orders, with no cleverness. */
function isExplained(state: number, left: readonly Operation<CounterInput, number>[]): boolean {
  if (left.every(({ answer }) => answer === undefined)) return true;
  const limit = Math.min(...left.map(({ answer }) => answer?.at ?? Infinity));
  return left.some(
    (operation, index) => operation.called <= limit && counter.step(state, operation.input, operation.answer).some((after) => isExplained(after, left.filter((_, other) => other !== index))),
  );
}

/** Callers of a real counter: each call is answered for what the counter is at some moment in it. */
function simulated(count: number, callers: number, next: (below: number) => number): readonly Operation<CounterInput, number>[] {
  const history: Operation<CounterInput, number>[] = [];
  const idle = Array.from({ length: callers }, () => 0);
  let sum = 0;
  for (let moment = 1; moment <= count; moment++) {
    const caller = next(callers);
    const at = moment * 10;
    const called = Math.max(idle[caller] ?? 0, at - next(40));
    const answered = at + next(40);
    if (called > at) continue;
    const input: CounterInput = next(2) === 0 ? { type: 'add', key: 'n', amount: 1 } : { type: 'read', key: 'n' };
    if (input.type === 'add') sum += 1;
    history.push(did(input, called, answered, sum));
    idle[caller] = answered + 1;
  }
  return history;
}

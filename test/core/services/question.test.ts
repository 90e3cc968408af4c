import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../../src/core/codec/codec.js';
import { readQuestion, writeQuestion } from '../../../src/core/services/question.js';
import type { Kept } from '../../../src/core/services/question.js';

/** Arguments that hold functions and signals anywhere, and the same with what stands for these. */
const kept = fc.constantFrom('function', 'signal').map((type) => ({ kept: type }));
const { args } = fc.letrec<{ args: unknown }>((tie) => ({
  args: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(kept, fc.integer(), fc.string(), fc.constant(null), fc.constant(undefined), fc.date({ noInvalidDate: true })),
    fc.array(tie('args'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('__proto__', 'constructor', '0')), tie('args'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('A question', () => {
  it('arrives with its arguments, and with what stands for those that stay', () => {
    fc.assert(
      fc.property(fc.array(args, { maxLength: 4 }), fc.option(fc.string(), { nil: undefined }), (given, chain) => {
        const all: Kept[] = [];
        const payload = writeQuestion('method', each(given, (type) => (type === 'signal' ? new AbortController().signal : () => {})) as unknown[], chain, { keep: (one) => all.push(one) });

        const question = readQuestion(decode(payload), { stand: (number) => ({ kept: all[number - 1]?.type }) });

        expect(question).to.deep.equal({ target: 'method', args: given, chain });
      }),
    );
  });

  it('leaves its arguments as they were', () => {
    const callback = (): void => {};
    const options = { list: [1, callback], deep: { callback } };

    writeQuestion('method', [options], undefined, { keep: () => 1 });

    expect(options).to.deep.equal({ list: [1, callback], deep: { callback } });
  });

  it('of functions in more than plain objects and arrays is refused, with the path to them', () => {
    class Order {
      readonly done = (): void => {};
    }
    const circle: Record<string, unknown> = { callback: () => {} };
    circle['itself'] = circle;

    for (const [arg, path] of [[new Map([[1, () => {}]]), 'arguments[0].values[0]'], [new Order(), 'arguments[0].done'], [circle, 'arguments[0].itself.callback']] as const) {
      expect(() => writeQuestion('method', [arg], undefined, { keep: () => 1 })).to.throw(`The value at ${path} is a function`).with.property('code', 'UNSERIALIZABLE');
    }
  });

  it('with too many functions is refused', () => {
    const many = Array.from({ length: 1_001 }, () => () => {});

    expect(() => writeQuestion('method', many, undefined, { keep: () => 1 })).to.throw('more than 1000 functions').with.property('code', 'TOO_LARGE');
  });

  it('that is none is refused, and touches nothing', () => {
    const stand = (): string => 'stands';
    const inputs = [
      undefined, null, 1, 'x', {}, [], [null, []], ['x'], ['x', {}], [{}, []], ['x', [], 1], ['x', [], [[]]], ['x', [], [1]], ['x', [], [['1', []]]],
      ['x', [null], [[1, []]]], ['x', [null], [[1, ['length']]]], ['x', [{}], [[1, [0, 'missing']]]], ['x', [{}], [[1, [0, '__proto__', 'polluted']]]],
      ['x', [null], [[1, [0, 'deeper']]]], ['x', ['taken'], [[1, [0]]]], ['x', [null], [[1, [{ toString: () => '0' }]]]],
    ];

    for (const input of inputs) expect(() => readQuestion(input, { stand }), JSON.stringify(input)).to.throw(TypeError, 'no call of a service');
    expect(Object.prototype).not.to.have.property('polluted');
  });
});

function each(value: unknown, make: (type: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => each(one, make));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if ('kept' in value && Object.keys(value).length === 1) return make(value.kept);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, each(one, make)]));
}

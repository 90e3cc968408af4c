import { expect } from 'chai';
import type { Call, RequestOptions } from '../../src/core/api.js';
import type { Doing } from '../../src/core/context.js';
import { Inheritance, shorter } from '../../src/core/inheritance.js';
import { ANN } from '../support/fake-transport.js';

describe('Inheritance', () => {
  const call = { method: 'outer', from: ANN, signal: new AbortController().signal, remaining: 500, isOver: false };
  let doing: Doing | undefined;
  const context = { get: (): Doing | undefined => doing, run: <R>(_: Doing, body: () => R): R => body() };
  const inheritance = new Inheritance(context);
  beforeEach(() => {
    doing = { call };
  });

  it('gives what is asked for the call around it', () => {
    const options: RequestOptions = { timeout: 5 };

    expect(inheritance.asked(options)).to.deep.equal({ timeout: 5, within: call });
  });

  it('ends a wait with the call, or with its own signal', () => {
    const own = new AbortController();

    const { signal } = inheritance.waiting({ signal: own.signal });
    own.abort('own');

    expect(inheritance.waiting<{ readonly signal?: AbortSignal }>({}).signal).to.equal(call.signal);
    expect(signal.reason).to.equal('own');
  });

  it('leaves alone what says for itself whom it is for, and what goes on when the call is over', () => {
    const other = { ...call };
    const options = [{ within: other }, { within: null }];

    expect(options.map((each) => inheritance.asked(each))).to.deep.equal(options);
    expect(inheritance.waiting({ within: null })).to.deep.equal({ within: null });
    doing = { call: { ...call, isOver: true } };
    expect(inheritance.asked({})).to.deep.equal({});
  });

  it('is nothing where it was not asked for', () => {
    const none = new Inheritance(undefined);
    const handle = (_input: unknown, { method }: Call): string => method;
    const options = {};

    expect(none.around(handle)).to.equal(handle);
    expect(none.asked(options)).to.equal(options);
    expect(none.waiting(options)).to.equal(options);
    expect(none.call).to.equal(undefined);
  });
});

describe('The shorter of two durations', () => {
  it('is what is left, when that is less or the other is without limit', () => {
    expect([shorter(0, Infinity), shorter(5, Infinity), shorter(0, 7.2), shorter(5, 7.2), shorter(9, 7.2)]).to.deep.equal([0, 5, 8, 5, 8]);
  });

  it('is below zero when there is nothing left', () => {
    expect(shorter(0, 0)).to.be.below(0);
  });
});

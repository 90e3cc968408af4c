import { expect } from 'chai';
import type { Call } from '../../../src/index.js';
import { Gate } from '../../../src/core/services/gate.js';
import { Parts } from '../../../src/core/services/parts.js';

/** A call that can be given up, and a body that says when it begins and ends when it is told to. */
class Passing {
  readonly #abort = new AbortController();
  #end: (value: unknown) => void = () => {};
  chain: string | undefined;
  hasBegun = false;
  readonly body = (chain: string | undefined): Promise<unknown> => {
    this.hasBegun = true;
    this.chain = chain;
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  };

  get call(): Call {
    return { method: 'm', from: { id: 'a', number: 1, name: 'a', labels: {}, pid: 1 }, signal: this.#abort.signal, remaining: Infinity };
  }

  through(gate: Gate, chain?: string): Promise<unknown> {
    return Promise.resolve(gate.pass(this.call, chain, this.body));
  }

  async end(value: unknown = 'ended'): Promise<void> {
    this.#end(value);
    await turn();
  }

  giveUp(): void {
    this.#abort.abort('given up');
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Gate', () => {
  it('lets in so many, and the others in order', async () => {
    const gate = new Gate({ title: 'It', concurrency: 2 });
    const all = [new Passing(), new Passing(), new Passing(), new Passing()] as const;
    const begun = (): readonly boolean[] => all.map(({ hasBegun }) => hasBegun);
    const passed = all.map((each) => each.through(gate));

    expect(begun()).to.deep.equal([true, true, false, false]);
    await all[1].end();
    expect(begun()).to.deep.equal([true, true, true, false]);
    await all[0].end();
    await all[2].end();
    await all[3].end('last');

    expect(await Promise.all(passed)).to.deep.equal(['ended', 'ended', 'ended', 'last']);
  });

  it('refuses what finds no room, and has room again when one gives up', async () => {
    const gate = new Gate({ title: 'It', concurrency: 1, queue: 1 });
    const [first, second, third, fourth] = [new Passing(), new Passing(), new Passing(), new Passing()];
    void first.through(gate);
    const given = second.through(gate).catch((reason: unknown) => reason);

    expect(() => gate.pass(third.call, undefined, third.body)).to.throw('It has too much to do: 1 calls wait').with.include({ code: 'OVERLOADED', mayHaveRun: false });
    second.giveUp();
    const passed = fourth.through(gate);
    await first.end();

    expect(await given).to.equal('given up');
    expect([second.hasBegun, third.hasBegun, fourth.hasBegun]).to.deep.equal([false, false, true]);
    await fourth.end();
    expect(await passed).to.equal('ended');
  });

  it('tells what a body throws, and goes on', async () => {
    const gate = new Gate({ title: 'It', concurrency: 1 });
    const next = new Passing();

    const failed = Promise.resolve(gate.pass(next.call, undefined, () => {
      throw new RangeError('no');
    }));

    expect(await failed.catch((error: Error) => error.name)).to.equal('RangeError');
    await turn();
    void next.through(gate);
    expect(next.hasBegun).to.equal(true);
  });

  it('keeps the turn of what answers in parts until its end', async () => {
    const gate = new Gate({ title: 'It', concurrency: 1 });
    const [first, next] = [new Passing(), new Passing()];
    const passed = first.through(gate);
    void next.through(gate);
    const parts = new Parts([1][Symbol.iterator](), (body) => body());

    await first.end(parts);
    expect([await passed, next.hasBegun]).to.deep.equal([parts, false]);
    for await (const _part of parts);
    await turn();

    expect(next.hasBegun).to.equal(true);
  });

  it('if it is serial, lets in at once what the one that is in asks for', async () => {
    const gate = new Gate({ title: 'It', serial: true });
    const [outer, other, inner] = [new Passing(), new Passing(), new Passing()];
    void outer.through(gate);
    void other.through(gate, 'a chain of elsewhere');

    void inner.through(gate, outer.chain);
    expect([outer.hasBegun, other.hasBegun, inner.hasBegun]).to.deep.equal([true, false, true]);
    await outer.end();

    expect([other.hasBegun, other.chain]).to.deep.equal([true, 'a chain of elsewhere']);
    const late = new Passing();
    void late.through(gate, outer.chain);
    expect(late.hasBegun).to.equal(false);
  });
});

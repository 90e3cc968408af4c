import { expect } from 'chai';
import sinon from 'sinon';
import type { Exposed, Term } from '../../../src/index.js';
import { Deadlines } from '../../../src/core/deadlines.js';
import { HubError } from '../../../src/core/errors.js';
import { Singleton } from '../../../src/core/services/singleton.js';
import type { SingletonPorts } from '../../../src/core/services/singleton.js';
import { VirtualHost } from '../../support/virtual-host.js';

/** A group in which this member leads when it is told to. What happens is written down. */
class Stage {
  readonly told: string[] = [];
  readonly host = new VirtualHost();
  readonly #turns: ((term: Term | HubError) => void)[] = [];
  make: () => unknown = () => ({});
  stop: () => unknown = () => {};
  finished: Promise<void> = Promise.resolve();
  #tokens = 0;

  get ports(): SingletonPorts {
    return {
      deadlines: new Deadlines(this.host),
      keepAlive: { listen: () => {}, unlisten: () => {} },
      standBy: (end) =>
        new Promise((resolve, reject) => {
          this.told.push('stands');
          end.addEventListener('abort', () => reject(end.reason as Error));
          if (end.aborted) reject(end.reason as Error);
          this.#turns.push((term) => (term instanceof HubError ? reject(term) : resolve(term)));
        }),
      make: () => {
        this.told.push('makes');
        return this.make();
      },
      expose: () => {
        this.told.push('exposes');
        return { close: () => this.#write('closes', this.finished) } as unknown as Exposed;
      },
      stop: () => this.#write('stops', this.stop()),
      report: (error) => this.told.push(`reports ${(error as Error).message}`),
    };
  }

  /** Its turn has come; what is returned takes it away. */
  async lead(): Promise<() => void> {
    const lost = new AbortController();
    this.#tokens += 1;
    const term = { token: this.#tokens, signal: lost.signal, release: () => this.#write('releases', Promise.resolve(true)) } as unknown as Term;
    this.#turns.shift()?.(term);
    await this.settle();
    return () => lost.abort(new HubError('LOST', 'It was stolen.'));
  }

  async fail(error: HubError): Promise<void> {
    this.#turns.shift()?.(error);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  }

  #write<T>(word: string, value: T): T {
    this.told.push(word);
    return value;
  }
}

describe('Singleton', () => {
  it('hands over in order: calls end, then the object is stopped, then the next has its turn', async () => {
    const stage = new Stage();
    let finish = (): void => {};
    stage.finished = new Promise((resolve) => {
      finish = resolve;
    });
    const singleton = new Singleton('one', stage.ports);
    await stage.lead();

    const closed = singleton.close();
    await stage.settle();
    expect(stage.told).to.deep.equal(['stands', 'makes', 'exposes', 'closes']);
    finish();
    await closed;

    expect(stage.told.slice(4)).to.deep.equal(['stops', 'releases']);
    expect(singleton.close()).to.equal(closed);
  });

  it('stops at once when its turn is taken from it, and stands by again', async () => {
    const stage = new Stage();
    stage.finished = new Promise(() => {});
    new Singleton('one', stage.ports);
    const lose = await stage.lead();

    lose();
    await stage.settle();

    expect(stage.told).to.deep.equal(['stands', 'makes', 'exposes', 'closes', 'stops', 'releases', 'stands']);
  });

  it('exposes nothing when it was closed, or lost its turn, while the factory was at work', async () => {
    for (const end of ['close', 'lose'] as const) {
      const stage = new Stage();
      let made = (_object: unknown): void => {};
      stage.make = () => new Promise((resolve) => {
        made = resolve;
      });
      const singleton = new Singleton('one', stage.ports);
      const lose = await stage.lead();

      if (end === 'lose') lose();
      else void singleton.close();
      made({});
      await stage.settle();

      expect(stage.told.slice(0, 4), end).to.deep.equal(['stands', 'makes', 'stops', 'releases']);
    }
  });

  it('passes its turn on when the factory throws, and rests for longer each time before it stands again', async () => {
    const stage = new Stage();
    stage.make = () => {
      throw new Error('not yet');
    };
    const singleton = new Singleton('one', stage.ports);
    const random = sinon.stub(Math, 'random').returns(1);

    for (const rest of [100, 200, 400]) {
      await stage.lead();
      expect(stage.told.splice(0)).to.deep.equal(['stands', 'makes', 'reports not yet', 'releases']);
      await stage.host.pass(rest - 1);
      expect(stage.told).to.deep.equal([]);
      await stage.host.pass(1);
    }
    random.restore();
    stage.make = () => ({});
    await stage.lead();

    expect(stage.told).to.deep.equal(['stands', 'makes', 'exposes']);
    await singleton.close();
  });

  it('reports what its end throws, and hands over all the same', async () => {
    const stage = new Stage();
    stage.stop = () => Promise.reject(new Error('stuck'));
    const singleton = new Singleton('one', stage.ports);
    await stage.lead();

    await singleton.close();

    expect(stage.told.slice(4)).to.deep.equal(['stops', 'reports stuck', 'releases']);
  });

  it('stands by again in a group that was lost and joined anew', async () => {
    const stage = new Stage();
    new Singleton('one', stage.ports);

    await stage.fail(new HubError('LOST', 'The group was lost.'));

    expect(stage.told).to.deep.equal(['stands', 'stands']);
  });
});

/** The interface of cluster-dispatch 2.2.1, and what used to go wrong with it. */
import cluster from 'node:cluster';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import sinon from 'sinon';
import { LibraryClient, Master, Agent } from '../../src/compat/cluster-dispatch.js';
import type { RemoteObject } from '../../src/compat/cluster-dispatch.js';
import type { RawAgent } from '../../src/compat/cluster-dispatch/agent.js';
import { createHub } from '../../src/create-hub.js';
import type { Hub } from '../../src/index.js';
import { MemoryPlace } from '../../src/transports/memory.js';
import { expectExamples } from './examples.js';

const children = fileURLToPath(new URL('children/', import.meta.url));
const logger = { info: () => {}, error: sinon.spy() };

describe('cluster-dispatch', () => {
  describe('the program of its README', () => {
    expectExamples('cluster-dispatch', {
      'master.cjs': ['RangeError: no such name', 'all are ready', 'get name / yejiayu', 'heard: a change', "{ name: 'ann' } 127.0.0.1"],
    });
  });

  describe('an agent', () => {
    let place: MemoryPlace;
    let hubs: Hub[];

    beforeEach(() => {
      place = new MemoryPlace();
      hubs = [];
      join();
    });
    afterEach(() => Promise.all(hubs.map((hub) => hub.close({ grace: 0 }))));

    function join(): Hub {
      const hub = createHub({ transport: 'memory', group: place });
      hubs.push(hub);
      return hub;
    }

    async function startLibrary(lib: object): Promise<Hub> {
      const hub = join();
      await new LibraryClient({ lib, logger, process: { hub, ready: () => Promise.resolve() } }).init();
      return hub;
    }

    async function startAgent(timeout = 5_000): Promise<{ agent: RawAgent & Record<string, RemoteObject>; hub: Hub }> {
      const hub = join();
      const agent = new Agent.RawAgent({ hub, logger, timeout });
      await agent.init();
      return { agent: agent as RawAgent & Record<string, RemoteObject>, hub };
    }

    /** What a call comes to: its result, or its error. */
    function call(agent: Record<string, RemoteObject>, object: string, method: string, ...args: unknown[]): Promise<unknown> {
      return Promise.resolve(agent[object]?.[method]?.(...args)).catch((error: unknown) => error);
    }

    it('calls methods, own and inherited, and reads fields', async () => {
      class Base {
        inherited = (): string => 'field';
        method(a: number, b: number): number {
          return a + b;
        }
      }
      class Service extends Base {
        readonly _private = 1;
        readonly count = 42;
      }
      await startLibrary({ service: new Service() });
      const { agent } = await startAgent();

      const answers = await Promise.all([call(agent, 'service', 'method', 1, 2), call(agent, 'service', 'inherited'), call(agent, 'service', 'count')]);

      expect(answers).to.deep.equal([3, 'field', 42]);
      expect(Object.keys(agent['service'] ?? {}).sort()).to.deep.equal(['count', 'inherited', 'method']);
    });

    it('calls what functions, promises and generators have made', async () => {
      await startLibrary({
        made: () => ({ by: () => 'a function' }),
        promised: Promise.resolve({ by: () => 'a promise' }),
        *generated(): Generator<unknown, object, readonly string[]> {
          const by = yield [Promise.resolve('a'), (done: (error: null, word: string) => void) => done(null, 'generator')];
          return { by: () => by.join(' ') };
        },
      });
      const { agent } = await startAgent();

      const answers = await Promise.all(['made', 'promised', 'generated'].map((object) => call(agent, object, 'by')));

      expect(answers).to.deep.equal(['a function', 'a promise', 'a generator']);
    });

    it('cannot call what every object has, nor what is private, whatever it asks for', async () => {
      const hub = await startLibrary({ service: { public: 1, _private: 2 } });
      const { agent } = await startAgent();
      const names = ['constructor', '__proto__', 'prototype', 'hasOwnProperty', 'then', 'toJSON', 'bind', 'call', 'apply', 'toString', 'constructor.constructor', '_private'];

      const answers = await Promise.all(names.map((name) => agent.invoke('service', name)?.catch((error: unknown) => error)));
      const another = await hub.request('library.invoke', { object: 'constructor', method: 'constructor', args: [] }).catch((error: unknown) => error);

      for (const answer of [...answers, another]) expect(answer).to.include({ code: 'NO_RECEIVER' });
    });

    it('hears at once what a method throws, as what it is', async () => {
      await startLibrary({
        service: {
          fail: () => Promise.reject(Object.assign(new RangeError('too far'), { code: 'E_FAR' })),
          async *stream() {
            yield await Promise.resolve(1);
          },
        },
      });
      const { agent } = await startAgent();

      const [failed, streamed] = await Promise.all([call(agent, 'service', 'fail'), call(agent, 'service', 'stream')]);

      expect(failed).to.be.instanceOf(RangeError).and.include({ message: 'too far', code: 'E_FAR' });
      expect(streamed).to.be.instanceOf(TypeError);
    });

    it('gets of `this` the public fields, and of other values all but functions', async () => {
      const circle: Record<string, unknown> = { at: new Date(0), area: () => 1 };
      circle['self'] = circle;
      class Service {
        readonly name = 'service';
        readonly _secret = 'secret';
        chain(): this {
          return this;
        }
        circle(): unknown {
          return circle;
        }
      }
      await startLibrary({ service: new Service() });
      const { agent } = await startAgent();

      const [self, round] = (await Promise.all([call(agent, 'service', 'chain'), call(agent, 'service', 'circle')])) as [unknown, Record<string, unknown>];

      expect(self).to.deep.equal({ name: 'service' });
      expect(Object.keys(round)).to.have.members(['at', 'self']);
      expect(round['at']).to.deep.equal(new Date(0));
      expect(round['self']).to.equal(round);
    });

    it('has a function that is the last argument called, as often as the method calls it', async () => {
      await startLibrary({ service: { count: (to: number, tell: (n: number) => void) => [...Array(to).keys()].forEach((n) => tell(n)) } });
      const { agent } = await startAgent();
      const heard: unknown[] = [];

      const result = await new Promise((resolve) => {
        const returned = agent['service']?.['count']?.(3, (n: unknown) => {
          heard.push(n);
          if (n === 2) resolve(returned);
        });
      });

      expect(heard).to.deep.equal([0, 1, 2]);
      expect(result).to.equal(null);
    });

    it('listens to events, and ends it with the same function', async () => {
      const emitter = new EventEmitter();
      await startLibrary({ emitter });
      const { agent } = await startAgent();
      const listener = (): void => {};

      const listening = happens(emitter, 'newListener');
      agent['emitter']?.['on']?.('x', listener);
      await listening;
      const ending = happens(emitter, 'removeListener');
      agent['emitter']?.['off']?.('x', listener);
      await ending;

      expect(emitter.listenerCount('x')).to.equal(0);
    });

    it('is taken off what it listens to when it dies', async () => {
      const emitter = new EventEmitter();
      await startLibrary({ emitter });
      const { agent, hub } = await startAgent();
      const listening = happens(emitter, 'newListener');
      agent['emitter']?.['on']?.('x', () => {});
      await listening;

      const ending = happens(emitter, 'removeListener');
      await hub.close();
      await ending;

      expect(emitter.listenerCount('x')).to.equal(0);
    });

    it('waits for a library that is started again, and learns what it has now', async () => {
      const first = await startLibrary({ service: { version: () => 1 } });
      const { agent } = await startAgent();
      await first.close();

      const answer = call(agent, 'service', 'version');
      await startLibrary({ service: { version: () => 2, more: () => 'more' } });

      expect(await answer).to.equal(2);
      expect(await call(agent, 'service', 'more')).to.equal('more');
    });

    it('hears at once that the library has died with its call', async () => {
      const running = new EventEmitter();
      const library = await startLibrary({
        service: {
          hang: () => {
            running.emit('begun');
            return new Promise(() => {});
          },
        },
      });
      const { agent } = await startAgent();

      const begun = once(running, 'begun');
      const answer = call(agent, 'service', 'hang');
      await begun;
      await library.close({ grace: 0 });

      expect(await answer).to.include({ code: 'LOST', mayHaveRun: true });
    });

    it('gives up after its time when there is no library any more', async () => {
      const library = await startLibrary({ service: { version: () => 1 } });
      const { agent } = await startAgent(50);
      await library.close();

      expect(await call(agent, 'service', 'version')).to.include({ code: 'NO_RECEIVER' });
    });
  });

  describe('a master', () => {
    const masters: Master[] = [];
    const reports = new EventEmitter();
    const hear = (_: unknown, report: { readonly method?: string; readonly value: unknown; readonly error?: string }): void => {
      if (report?.method !== undefined) reports.emit(report.method, report.error ?? report.value);
    };

    before(() => cluster.on('message', hear));
    after(() => cluster.off('message', hear));
    afterEach(() => Promise.all(masters.splice(0).map((master) => master.close())));

    function start(options: object = {}): Master {
      const master = new Master({ baseDir: children, appPath: 'dispatch-app.js', libraryPath: 'dispatch-library.js', appWorkerCount: 1, logger, restart: { delay: 10 }, ...options });
      masters.push(master);
      return master;
    }

    /** What the app's agent answers. */
    async function ask(method: string): Promise<unknown> {
      const answered = once(reports, method);
      for (const worker of Object.values(cluster.workers ?? {})) worker?.send(method);
      return (await answered)[0];
    }

    it('has the library ready before the app is loaded, and is ready after it', async () => {
      const loaded = once(reports, 'loaded');
      const master = start();
      const called = sinon.spy();
      master.ready(called);

      await master.init();

      expect(await loaded).to.deep.equal([['counter']]);
      expect(await ask('increment')).to.equal(1);
      await master.ready();
      expect(called.args).to.deep.equal([[]]);
    });

    it('starts a library again that has died', async () => {
      const master = start();
      await master.init();
      const before = await ask('pid');

      const died = await ask('die');
      const after = await ask('pid');

      expect(died).to.match(/^HubError/);
      expect(after).to.be.a('number').and.to.not.equal(before);
    });

    it('rejects with what the app throws while it is loaded', async () => {
      process.env['APP_FAILS'] = 'true';
      try {
        const error: unknown = await start().init().catch((reason: unknown) => reason);

        expect(error).to.be.instanceOf(RangeError).with.property('message', 'the app cannot be loaded');
      } finally {
        delete process.env['APP_FAILS'];
      }
    });

    it('does without a library, or without an agent', async () => {
      const loaded = once(reports, 'loaded');
      await start({ needLibrary: false }).init();

      expect(await loaded).to.deep.equal(['without an agent']);
      expect(() => start({ needLibrary: false, needAgent: true })).to.throw('needLibrary为false时 needAgent不允许设为true');
    });

    it('refuses files that are not there', () => {
      expect(() => start({ libraryPath: 'nowhere.js' })).to.throw(/^libraryPath .*nowhere\.js/);
      expect(() => start({ appPath: 'nowhere.js' })).to.throw(/^appPath .*nowhere\.js/);
    });
  });
});

/** Resolves when a listener for `x` has come, or gone. */
function happens(emitter: EventEmitter, event: 'newListener' | 'removeListener'): Promise<void> {
  return new Promise((resolve) => {
    emitter.on(event, (name) => {
      if (name === 'x') setImmediate(resolve);
    });
  });
}

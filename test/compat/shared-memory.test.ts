/** The interface of cluster-shared-memory 1.1.5 and of the article before it, and what used to go wrong with them. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import sinon from 'sinon';
import sharedMemory, { SharedMemory } from '../../src/compat/shared-memory.js';
import { kill } from '../support/ipc-processes.js';
import { expectExamples } from './examples.js';

const PROGRAM = fileURLToPath(new URL('children/shared-memory-worker.js', import.meta.url));

describe('shared-memory', () => {
  describe('the programs of the article and of the package', () => {
    expectExamples('shared-memory', {
      'article.cjs': ['written: OK', 'read: 0,1,2,3'],
      'mutex.cjs': ['the primary hears that Tom is 14'],
      'lru.cjs': ['1 undefined 3', 'OK undefined'],
    });
  });

  const workers: Worker[] = [];

  afterEach(() => Promise.all(workers.splice(0).map((worker) => kill(worker.process))));

  function fork(...args: string[]): Worker {
    cluster.setupPrimary({ exec: PROGRAM, args, serialization: 'json', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const worker = cluster.fork();
    workers.push(worker);
    return worker;
  }

  function changed(key: string): Promise<unknown> {
    return new Promise((resolve) => {
      const listening = sharedMemory.listen(key, (value) => {
        listening[Symbol.dispose]();
        resolve(value);
      });
    });
  }

  it('keeps every value of a worker, and tells it so', async () => {
    const results = changed('results');
    fork('set falsy values');

    expect(await results).to.deep.equal(['OK', 'OK', 'OK', 0]);
    expect(await Promise.all(['zero', 'empty', 'no', 'null'].map((key) => sharedMemory.get(key)))).to.deep.equal([0, '', false, null]);
  });

  it('has any string as key', async () => {
    const keys = ['__proto__', 'constructor', 'toString', ''];

    await Promise.all(keys.map((key) => sharedMemory.set(key, `value of ${key}`)));

    expect(await Promise.all(keys.map((key) => sharedMemory.get(key)))).to.deep.equal(keys.map((key) => `value of ${key}`));
    expect(await sharedMemory.get('hasOwnProperty')).to.equal(undefined);
  });

  it('keeps dates and buffers, and of what cannot cross what JSON keeps', async () => {
    await sharedMemory.set('rich', { at: new Date(0), bytes: Buffer.from('a') });
    await sharedMemory.set('poor', { kept: 1, lost: () => 2 });

    expect(await sharedMemory.get('rich')).to.deep.equal({ at: new Date(0), bytes: Buffer.from('a') });
    expect(await sharedMemory.get('poor')).to.deep.equal({ kept: 1 });
  });

  it('does each thing once, callback or not', async () => {
    const heard = sinon.spy();
    const callback = sinon.spy();
    using _ = sharedMemory.listen('once', heard);

    await sharedMemory.set('once', 1, callback);
    const id = await sharedMemory.getLock('once', callback);
    await sharedMemory.releaseLock('once', id, callback);
    await sharedMemory.getLock('once').then((next) => sharedMemory.releaseLock('once', next));
    await sharedMemory.get('once', callback);
    const removed = changed('once');
    await sharedMemory.remove('once', callback);
    await removed;

    expect(heard.args).to.deep.equal([[1], [undefined]]);
    expect(callback.args).to.deep.equal([['OK'], [id], ['OK'], [1], ['OK']]);
  });

  it('tells nobody who has ended its listening', async () => {
    const heard = sinon.spy();
    const listening = sharedMemory.listen('quiet', heard);

    listening[Symbol.dispose]();
    const last = changed('quiet');
    await sharedMemory.set('quiet', 1);
    await last;

    expect(heard.callCount).to.equal(0);
  });

  it('tells the logger what a listener throws, and goes on', async () => {
    const memory = new SharedMemory();
    memory.logger = sinon.spy();
    const error = new Error('deaf');
    using _ = memory.listen('throwing', () => {
      throw error;
    });

    const heard = [changed('throwing'), changed('throwing')];
    await memory.set('throwing', 1);
    await Promise.all(heard);

    expect(memory.logger).to.have.nested.property('args[0][0]', error);
  });

  it('frees a mutex whose body throws', async () => {
    const error = new Error('body');

    const failed: unknown = await sharedMemory.mutex('fragile', () => Promise.reject(error)).catch((thrown: unknown) => thrown);

    expect(failed).to.equal(error);
    expect(await sharedMemory.mutex('fragile', () => 'again')).to.equal('again');
  });

  it('frees the lock of a worker that dies', async () => {
    const held = changed('id');
    const holder = fork('hold');
    await held;

    const mine = sharedMemory.getLock('door');
    await kill(holder.process);

    expect(await sharedMemory.releaseLock('door', await mine)).to.equal('OK');
  });

  it('releases a lock for whoever knows its id, and for nobody else', async () => {
    const id = await sharedMemory.getLock('door');
    const released = changed('released');

    expect(await sharedMemory.releaseLock('door', 'some other')).to.equal("Failed. LockId:some other does not match door's lockId.");
    expect(await sharedMemory.releaseLock('window', id)).to.equal(`Failed. LockId:${id} does not match window's lockId.`);
    fork('release', id);

    expect(await released).to.equal('OK');
    expect(await sharedMemory.releaseLock('door', id)).to.match(/^Failed/);
  });
});

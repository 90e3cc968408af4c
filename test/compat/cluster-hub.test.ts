/** The interface of cluster-hub 0.1.2, and what used to go wrong with it. This process is the primary. */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Hub } from '../../src/compat/cluster-hub.js';
import { kill } from '../support/ipc-processes.js';
import { expectExamples } from './examples.js';

const PROGRAM = fileURLToPath(new URL('children/cluster-hub-worker.js', import.meta.url));

describe('cluster-hub', () => {
  describe('its own examples', () => {
    expectExamples('cluster-hub', {
      'messages.cjs': ['master-to-master received: 1', 'master-to-worker received: 3', 'worker-to-master received: 2 from 1'],
      'broadcast.cjs': [
        'worker 1 hears news from the master',
        'worker 2 hears news from the master',
        'worker 2 hears news from worker 1',
        'worker 3 hears news from the master',
        'worker 3 hears news from worker 1',
      ],
      'requests.cjs': ['Mult in master: 35', 'Sum in master: 12', 'Sum in worker: 3'],
      'locks.cjs': ['bar lock in worker', 'foo lock in master', 'foo lock in worker', 'second foo lock in worker'],
      'die_lock.cjs': ['a worker has locked foo', 'a worker has locked foo'],
      'die_request.cjs': ['answered by: Worker died'],
    });
  });

  const hub = new Hub();
  const workers: Worker[] = [];

  afterEach(async () => {
    hub.removeAllListeners();
    await Promise.all(workers.splice(0).map((worker) => kill(worker.process)));
  });

  function fork(task = 'obey'): Worker {
    cluster.setupPrimary({ exec: PROGRAM, args: [task], serialization: 'json', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const worker = cluster.fork();
    workers.push(worker);
    return worker;
  }

  /** What a worker answers: its error and its result. */
  function ask(worker: Worker, type: string, data?: unknown, from = hub): Promise<readonly unknown[]> {
    return new Promise((resolve) => from.requestWorker(worker, type, data, (...answer) => resolve(answer)));
  }

  describe('messages', () => {
    it('arrive from a worker that exits at once', async () => {
      const told = once(hub, 'last word');
      const worker = fork('tell and exit');

      const [data, sender] = await told;

      expect(data).to.equal('told');
      expect(sender).to.equal(worker);
    });

    it('of one worker to all reach the others and not the primary', async () => {
      const [ann, ...others] = [fork(), fork(), fork()];
      const heard: unknown[] = [];
      hub.on('relayed', () => heard.push('the primary'));
      const allHeard = new Promise<void>((resolve) => {
        hub.on('heard', (_, sender) => {
          heard.push(sender);
          if (heard.length === 2) resolve();
        });
      });

      hub.sendToWorker(ann as Worker, 'relay', 1);
      await allHeard;

      expect(heard).to.have.members(others);
    });

    it('of the type `error` disturb nobody who does not listen for it', async () => {
      const worker = fork();

      hub.sendToWorker(worker, 'error', 'harmless');
      hub.sendToMaster('error', 'harmless');

      expect(await ask(worker, 'echo', 1)).to.deep.equal([null, 1]);
    });

    it('keep dates, maps and buffers, and lose functions as they used to', async () => {
      const worker = fork();

      const [, rich] = await ask(worker, 'echo', { at: new Date(0), map: new Map([[1, 2]]), bytes: Buffer.from('a') });
      const [, poor] = await ask(worker, 'echo', { kept: 1, lost: () => 2 });

      expect(rich).to.deep.equal({ at: new Date(0), map: new Map([[1, 2]]), bytes: Buffer.from('a') });
      expect(poor).to.deep.equal({ kept: 1 });
    });

    it('stay under their key', async () => {
      const worker = fork();

      const answers = await Promise.all([ask(worker, 'echo', 1), ask(worker, 'echo', 1, new Hub('other'))]);

      expect(answers).to.deep.equal([[null, 1], [null, 'the other: 1']]);
    });
  });

  describe('requests', () => {
    it('of the primary to itself are answered at once', () => {
      const answers: unknown[] = [];
      hub.on('double', (data: number, sender, callback) => callback(null, data * 2, sender));

      hub.requestMaster('double', 21, (...answer) => answers.push(answer));

      expect(answers).to.deep.equal([[null, 42, undefined]]);
    });

    it('that nobody listens for are answered at once', async () => {
      const [error] = await ask(fork(), 'unheard of');

      expect(error).to.include({ name: 'HubError', code: 'NO_RECEIVER' });
    });

    it('bring errors back as errors, given or thrown', async () => {
      const worker = fork();

      const [[given], [thrown]] = await Promise.all([ask(worker, 'fail'), ask(worker, 'throw')]);

      expect(given).to.be.instanceOf(RangeError).with.property('message', 'too far');
      expect(thrown).to.be.instanceOf(RangeError).with.property('message', 'thrown');
    });

    it('take the first answer', async () => {
      expect(await ask(fork(), 'answer twice')).to.deep.equal([null, 'first']);
    });

    it('are answered before what is told after the answer', async () => {
      const worker = fork();
      const heard: unknown[] = [];
      const told = once(hub, 'told').then(() => heard.push('told'));

      hub.requestWorker(worker, 'answer and tell', undefined, (_, answer) => heard.push(answer));
      await told;

      expect(heard).to.deep.equal(['answered', 'told']);
    });

    it('are answered by a worker that exits in the same breath', async () => {
      expect(await ask(fork(), 'answer and exit')).to.deep.equal([null, 'answered']);
    });

    it('to a worker that dies, or is dead, fail', async () => {
      const worker = fork();

      const [error] = await ask(worker, 'die');
      const [again] = await ask(worker, 'echo');

      expect(error).to.be.instanceOf(Error).with.property('message', 'Worker died');
      expect(again).to.be.instanceOf(Error).with.property('message', 'Worker died');
    });

    it('to all collect what each has answered, the dead included', async () => {
      const [ann, bob] = [fork(), fork()];
      await Promise.all([ask(ann, 'echo'), ask(bob, 'echo')]);

      const answers = await new Promise<Record<string, unknown[]>>((resolve) => {
        hub.requestAllWorkers('who dies', bob.id, (_, all) => resolve(all));
      });

      expect(Object.keys(answers)).to.have.members([String(ann.id), String(bob.id)]);
      expect(answers[ann.id]).to.deep.equal([null, 'not me']);
      expect(answers[bob.id]?.[0]).to.be.instanceOf(Error).with.property('message', 'Worker died');
    });

    it('to nobody tell so', async () => {
      const [error] = await new Promise<readonly unknown[]>((resolve) => hub.requestRandomWorker('echo', 1, (...answer) => resolve(answer)));

      expect(error).to.be.instanceOf(Error).with.property('message', 'No workers');
      expect(hub.sendToRandomWorker('echo')).to.equal(false);
    });

    it('from worker to worker are refused, and a worker knows no other', async () => {
      const [, report] = await ask(fork(), 'report');

      expect(report).to.deep.equal(['Error: Sending requests from worker to worker is not implemented', false, null]);
    });
  });

  describe('locks', () => {
    it('pass over those who died in line', async () => {
      const [holder, waiter, heir] = [fork(), fork(), fork()];
      await ask(holder, 'lock', 'door');
      await ask(waiter, 'wait in line', 'door');

      const inherited = ask(heir, 'lock', 'door');
      await kill(waiter.process);
      await ask(holder, 'unlock', 'door');

      expect(await inherited).to.deep.equal([null, 'held']);
    });

    it('are granted one at a time, to all hubs of one process', async () => {
      const order: string[] = [];
      const second = new Hub();

      await new Promise<void>((resolve) => {
        hub.lock('shared', (unlock) => {
          order.push('first');
          setImmediate(() => {
            order.push('unlocks');
            unlock();
          });
        });
        second.lock('shared', (unlock) => {
          order.push('second');
          unlock(resolve);
        });
      });

      expect(order).to.deep.equal(['first', 'unlocks', 'second']);
    });

    it('are unlocked once', async () => {
      const error = await new Promise((resolve) => {
        hub.lock('once', function (this: Hub, unlock) {
          unlock();
          try {
            unlock();
          } catch (thrown) {
            resolve(thrown);
          }
        });
      });

      expect(error).to.be.instanceOf(Error).with.property('message', 'Lock already unlocked');
    });

    it('have any string as key', async () => {
      const keys = ['__proto__', 'constructor', 'hasOwnProperty', ''];

      const granted = await Promise.all(keys.map((key) => new Promise((resolve) => hub.lock(key, (unlock) => unlock(() => resolve(key))))));

      expect(granted).to.deep.equal(keys);
    });
  });
});

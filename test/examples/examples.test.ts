/** Every example is a program that says what is written here, leaves nothing behind, and ends by itself. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

/** All that a program prints, line by line. Where processes print at the same time, `inAnyOrder`. */
interface Script {
  readonly prints: readonly string[];
  readonly inAnyOrder?: boolean;
}

const SCRIPTS: Readonly<Record<string, Script>> = {
  'readme.js': { prints: ['worker-1 sold: apple', 'worker-2 sold: apple'], inAnyOrder: true },
  'messages.js': {
    prints: [
      'primary-to-primary received: 1',
      'worker-to-primary received: 2, from worker-1',
      'primary-to-worker received: 3, from primary',
    ],
  },
  'requests.js': {
    prints: [
      'worker-1, who likes sums, asks for 1 + 2',
      'sum in the worker: 3',
      'RangeError in the worker: there is nothing to add',
      'NO_RECEIVER in the worker: No member handles "multiply". Call hub.handle() somewhere before it is asked.',
    ],
  },
  'locks.js': {
    prints: [
      'foo lock in the primary',
      'bar lock in the worker',
      'foo lock in the worker',
      'second foo lock in the worker, which dies with it',
      'foo lock in the primary again: its holder has died',
      'the worker has ended (SIGKILL)',
    ],
    inAnyOrder: true,
  },
  'transports/memory.js': { prints: ['Hello world, says bob to ann', 'ann holds the door, bob gets: undefined'] },
  'transports/fork.js': {
    prints: ['a child says hello', 'a child says hello', 'a child says hello', 'members: parent, pid-N, pid-N, pid-N'],
  },
  'transports/roads.js': {
    prints: ['group default meets process N by socket: as it should', 'group default meets process N by ipc: it was asked for by `via`'],
    inAnyOrder: true,
  },
  'transports/socket.js': { prints: ['apples left: 7', 'members: stock, till'] },
  'recipes/one-connection.js': {
    prints: [1, 2, 3].map((id) => `worker-${id}: apple, pear, plum`),
    inAnyOrder: true,
  },
  'recipes/counter.js': { prints: ['admitted: 25 of 40'] },
  'recipes/migration.js': {
    prints: ['add-prices runs (its token is a safe integer)', ...[1, 2, 3].map((id) => `worker-${id} goes on`)],
    inAnyOrder: true,
  },
  'recipes/cache-invalidation.js': { prints: ['the worker still has: price.pear', 'the primary still has: price.pear'] },
  'recipes/rolling-config.js': { prints: ['worker-1 uses info', 'worker-1 uses debug', 'the worker follows no more: AbortError'], inAnyOrder: true },
  'recipes/graceful-shutdown.js': { prints: ['answered although it was ending: an order is done', 'afterwards: NO_RECEIVER'] },
  'guide/getting-started.js': { prints: ['pid-N is done', 'the sum of all products: 26'] },
  'guide/durability.js': {
    prints: [
      'orders: 4711 and 4712',
      'visitors: 0',
      'REFUSED: The group has a secret, and this process was given none. Pass the same `secret` in all processes of the group.',
      'in memory: UNSUPPORTED',
    ],
  },
  'guide/telling.js': {
    prints: [
      'order.placed from ann: apple',
      'one token: order.placed',
      'one token or more: order.placed',
      'one token or more: order.paid.late',
      'one token: order.shipped',
      'one token or more: order.shipped',
      'weather.london: rain, as it was said before',
      'weather.paris: sun, as it was said before',
      'weather.london: fog',
      'the newest ticks: 4, 5; dropped: 3',
      'undelivered: nobody.listens, order.placed',
    ],
  },
  'guide/services.js': {
    prints: [
      'apples left: 2',
      'true: there are not 10 of pear',
      '_restock: TypeError',
      'visited: apple, 2',
      'visited: pear, 4',
      'read: fruit is cheap',
      '2 x apple',
      '4 x pear',
      'changed my mind',
      'taken: pear, left: 3',
      'hello bob',
      '1, 2, 3, 4, 5, OVERLOADED',
      'in the account: 6',
      'NO_RECEIVER',
      'another one has 0',
      'opened by bob',
      'bob closes its till',
      'opened by ann',
      'ann closes its till',
    ],
  },
  'guide/asking.js': {
    prints: [
      'area: 6',
      'true: ann asks for the area of less than nothing',
      'the asker waits for a while',
      'TIMEOUT',
      'nobody waits any more: stopped',
      'the asker waits without limit',
      'changed my mind',
      'nobody waits any more: stopped',
      'NO_RECEIVER false',
      'at once: 2',
      'part: 1',
      'part: 2',
      'bob: fulfilled',
      'cost: 18',
    ],
    inAnyOrder: true,
  },
  'guide/state.js': {
    prints: [
      'true: ann has 70, bob has 30',
      'together: 70 and 30',
      'brief has gone: expired',
      'the cache holds a and c',
      'other options: CONFLICT',
      'workers: 1',
      'busy: 1',
      'set mail.1: a letter',
      'workers: 1',
    ],
  },
  'guide/locks.js': {
    prints: [
      'ann shares: true, and bob reads: shared',
      'DEADLOCK: It would wait for ever: ann waits for "a", ann holds "a". Take the keys in one order everywhere, or all at once.',
      'bob has it, and ann has lost it: LOST',
      'door: held by ann, awaited by bob',
      'one answer for both: true',
      'runs: 1',
      'both are here',
      'three mails at once: true, true, false',
      'door is held, exclusive',
    ],
  },
  'guide/agreeing.js': {
    prints: [
      'door is held by ann',
      'what the body returns',
      'bob tries: undefined',
      'bob waits: TIMEOUT',
      'released: true, again: false',
      'a writer tries: undefined',
      'held together: account 1, account 2',
      'permits taken: 1',
      'after ann leads bob, with a higher token: true',
      'after a sale: 7',
      'dates stay dates: true',
      'CONFLICT',
      'whole: apples, opened, pears',
      'delete: pears',
      'joined: ann',
      'joined: bob',
    ],
  },
};

describe('The examples', () => {
  let temporary: string;

  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'ih-'));
  });
  afterEach(() => rm(temporary, { recursive: true, force: true }));

  for (const [file, { prints, inAnyOrder = false }] of Object.entries(SCRIPTS)) {
    it(`${file} says what it should, and ends`, async () => {
      const lines = await linesOf(file);

      expect(inAnyOrder ? lines.sort() : lines).to.deep.equal(inAnyOrder ? [...prints].sort() : prints);
    });
  }

  it('shared-memory.js loses nothing, but by a read and a write', async () => {
    const [a, ...counts] = await linesOf('shared-memory.js');

    expect(a).to.equal('a: [ 0, 1, 2, 3 ]');
    expect(counts.slice(0, 3)).to.deep.equal(['by add: 1000 of 1000', 'by update: 1000 of 1000', 'by lock: 1000 of 1000']);
    expect(Number(/^by a read and a write: (\d+) of 1000$/.exec(counts[3] ?? '')?.[1])).to.be.within(250, 1000);
  });

  it('cluster.js follows the lives of its workers, and hears from each', async () => {
    const lines = await linesOf('cluster.js');

    expect(lines[0]).to.equal('[primary] started');
    for (const worker of ['worker-1', 'worker-2', 'worker-3']) {
      for (const event of ['fork', 'online', 'listening', 'disconnect']) expect(lines).to.include(`[primary] ${event}: ${worker}`);
    }
    for (const worker of ['worker-1', 'worker-2']) {
      expect(lines).to.include(`[${worker}] received "to all workers" from primary`);
      expect(lines).to.include(`[primary] ${worker} replied: thanks for "to all workers"`);
    }
    expect(lines).to.include('[primary] exit: worker-1 (SIGKILL)');
    expect(lines).to.include('[primary] worker-3 replied: thanks for "to the new one"');
    expect(lines).to.include('[primary] exit: worker-3 (0)');
  });

  it('demo.js tells its story in time', async function () {
    this.timeout(60_000);
    const start = performance.now();
    const story = (await linesOf('demo.js')).join('\n');

    expect(story).to.match(/counted them in [\d.]+ ms/);
    expect(story).to.include('One process, counting alone, comes to exactly the same');
    expect(story).to.include('It goes to: cid, ann, bob, ann.');
    expect(story).to.match(/bob holds the lock [\d.]+ ms later/);
    expect(story).to.include('rejected as soon: LOST, mayHaveRun: true');
    expect(story).to.match(/[\d.]+ ms later the group has met again/);
    expect(story).to.include('It is: east, narrator, south.');
    expect(story).to.include('still has the key: "Yes, still."');
    expect(story).to.include('The map has a sum of 42.');
    expect(story).not.to.include('\u001b');
    expect(performance.now() - start).to.be.below(30_000);
  });

  it('are all run here', async () => {
    // Those of `compat` are run by their own tests.
    const parts = /^(demo|recipes\/pretend|compat)\//;
    const files = (await readdir('examples', { recursive: true })).filter((file) => file.endsWith('.js') && !parts.test(file));

    expect(files.sort()).to.deep.equal([...Object.keys(SCRIPTS), 'shared-memory.js', 'cluster.js', 'demo.js'].sort());
  });

  /** Rejects when the program fails, or complains. */
  async function linesOf(file: string): Promise<string[]> {
    const { stdout, stderr } = await run(process.execPath, [join('examples', file)], {
      env: { ...process.env, TMPDIR: temporary },
      timeout: 45_000,
    });
    expect(stderr).to.equal('');
    expect(await readdir(temporary)).to.deep.equal([]);
    return stdout.split('\n').filter((line) => line !== '');
  }
});

import { expect } from 'chai';
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import sinon from 'sinon';
import { clusterRendezvous } from '../../src/transports/cluster.js';
import { acceptEverybody, IPC_CHILD, kill, printed, sendAround } from '../support/ipc-processes.js';
import type { Entrance } from '../support/ipc-processes.js';

describe('The cluster transport', () => {
  const workers: Worker[] = [];
  const entrances: Entrance[] = [];

  afterEach(async () => {
    await Promise.all(entrances.splice(0).map((entrance) => entrance.close()));
    await Promise.all(workers.splice(0).map((worker) => kill(worker.process)));
  });

  /** Another group for each specification: the primary is the same for all. */
  let group = '';
  beforeEach(function () {
    group = this.currentTest?.title ?? '';
  });

  function start(task: string, { serialization = 'json', env = {}, via = 'auto' }: { serialization?: 'json' | 'advanced'; env?: NodeJS.ProcessEnv; via?: 'auto' | 'ipc' } = {}): Worker {
    cluster.setupPrimary({ exec: IPC_CHILD, args: ['cluster', task, via, group], serialization, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const worker = cluster.fork(env);
    workers.push(worker);
    return worker;
  }

  async function found(): Promise<Entrance> {
    const entrance = await acceptEverybody(clusterRendezvous({ group }));
    entrances.push(entrance);
    return entrance;
  }

  it('lets in workers that were forked before and after, with any serialization, each once', async () => {
    start('echo');
    const early = start('echo', { serialization: 'advanced' });
    await once(early, 'message');
    start('echo');
    const entrance = await found();
    await entrance.joins(2);

    start('echo', { serialization: 'advanced' });
    await entrance.joins(3);
    await Promise.all(entrance.joined.map((joined) => sendAround(joined, Buffer.from('hello'), 5)));

    expect(entrance.joined.map(({ sink }) => sink.text)).to.deep.equal(['hello', 'hello', 'hello', 'hello']);
  });

  it('lets in a worker that calls long after it was forked', async () => {
    const entrance = await found();
    const worker = start('join late');

    await once(worker, 'online');
    const joining = entrance.joins(0);
    const asking = setInterval(() => worker.send('go'), 50);
    await joining.finally(() => clearInterval(asking));

    expect(entrance.joined).to.have.lengthOf(1);
  });

  it('listens once for the workers of all primaries, and no more when they are gone', async () => {
    const before = cluster.listenerCount('fork');

    const groups = Array.from({ length: 30 }, (_, n) => `${group} ${n}`);
    const primaries = await Promise.all(groups.map((each) => acceptEverybody(clusterRendezvous({ group: each }))));
    const during = cluster.listenerCount('fork');
    await Promise.all(primaries.map((primary) => primary.close()));

    // One for all of them; where another primary of this process listens already, not even that.
    expect(during).to.be.within(before, before + 1);
    expect(cluster.listenerCount('fork')).to.equal(before);
  });

  it('keeps two groups on one channel apart', async () => {
    const entrance = await found();
    const strangers = await acceptEverybody(clusterRendezvous({ group: 'strangers' }));
    entrances.push(strangers);

    start('echo');
    await entrance.joins(0);

    expect(strangers.joined).to.have.lengthOf(0);
  });

  for (const via of ['auto', 'ipc'] as const) {
    describe(via === 'auto' ? 'by a private socket' : 'over the IPC channel', () => {
      it('closes the link of a worker that is killed, once, emits no error, and serves the next one', async () => {
        const entrance = await found();
        const worker = start('send for ever', { via });
        const onError = sinon.spy();
        worker.on('error', onError);
        worker.process.on('error', onError);
        const { link, sink } = await entrance.joins(0);
        await sink.has(100_000);

        for (let sent = 0; sent < 20; sent++) link.send(Buffer.alloc(100_000));
        worker.process.kill('SIGKILL');
        for (let sent = 0; sent < 20; sent++) link.send(Buffer.alloc(100_000));
        await sink.hears('closed');
        link.send(Buffer.from('into the void'));
        start('echo', { via });
        await entrance.joins(1);

        expect(sink.told.filter((word) => word === 'closed')).to.have.lengthOf(1);
        expect(sink.told.at(-1)).to.equal('closed');
        expect(onError.callCount).to.equal(0);
      });

      it('closes the link of a worker that disconnects, and lets it end', async () => {
        const entrance = await found();
        const worker = start('echo', { via });
        const { link, sink } = await entrance.joins(0);
        await sendAround({ link, sink }, Buffer.from('hello'), 5);

        worker.disconnect();
        await sink.hears('closed');
        link.send(Buffer.from('into the void'));
        await once(worker, 'exit');

        expect(sink.told).to.deep.equal(['received', 'closed']);
      });
    });
  }

  it('says what to do instead under PM2 in cluster mode', async () => {
    const worker = start('report why it cannot join', { env: { pm_id: '0', exec_mode: 'cluster_mode' } });

    const [line] = await printed(worker.process, 1);

    expect(line).to.match(/^UNSUPPORTED PM2 in cluster mode .*transport: 'socket'/);
  });

  it('lets in workers of a primary that PM2 runs in fork mode', async () => {
    const entrance = await found();

    start('echo', { env: { pm_id: '0', exec_mode: 'fork_mode' } });

    await entrance.joins(0);
  });

  it('is a group of one in a process that is no worker', async () => {
    const rendezvous = clusterRendezvous();

    const meeting = await rendezvous.meet(new AbortController().signal);

    expect(rendezvous.suggestedName).to.equal('primary');
    expect(meeting).to.include({ role: 'authority', epoch: 1 });
  });
});

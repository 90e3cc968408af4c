import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import sinon from 'sinon';
import { supervise } from '../../src/supervise/supervise.js';
import type { Notice, ProcessPlan, SuperviseOptions, Supervisor } from '../../src/supervise/supervise.js';
import { expectExamples } from '../compat/examples.js';

const file = fileURLToPath(new URL('children/supervised-child.js', import.meta.url));

describe('A supervisor', () => {
  const supervisors: Supervisor[] = [];

  afterEach(() => Promise.all(supervisors.splice(0).map((supervisor) => supervisor.stop())));

  let group = 0;

  function start(processes: Record<string, ProcessPlan>, options: Partial<SuperviseOptions> = {}): Supervisor {
    group += 1;
    const supervisor = supervise({ processes, signals: [], hub: { group: `supervised ${group}` }, ...options });
    supervisors.push(supervisor);
    return supervisor;
  }

  /** Resolves when it has been told of so many. */
  function told(supervisor: Supervisor, type: string, count = 1): Promise<readonly Notice[]> {
    const notices: Notice[] = [];
    return new Promise((resolve) => {
      supervisor.hub.on<Notice>(`supervise.${type}`, (notice) => {
        if (notices.push(notice) === count) resolve(notices);
      });
    });
  }

  const answer: ProcessPlan = { file, args: ['answer'] };

  it('starts crews one after the other, as members of its hub under their names', async () => {
    const supervisor = start({ library: answer, app: { file, args: ['answer'], cluster: true, count: 2 } });
    const order: string[] = [];
    supervisor.hub.on<Notice>('supervise.*', ({ name }, { topic }) => order.push(`${topic.slice('supervise.'.length)} ${name}`));

    await supervisor.ready();
    const pids = await Promise.all(['library', 'app-1', 'app-2'].map((to) => supervisor.hub.request('pid', undefined, { to })));

    expect(order.indexOf('ready library')).to.be.below(order.indexOf('fork app-1'));
    expect(order).to.include.members(['online library', 'ready library', 'fork app-1', 'online app-1', 'ready app-1', 'ready app-2']);
    expect(supervisor.processes).to.deep.equal(pids.map((pid, index) => ({ name: ['library', 'app-1', 'app-2'][index], pid, at: 'filled' })));
  });

  it('rejects with what a process says of why it failed, and ends the others', async () => {
    const supervisor = start({ library: answer, app: { file, args: ['fail'] } });
    const exits = told(supervisor, 'exit', 2);

    const error: unknown = await supervisor.ready().catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(RangeError);
    expect(error).to.include({ message: 'no database', code: 'E_DB' });
    expect(await exits).to.have.lengthOf(2);
  });

  it('rejects when a process ends before it is ready, or takes too long', async () => {
    const ended: unknown = await start({ app: { file, args: ['end at once'] } }).ready().catch((reason: unknown) => reason);
    const late: unknown = await start({ app: { file, args: ['hang'], readyTimeout: 300, stopTimeout: 100 } }).ready().catch((reason: unknown) => reason);

    expect(ended).to.include({ code: 'LOST', message: '"app" has ended (code 3) before it was ready.' });
    expect(late).to.include({ code: 'TIMEOUT', message: '"app" was not ready within 300 ms. Call supervised().ready() in it, or raise `readyTimeout`.' });
  });

  it('takes a worker that listens as ready, without a word of it', async () => {
    const supervisor = start({ app: { file, args: ['listen'], cluster: true, ready: 'listening' } });
    const listening = told(supervisor, 'listening');

    await supervisor.ready();

    const [notice] = await listening;
    expect(notice?.address?.port).to.be.above(0);
  });

  it('starts again what has died', async () => {
    const supervisor = start({ app: { ...answer, restart: { delay: 10 } } });
    await supervisor.ready();
    const { hub, processes: [first] } = supervisor;
    const exit = told(supervisor, 'exit');
    const ready = told(supervisor, 'ready');

    hub.request('die', undefined, { to: 'app' }).catch(() => {});
    await ready;
    const pid = await hub.request('pid', undefined, { to: 'app' });

    expect((await exit)[0]).to.include({ name: 'app', pid: first?.pid, signal: 'SIGKILL' });
    expect(pid).to.not.equal(first?.pid);
  });

  it('gives up on what ends again and again, later each time', async () => {
    const onError = sinon.spy();
    const supervisor = start({ app: { file, args: ['end when ready'], restart: { delay: 10, limit: 2 } } }, { onError });
    const restarts = told(supervisor, 'restart', 2);
    const givenUp = told(supervisor, 'given-up');

    await supervisor.ready();
    await givenUp;

    expect((await restarts).map(({ delay }) => delay)).to.deep.equal([10, 20]);
    expect(onError.args[0]?.[0]).to.include({ code: 'UNAVAILABLE' });
    expect(supervisor.processes).to.deep.equal([{ name: 'app', pid: undefined, at: 'given up' }]);
  });

  it('renews all processes under load, and no request is lost', async () => {
    const supervisor = start({ app: { ...answer, count: 3 }, asker: { file, args: ['ask'] } });
    await supervisor.ready();
    const before = supervisor.processes.map(({ pid }) => pid);
    const asked = first<{ pids: number; errors: readonly string[] }>(supervisor, 'asked');

    await supervisor.restart('app');
    await supervisor.restart('app');
    supervisor.hub.send('enough');
    const { pids, errors } = await asked;

    expect(errors).to.deep.equal([]);
    expect(pids).to.equal(9);
    expect(supervisor.processes.slice(0, 3).map(({ pid }) => pid)).to.not.include.members(before.slice(0, 3));
  });

  it('renews the workers of a server, and no connection is refused', async () => {
    const supervisor = start({ app: { file, args: ['serve'], cluster: true, count: 2 } });
    const listening = told(supervisor, 'listening');
    await supervisor.ready();
    const port = (await listening)[0]?.address?.port ?? 0;
    const pids = new Set<string>();
    let isOver = false;
    const asking = (async () => {
      while (!isOver) pids.add(await fetchText(port));
    })();

    await supervisor.restart();
    isOver = true;
    await asking;

    expect(pids.size).to.be.within(3, 4);
  });

  it('keeps the old process when the new one fails', async () => {
    const plan = { ...answer, args: ['answer'] };
    const supervisor = start({ app: plan });
    await supervisor.ready();
    const [before] = supervisor.processes;

    plan.args = ['fail'];
    const error: unknown = await supervisor.restart().catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(RangeError);
    expect(supervisor.processes).to.deep.equal([before]);
  });

  it('ends the old process before it starts the new one, where they must not overlap', async () => {
    const supervisor = start({ app: { ...answer, overlap: false } });
    await supervisor.ready();
    const order: string[] = [];
    supervisor.hub.on<Notice>('supervise.*', (_, { topic }) => order.push(topic));

    await supervisor.restart();

    expect(order.indexOf('supervise.exit')).to.be.within(0, order.indexOf('supervise.fork'));
  });

  it('kills what does not end', async () => {
    const supervisor = start({ app: { file, args: ['hang'], stopTimeout: 100 } });
    supervisor.ready().catch(() => {});
    await new Promise<void>((resolve) => supervisor.hub.on('deaf', () => resolve()));
    const exit = told(supervisor, 'exit');

    await supervisor.stop();

    expect((await exit)[0]).to.include({ name: 'app', signal: 'SIGKILL' });
  });

  it('leaves nobody behind when it is killed, and each ends in order', async () => {
    const program = fileURLToPath(new URL('children/supervisor.js', import.meta.url));
    const child = fork(program, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const { stdout } = child;
    let said = '';
    stdout?.on('data', (data) => {
      said += String(data);
      if (said.includes('all are ready')) child.kill('SIGKILL');
    });

    // Closed when the last process that could write to it has ended.
    await once(child, 'close');

    expect(said.trim().split('\n').sort()).to.deep.equal(['all are ready', 'the app ends', 'the library ends']);
  });

  describe('drains all on SIGTERM:', () => {
    expectExamples('supervision', {
      'main.js': [
        'all are ready',
        'all processes are new; answers: many, failures: 0',
        'app-1 has died: SIGKILL',
        'app-1 is there again',
        'the library ends',
        'the library ends',
      ],
    });
  });

  it('refuses plans that make no sense, by name', () => {
    const refused = (processes: object, options: object = {}) => () => supervise({ processes, ...options } as SuperviseOptions);

    expect(refused({ app: { fiel: 'a.js' } })).to.throw(TypeError, '`fiel` is no option of the plan of "app"');
    expect(refused({ app: {} })).to.throw(TypeError, '`file` of "app" is the path of a program');
    expect(refused({ app: { file, count: -1 } })).to.throw(RangeError, '`count` of "app"');
    expect(refused({ app: { file, ready: 'listening' } })).to.throw(TypeError, 'Only workers of a cluster are known to listen');
    expect(refused({}, { count: 2 })).to.throw(TypeError, '`count` is no option of supervise');
  });
});

function first<V>(supervisor: Supervisor, topic: string): Promise<V> {
  return new Promise((resolve) => supervisor.hub.on<V>(topic, resolve));
}

async function fetchText(port: number): Promise<string> {
  const [response] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

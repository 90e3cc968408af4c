/** A broker by itself is told to end, again and again, while its members do all that can be done: nobody sees an error. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { meetingPlace } from '../support/meeting-place.js';
import { MemberProcess } from '../support/member-process.js';
import type { Place } from '../support/place.js';
import { RemotePeer } from '../support/remote-peer.js';

const PROGRAM = fileURLToPath(new URL('../../src/bin/interhub.js', import.meta.url));
const MEMBERS = 4;
const KINDS = ['lock', 'semaphore', 'count', 'set', 'ask', 'big', 'stream', 'service', 'events', 'gather'];

describe('A broker that is told to end under full load', () => {
  const place = meetingPlace();
  const peers: RemotePeer[] = [];
  let broker: ChildProcess | undefined;

  const keep = async (): Promise<void> => {
    broker = spawn(process.execPath, [PROGRAM, 'broker', place.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(broker.stdout ?? broker, 'data');
  };
  const end = async (): Promise<unknown> => {
    broker?.kill('SIGTERM');
    return broker && (await once(broker, 'exit'))[0];
  };

  const allGoOn = (): Promise<unknown> => Promise.all(peers.map((peer) => peer.run(goesOn, KINDS)));

  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.kill();
    if (broker?.exitCode !== null) return;
    broker.kill('SIGKILL');
    await once(broker, 'exit');
  });

  it('costs nobody a lock, a change, an answer, or a part of a stream', async function () {
    this.timeout(60_000);
    await keep();
    for (let n = 0; n < MEMBERS; n++) peers.push(await RemotePeer.seat(MemberProcess.start(), `m${n}`, { transport: 'socket', path: place.path, broker: 'never' }));
    await peers[0]?.run(({ hub }) => void hub.expose('calc', { twice: (x: number) => 2 * x, call: (say: (x: number) => void) => say(1), async *upTo(end: number) { for (let i = 0; i < end; i++) yield i; } }));
    for (const peer of peers) await peer.run(({ hub }) => {
      hub.handle('echo', (value) => new Promise((resolve) => setTimeout(() => resolve(value), 1)));
      hub.handle('count', async function* (end) {
        for (let i = 0; i < (end as number); i++) {
          if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
          yield i;
        }
      });
    });
    for (const peer of peers) await peer.run(work, MEMBERS);

    const codes: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      await allGoOn();
      codes.push(await end());
      await keep();
    }
    await allGoOn();
    const found: unknown[] = [];
    let sum = 0;
    for (const peer of peers) {
      await peer.run(({ kept }) => kept<() => Promise<void>>('stop')());
      found.push(...(await peer.run(({ log }) => [...log('wrong').entries, ...log('errors').entries])));
      sum += (await peer.run(({ log }) => log('count').entries)).length;
    }

    expect(codes).to.deep.equal([0, 0, 0]);
    expect(found).to.deep.equal([]);
    expect(await peers[0]?.run(({ hub }) => hub.state<number>('n').get('n'))).to.equal(sum);
  });
});

/** Each of these over and over again, until it is told to stop. What is not as it should be is written down. */
function work({ hub, keep, log }: Place, members: number): void {
  let isOver = false;
  const running: Promise<void>[] = [];
  const wrong = (what: string, how: unknown): void => log('wrong').push(`${what}: ${how instanceof Error ? how.message : String(how)}`);
  const check = (what: string, isRight: boolean): void => void (isRight || wrong(what, 'not as it should be'));
  const repeat = (kind: string, act: () => Promise<unknown>): void => {
    const going = async (): Promise<void> => {
      while (!isOver) {
        await act().then(() => log(kind).push(1), (error: unknown) => wrong(kind, error));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    running.push(going());
  };
  const calc = hub.service<{ twice(x: number): number; call(say: (x: number) => void): void; upTo(end: number): AsyncIterable<number> }>('calc');

  repeat('lock', () => hub.lock('door', (lock) => void lock.signal.addEventListener('abort', () => wrong('lock', lock.signal.reason))));
  repeat('semaphore', () => hub.semaphore('desks', { permits: 2 }).acquire().then((desk) => desk.release()));
  repeat('count', () => hub.state<number>('n').add('n', 1));
  repeat('set', () => hub.state('map').set(`key ${Math.floor(Math.random() * 50)}`, 'x'.repeat(100)));
  repeat('ask', async () => check('ask', (await hub.request('echo', 7)) === 7));
  repeat('big', async () => check('big', (await hub.request<string>('echo', 'x'.repeat(200_000))).length === 200_000));
  repeat('stream', async () => {
    let next = 0;
    for await (const part of hub.stream('count', 200)) check('stream', part === next++);
    check('stream', next === 200);
  });
  repeat('service', async () => {
    check('service', (await calc.twice(21)) === 42);
    let said = 0;
    await calc.call((x) => void (said = x));
    check('service', said === 1);
    let next = 0;
    for await (const part of calc.upTo(20)) check('service', part === next++);
    check('service', next === 20);
  });
  repeat('gather', async () => {
    const answers = await hub.gather('echo', 1);
    check('gather', answers.size === members && [...answers.values()].every(({ status }) => status === 'fulfilled'));
  });
  void (async () => {
    let last = 0;
    for await (const change of hub.state('map').watch()) {
      if (change.type !== 'whole') check('watch', change.version > last);
      last = change.version;
      log('events').push(1);
    }
  })().catch((error: unknown) => wrong('watch', error));
  keep('stop', () => {
    isOver = true;
    return Promise.all(running);
  });
}

/** Resolves when each kind of work has been done some more. */
async function goesOn({ log }: Place, kinds: readonly string[]): Promise<void> {
  await Promise.all(kinds.map((kind) => log(kind).reach(log(kind).entries.length + 3)));
}

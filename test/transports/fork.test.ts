import { expect } from 'chai';
import { fork as forkProcess, spawn } from 'node:child_process';
import type { ChildProcess, ForkOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import sinon from 'sinon';
import { fork, forkRendezvous } from '../../src/transports/fork.js';
import { acceptEverybody, digest, IPC_CHILD, kill, printed, sendAround } from '../support/ipc-processes.js';
import type { Entrance } from '../support/ipc-processes.js';
import { LinksTaken } from '../support/links-taken.js';
import { meetingPlace } from '../support/meeting-place.js';

describe('The fork transport', () => {
  const children: ChildProcess[] = [];
  const entrances: Entrance[] = [];

  afterEach(async () => {
    await Promise.all(entrances.splice(0).map((entrance) => entrance.close()));
    await Promise.all(children.splice(0).map(kill));
  });

  function start(task: string, { via = 'auto', ...options }: ForkOptions & Via = {}): ChildProcess {
    const child = forkProcess(IPC_CHILD, ['fork', task, via], options);
    children.push(child);
    return child;
  }

  async function found(...own: readonly ChildProcess[]) {
    const rendezvous = forkRendezvous({ children: own });
    const entrance = await acceptEverybody(rendezvous);
    entrances.push(entrance);
    return { rendezvous, entrance };
  }

  for (const [name, way] of Object.entries<ForkOptions & Via>({
    'by a private socket': {},
    'over the IPC channel': { via: 'ipc' },
    'over the IPC channel with advanced serialization': { via: 'ipc', serialization: 'advanced' },
  })) {
    describe(name, () => {
      it('carries 20 MB there and back, intact and in order', async () => {
        const { entrance } = await found(start('echo', way));
        const child = await entrance.joins(0);
        const bytes = randomBytes(20_000_000);

        await sendAround(child, bytes, 100_000);

        expect(digest(child.sink.bytes)).to.equal(digest(bytes));
      });

      it('closes the link of a child that is killed in the middle of it, once, and emits no error', async () => {
        const child = start('send for ever', way);
        const onError = sinon.spy();
        child.on('error', onError);
        const { entrance } = await found(child);
        const { link, sink } = await entrance.joins(0);
        await sink.has(1_000_000);

        for (let sent = 0; sent < 50; sent++) link.send(Buffer.alloc(100_000));
        child.kill('SIGKILL');
        for (let sent = 0; sent < 50; sent++) link.send(Buffer.alloc(100_000));
        await once(child, 'exit');
        await sink.hears('closed');
        link.send(Buffer.from('into the void'));
        link.close();
        await new Promise((resolve) => setImmediate(resolve));

        expect(sink.told.filter((word) => word === 'closed')).to.have.lengthOf(1);
        expect(sink.told.at(-1)).to.equal('closed');
        expect(onError.callCount).to.equal(0);
      });

      it('hears the last words of a child that closes and exits', async () => {
        const child = start('say good-bye', way);
        const { entrance } = await found(child);
        const { sink } = await entrance.joins(0);

        await once(child, 'exit');
        await sink.hears('closed');

        expect(sink.text).to.equal('good-bye');
        expect(sink.error).to.equal(undefined);
      });

      it('lets an idle child exit by itself, and does not let one exit that listens for messages of its own', async () => {
        const listening = start('join, then listen for messages', way);
        await found(listening);
        await told(listening, 'listening');
        const idle = start('idle', way);
        await found(idle);

        const [code] = await once(idle, 'exit');
        listening.send('still there?');
        const answer = await told(listening, { heard: 'still there?' });

        expect([code, answer]).to.deep.equal([0, true]);
      });

      it('costs nobody a message that was sent before its listener was there', async () => {
        const child = start('join, then listen for messages', way);
        child.send({ early: true });
        await found(child);

        expect(await told(child, { heard: { early: true } })).to.equal(true);
      });

      it('tells a child whose parent has died, and that there is no way back', async () => {
        const parent = start('fork a child that reports its end', { ...way, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
        const lines = printed(parent, 3);
        parent.stdout?.once('data', () => parent.kill('SIGKILL'));

        const [, closed, again] = await lines;
        // A socket's end does not say who ended it; the channel's does, and either may be the first.
        expect(closed).to.be.oneOf(way.via === 'ipc' ? ['closed: LOST'] : ['closed: LOST', 'closed: undefined']);
        expect(again).to.equal('again: UNAVAILABLE');
      });

      it('tells a child that its parent disconnects, and lets it end', async () => {
        const child = start('report its end', { ...way, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
        const { entrance } = await found(child);
        const { sink } = await entrance.joins(0);
        const lines = printed(child, 3);
        child.stdout?.once('data', () => child.disconnect());

        expect(await lines).to.deep.equal(['joined', 'closed: LOST', 'again: UNAVAILABLE']);
        await sink.hears('closed');
      });
    });
  }

  describe('by a private socket', () => {
    const place = meetingPlace();
    let links: LinksTaken;

    beforeEach(() => {
      links = new LinksTaken();
    });
    afterEach(() => links.stop());

    it('leaves nothing behind, also when all are killed', async () => {
      const all = Array.from({ length: 3 }, () => start('echo', { env: { ...process.env, TMPDIR: place.parent } }));
      const { entrance } = await found(...all);
      await entrance.joins(2);

      const left = await readdir(place.parent);
      for (const child of all) child.kill('SIGKILL');
      await Promise.all(all.map((child) => once(child, 'exit')));

      links.expectAll('socket');
      expect([left, await readdir(place.parent)]).to.deep.equal([[], []]);
    });

    it('goes over the channel instead where a child finds no room for a socket, and says why', async () => {
      const { entrance } = await found(start('echo', { env: { ...process.env, TMPDIR: join(place.parent, 'missing') } }), start('echo'));
      const joined = [await entrance.joins(0), await entrance.joins(1)];

      await Promise.all(joined.map((child) => sendAround(child, Buffer.from('hello'), 5)));

      const [without] = links.notices.filter(({ via }) => via === 'ipc');
      expect(links.notices.map(({ via }) => via)).to.have.members(['ipc', 'socket']);
      expect(without?.because).to.match(/ENOENT/);
    });
  });

  it('serves children with different serializations side by side, forked or spawned', async () => {
    const spawned = spawn(process.execPath, [IPC_CHILD, 'fork', 'echo'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(spawned);
    const { entrance } = await found(start('echo'), start('echo', { serialization: 'advanced' }), spawned);
    const joined = [await entrance.joins(0), await entrance.joins(1), await entrance.joins(2)];

    await Promise.all(joined.map((child) => sendAround(child, Buffer.from('hello'), 5)));

    expect(joined.map(({ sink }) => sink.text)).to.deep.equal(['hello', 'hello', 'hello']);
  });

  it('adopts children that were started long before and that come later', async () => {
    const early = start('echo');
    await once(early, 'message');
    const { rendezvous, entrance } = await found();

    rendezvous.adopt(early);
    rendezvous.adopt(early);
    await entrance.joins(0);
    rendezvous.adopt(start('echo'));
    await entrance.joins(1);

    expect(entrance.joined).to.have.lengthOf(2);
  });

  it('refuses a child without a channel, and children of a child', () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    children.push(child);

    expect(() => fork({ children: [child] })).to.throw(TypeError, /has no IPC channel/);
    expect(() => fork({ children: [], role: 'child' })).to.throw(TypeError, /takes no children/);
    expect(() => fork({ role: 'child' })).to.throw(TypeError, /no IPC channel to a parent/);
  });
});

interface Via {
  readonly via?: 'auto' | 'ipc';
}

/** Resolves when the child sends exactly this, among whatever else it sends. */
function told(child: ChildProcess, message: unknown): Promise<true> {
  return new Promise((resolve) => {
    child.on('message', (heard) => {
      if (isDeepStrictEqual(heard, message)) resolve(true);
    });
  });
}

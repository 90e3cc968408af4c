import { expect } from 'chai';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import sinon from 'sinon';
import { HubError } from '../../src/core/errors.js';
import type { Link, LinkSink } from '../../src/core/star/link.js';
import type { Meeting } from '../../src/core/star/rendezvous.js';
import { FolderRendezvous } from '../../src/transports/socket/folder-rendezvous.js';
import type { BrokerRole } from '../../src/transports/socket/folder-rendezvous.js';
import { Generations } from '../../src/transports/socket/generations.js';
import { ConnectOracle } from '../../src/transports/socket/connect-oracle.js';
import { system } from '../../src/transports/socket/steps.js';
import type { Steps } from '../../src/transports/socket/steps.js';
import type { Report } from '../processes/children/meet.js';
import { eachStep } from '../support/each-step.js';
import { inventory, meetingPlace } from '../support/meeting-place.js';
import { rejection } from '../support/rejection.js';

type Authority = Extract<Meeting, { role: 'authority' }>;
type Membership = Extract<Meeting, { role: 'member' }>;

describe('Meeting in a folder', () => {
  const place = meetingPlace();
  const never = new AbortController().signal;
  const met: Meeting[] = [];

  afterEach(async () => {
    for (const meeting of met.splice(0)) {
      if (meeting.role === 'authority') await meeting.close();
      else meeting.link.destroy(new HubError('CLOSED', 'The test is over.'));
    }
  });

  const rendezvous = (broker: BrokerRole = 'auto', steps: Partial<Steps> = {}): FolderRendezvous =>
    new FolderRendezvous({ path: place.path, broker }, { ...system, ...steps });

  async function meet(by: FolderRendezvous, signal: AbortSignal = never): Promise<Meeting> {
    const meeting = await by.meet(signal);
    met.push(meeting);
    return meeting;
  }

  async function lead(by = rendezvous()): Promise<Authority> {
    const meeting = await meet(by);
    if (meeting.role !== 'authority') throw new Error('Another process is the broker.');
    return meeting;
  }

  async function joined(by = rendezvous()): Promise<Membership> {
    const meeting = await meet(by);
    if (meeting.role !== 'member') throw new Error('There is no broker.');
    return meeting;
  }

  async function ended(): Promise<Authority> {
    const broker = await lead();
    await broker.close();
    return broker;
  }

  /** Steps whose n-th pause from now ends the waiting, and the signal that does it. */
  function patience(pauses: number): { readonly steps: Partial<Steps>; readonly signal: AbortSignal } {
    const giveUp = new AbortController();
    const pause: Steps['pause'] = async (time, signal) => {
      if (--pauses === 0) giveUp.abort(new Error('waited long enough'));
      await system.pause(Math.min(time, 2), signal);
    };
    return { steps: { pause }, signal: giveUp.signal };
  }

  const generations = (): Generations => new Generations(place.path, system);

  describe('finds or founds the group', () => {
    it('makes the first to come the broker, and the next a member', async () => {
      const broker = await lead();
      const came = new Promise<Link>((resolve) => broker.accept(resolve));

      const { link } = await joined();

      link.open(sinkOf(() => undefined));
      link.send(Buffer.from('hello'));
      expect(await said(await came)).to.equal('hello');
    });

    it('hands over who came before the broker was in', async () => {
      const broker = await lead();
      const members = [await joined(), await joined()];
      for (const [n, { link }] of members.entries()) link.send(Buffer.from(`early ${n}`));

      const links: Link[] = [];
      broker.accept((link) => links.push(link));
      while (links.length < 2) await new Promise(setImmediate);

      expect(await Promise.all(links.map(said))).to.have.members(['early 0', 'early 1']);
    });

    it('says in `owner` who the broker is', async () => {
      const { epoch } = await lead();

      const owner: unknown = JSON.parse(await readFile(join(place.path, `g${epoch}`, 'owner'), 'utf8'));

      expect(owner).to.include({ version: 1, pid: process.pid }).and.to.include.keys('start', 'boot', 'namespace');
    });

    it('succeeds a broker that has closed, one epoch later', async () => {
      const first = await ended();

      const second = await lead();

      expect(second.epoch).to.equal(first.epoch + 1);
    });

    it('succeeds one that failed in the last step of its take-over', async () => {
      const disk: Steps['rename'] = (from, to) => (to.endsWith('current') ? Promise.reject(fault('EIO')) : system.rename(from, to));
      const error = await rejection(rendezvous('auto', { rename: disk }).meet(never));
      const last = await generations().last();

      const { epoch } = await lead();

      expect(error).to.be.instanceOf(HubError).with.property('code', 'PATH_UNUSABLE');
      expect(last).to.deep.include({ at: 'generation', number: epoch - 1 });
    });

    it('keeps eight dead generations, and what is under construction now', async () => {
      const first = await ended();
      await mkdir(join(place.path, 't~forgot'));
      await utimes(join(place.path, 't~forgot'), 1, 1);
      await mkdir(join(place.path, 't~atwork'));
      for (let n = 1; n <= 10; n++) await ended();

      const names = await readdir(place.path);

      const kept = Array.from({ length: 9 }, (_, n) => `g${first.epoch + 2 + n}`);
      expect(names.sort()).to.deep.equal(['current', 't~atwork', ...kept].sort());
    });
  });

  describe('goes on beside what others have put in its folder', () => {
    it('and lets all of it be', async () => {
      await ended();
      await writeFile(join(place.path, 'core.4711'), 'dumped');
      for (const name of ['testing', 'g0', 'java']) {
        await mkdir(join(place.path, name));
        await writeFile(join(place.path, name, 'precious'), '');
        await utimes(join(place.path, name), 1, 1);
      }
      const before = await inventory(join(place.path, 'testing'));

      const broker = await lead();
      await joined();
      await broker.close();

      expect(await readdir(place.path)).to.include.members(['core.4711', 'testing', 'g0', 'java']);
      expect(await inventory(join(place.path, 'testing'))).to.deep.equal(before);
    });

    it('and does not look forgotten, however long nobody comes', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setInterval'] });
      const touched: string[] = [];
      const touch: Steps['touch'] = (path) => system.touch(path).then(() => void touched.push(path));
      const { epoch } = await lead(rendezvous('auto', { touch })).finally(() => clock.restore());
      for (const name of ['current', `g${epoch}/owner`, `g${epoch}/journal`]) await utimes(join(place.path, name), 1, 2);

      clock.tick(6 * 3_600_000);
      while (touched.length < 3) await new Promise(setImmediate);

      for (const path of touched) {
        const { atimeMs, mtimeMs } = await lstat(path);
        expect([Date.now() - atimeMs < 60_000, mtimeMs], path).to.deep.equal([true, 2_000]);
      }
    });

    it('but does not take a folder for its own that has a file `current`', async () => {
      await mkdir(place.path, { mode: 0o700 });
      await writeFile(join(place.path, 'current'), '16\n');
      await mkdir(join(place.path, 'releases'));

      const error = await rejection(rendezvous().meet(never));

      expect(error).to.be.instanceOf(HubError).with.property('message').that.includes('"releases"');
    });
  });

  describe('never has two brokers', () => {
    it('waits for one that is stopped, with its backlog full, and succeeds it when it is killed', async function () {
      const child = await childBroker(place.path);
      const crowd: Socket[] = [];
      try {
        process.kill(child.pid, 'SIGSTOP');
        await fill(join(place.path, `g${child.epoch}`, 's'), crowd);
        const { steps, signal } = patience(4);
        const before = await readdir(place.path);

        const error = await rejection(rendezvous('auto', steps).meet(signal));

        expect(error).to.have.property('message', 'waited long enough');
        expect(await readdir(place.path)).to.deep.equal(before);
      } finally {
        for (const socket of crowd) socket.destroy();
        await child.kill();
      }
      expect((await lead()).epoch).to.equal(child.epoch + 1);
    });

    it('does not take a file, a folder or a link for a dead socket', async () => {
      const { epoch } = await ended();
      const path = join(place.path, `g${epoch}`, 's');

      for (const put of [() => writeFile(path, ''), () => mkdir(path), () => symlink('/nowhere', path)]) {
        await rm(path, { recursive: true, force: true });
        await put();
        const { steps, signal } = patience(3);
        const error = await rejection(rendezvous('auto', steps).meet(signal));
        expect(error).to.have.property('message', 'waited long enough');
        expect(await lstat(path)).to.be.an('object');
      }
    });

    it('waits for one whose socket was removed while its process lives', async () => {
      const { epoch } = await lead();
      await rm(join(place.path, `g${epoch}`, 's'));
      const { steps, signal } = patience(3);

      const error = await rejection(rendezvous('auto', steps).meet(signal));

      expect(error).to.have.property('message', 'waited long enough');
    });

    it('succeeds one whose socket was removed and whose process has ended', async () => {
      const child = await childBroker(place.path);
      await child.kill();
      await rm(join(place.path, `g${child.epoch}`, 's'));

      expect((await lead()).epoch).to.equal(child.epoch + 1);
    });

    it('does not take another process with the same pid for the owner', async () => {
      const { epoch } = await ended();
      const folder = join(place.path, `g${epoch}`);
      const owner = JSON.parse(await readFile(join(folder, 'owner'), 'utf8')) as object;
      await rm(join(folder, 's'));
      await writeFile(join(folder, 'owner'), JSON.stringify({ ...owner, start: '1' }));

      expect((await lead()).epoch).to.equal(epoch + 1);
    });

    it('proves nothing by any other answer of the system', async () => {
      for (const code of ['EAGAIN', 'EACCES', 'ETIMEDOUT', 'EMFILE']) {
        const connect = (): Promise<never> => Promise.reject(fault(code));
        const oracle = new ConnectOracle(generations(), { ...system, connect });
        expect(await oracle.ask(1)).to.deep.equal({ life: 'unknown' });
      }
    });

    it('gives way when the past has gone by while it was slow', async () => {
      await ended();
      const slow = gate();
      const publish: Steps['rename'] = async (from, to) => {
        if (/g\d+$/.test(to)) await slow.passes();
        await system.rename(from, to);
      };
      const late = meet(rendezvous('auto', { rename: publish }));
      await slow.reached;
      for (let n = 0; n < 10; n++) await ended();
      const broker = await lead();
      broker.accept(() => undefined);

      slow.open();

      expect(await late).to.have.property('role', 'member');
      expect(await generations().current()).to.deep.equal({ number: broker.epoch, isBeginning: false });
    });
  });

  describe('holds to its epoch', () => {
    it('begins above all that went before, though the folder was removed', async () => {
      const veteran = rendezvous();
      const { epoch } = await lead(veteran);
      await rm(place.path, { recursive: true });

      expect((await lead(veteran)).epoch).to.be.above(epoch);
    });

    it('never joins a lower one, be it alive or dead', async () => {
      const older = await lead();
      await rename(place.path, `${place.path}-older`);
      const veteran = rendezvous();
      const newer = await lead(veteran);
      await newer.close();
      await (await lead(veteran)).close();
      await rm(place.path, { recursive: true });
      await rename(`${place.path}-older`, place.path);

      const alive = await rejection(veteran.meet(never));
      await older.close();
      const dead = await rejection(veteran.meet(never));

      for (const error of [alive, dead]) {
        expect(error).to.be.instanceOf(HubError).with.property('code', 'UNAVAILABLE');
        expect(error).to.have.property('message').that.includes(String(older.epoch));
      }
    });

    it('is deposed when its folder is removed', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      try {
        const { epoch, deposed } = await lead();
        await rm(place.path, { recursive: true });

        clock.tick(1000);

        expect(await deposed).to.be.instanceOf(HubError).with.property('message').that.includes(`g${epoch}`);
      } finally {
        clock.restore();
      }
    });

    it('is deposed when another folder is in its place, and not before', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      try {
        const looks: string[] = [];
        const look: Steps['look'] = (path) => {
          looks.push(path);
          return system.look(path);
        };
        const { epoch, deposed } = await lead(rendezvous('auto', { look }));
        const end = sinon.spy();
        void deposed?.then(end);
        const folder = join(place.path, `g${epoch}`);
        looks.length = 0;

        clock.tick(3000);
        await system.look(folder);
        const isCalm = !end.called && looks.length === 3;
        await rename(folder, join(place.parent, 'aside'));
        await mkdir(folder);
        clock.tick(1000);
        await deposed;

        expect(isCalm).to.equal(true);
      } finally {
        clock.restore();
      }
    });

    it('says what is missing when somebody has removed a part of the folder', async () => {
      const { epoch } = await ended();
      const steps: Partial<Steps> = { pause: () => Promise.resolve() };

      await rename(join(place.path, `g${epoch}`), join(place.parent, 'aside'));
      const noGeneration = await rejection(rendezvous('auto', steps).meet(never));
      await rename(join(place.parent, 'aside'), join(place.path, `g${epoch}`));
      await rm(join(place.path, 'current'));
      const noCurrent = await rejection(rendezvous('auto', steps).meet(never));

      expect(noGeneration).to.be.instanceOf(HubError).with.property('message').that.includes(`"g${epoch}" is missing`);
      expect(noCurrent).to.be.instanceOf(HubError).with.property('message').that.includes('"current" is missing');
      expect(await readdir(place.path)).to.deep.equal([`g${epoch}`]);
    });
  });

  describe('takes its part', () => {
    it('waits for a broker when it may not be one, and touches nothing', async () => {
      const { steps, signal } = patience(3);

      const error = await rejection(rendezvous('never', steps).meet(signal));

      expect(error).to.have.property('message', 'waited long enough');
      expect(await readdir(place.parent)).to.deep.equal([]);
    });

    it('joins a broker that comes later', async () => {
      const waits = gate();
      const pause: Steps['pause'] = async (time, signal) => {
        await waits.passes();
        await system.pause(time, signal);
      };
      const meeting = meet(rendezvous('never', { pause }));
      await waits.reached;
      await lead(rendezvous('always'));

      waits.open();

      expect(await meeting).to.have.property('role', 'member');
    });

    it('is not a member when it must be the broker', async () => {
      await lead();

      const error = await rejection(rendezvous('always').meet(never));

      expect(error).to.be.instanceOf(HubError).with.property('code', 'REFUSED');
      expect(error).to.have.property('message').that.includes(`process ${process.pid}`);
    });
  });

  describe('without room on the disk, or for another open file', () => {
    const fails = (code: string) => (): Promise<never> => Promise.reject(fault(code));

    it('tells who comes for the first time', async () => {
      const error = await rejection(rendezvous('auto', { inherit: fails('EMFILE') }).meet(never));

      expect(error).to.be.instanceOf(HubError).with.property('code', 'PATH_UNUSABLE');
    });

    for (const code of ['EMFILE', 'ENOSPC', 'EFBIG', 'EIO', 'EROFS']) {
      it(`lets nobody lose the seat that he has: it is tried again (${code})`, async () => {
        const broker = await lead();
        let failures = 3;
        const fail = fails(code);
        const member = rendezvous('auto', { makeFolder: (path) => (failures-- > 0 ? fail() : system.makeFolder(path)) });
        broker.accept(() => {});
        await joined(member);
        await broker.close();

        const successor = await lead(member);

        expect([successor.epoch, failures]).to.deep.equal([broker.epoch + 1, -1]);
      });
    }
  });

  describe('can be given up', () => {
    it('before the first step', async () => {
      const reason = new Error('no more');

      const error = await rejection(rendezvous().meet(AbortSignal.abort(reason)));

      expect(error).to.equal(reason);
      expect(await readdir(place.parent)).to.deep.equal([]);
    });

    it('in any step, and leaves nothing under construction, nor anything that listens', async () => {
      const steps = await countSteps(place.path);
      expect(steps).to.be.above(10);

      for (let step = 1; step <= steps; step++) {
        await rm(place.path, { recursive: true, force: true });
        const giveUp = new AbortController();
        const reason = new Error(`given up in step ${step}`);
        let taken = 0;
        let isPublishedLater = false;
        const rename: Steps['rename'] = (from, to) => {
          if (giveUp.signal.aborted && /g\d+$/.test(to)) isPublishedLater = true;
          return system.rename(from, to);
        };
        const tracked = eachStep({ ...system, rename }, async (name, run) => {
          if (name !== 'pause' && ++taken === step) queueMicrotask(() => giveUp.abort(reason));
          return run();
        });

        const error = await rejection(new FolderRendezvous({ path: place.path, broker: 'auto' }, tracked).meet(giveUp.signal));

        expect(error).to.equal(reason);
        expect(isPublishedLater).to.equal(false);
        const left = await readdir(place.path);
        expect(left.filter((name) => name.startsWith('t'))).to.deep.equal([]);
        const last = await generations().last();
        if (last.at === 'generation') {
          expect(await new ConnectOracle(generations(), system).ask(last.number)).to.deep.equal({ life: 'dead' });
        }
      }
    });

    it('when it has just found a broker, whose link it closes', async () => {
      const broker = await lead();
      const closed = new Promise<void>((resolve) => broker.accept((link) => link.open(sinkOf(resolve))));
      const giveUp = new AbortController();
      const connect: Steps['connect'] = async (path) => {
        const link = await system.connect(path);
        giveUp.abort(new Error('changed my mind'));
        return link;
      };

      const error = await rejection(rendezvous('auto', { connect }).meet(giveUp.signal));

      expect(error).to.have.property('message', 'changed my mind');
      await closed;
    });
  });
});

const fault = (code: string): Error => Object.assign(new Error(code), { code });

function sinkOf(closed: () => void, received: (bytes: Uint8Array) => void = () => undefined): LinkSink {
  return { received, drained: () => undefined, closed };
}

/** The first that a link says. */
function said(link: Link): Promise<string> {
  return new Promise((resolve) => link.open(sinkOf(() => resolve('nothing'), (bytes) => resolve(Buffer.from(bytes).toString()))));
}

interface Gate {
  /** Somebody stands in front of it. */
  readonly reached: Promise<void>;
  passes(): Promise<void>;
  open(): void;
}

function gate(): Gate {
  let [reach, open] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    reached,
    passes: () => {
      reach();
      return opened;
    },
    open: () => open(),
  };
}

/** How many steps a process takes to found a group. */
async function countSteps(path: string): Promise<number> {
  let steps = 0;
  const counted = eachStep(system, async (name, run) => {
    if (name !== 'pause') steps++;
    return run();
  });
  const meeting = await new FolderRendezvous({ path, broker: 'auto' }, counted).meet(new AbortController().signal);
  const count = steps;
  if (meeting.role === 'authority') await meeting.close();
  return count;
}

/** Connects until the kernel takes no more. */
async function fill(path: string, crowd: Socket[]): Promise<void> {
  for (;;) {
    const socket = createConnection(path);
    crowd.push(socket);
    const code = await new Promise<unknown>((resolve) => {
      socket.once('connect', () => resolve(undefined));
      socket.once('error', (error) => resolve('code' in error && error.code));
    });
    if (code === 'EAGAIN') return;
    if (code !== undefined) throw new Error(`The backlog was to be full, not ${String(code)}.`);
  }
}

interface ChildBroker {
  readonly pid: number;
  readonly epoch: number;
  /** By SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
}

async function childBroker(path: string): Promise<ChildBroker> {
  const child = fork(new URL('../processes/children/meet.js', import.meta.url), [path]);
  const [report]: [Report] = (await once(child, 'message')) as [Report];
  if (child.pid === undefined || report.role !== 'broker') throw new Error('The child was to be the broker.');
  return {
    pid: child.pid,
    epoch: report.epoch,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

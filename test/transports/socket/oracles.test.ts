/** What kernels that are not here would say, by fakes of the steps that ask them. */
import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Link } from '../../../src/core/star/link.js';
import { ConnectOracle } from '../../../src/transports/socket/connect-oracle.js';
import { FolderRendezvous } from '../../../src/transports/socket/folder-rendezvous.js';
import { Generations } from '../../../src/transports/socket/generations.js';
import { LockOracle } from '../../../src/transports/socket/lock-oracle.js';
import { PipeOracle } from '../../../src/transports/socket/pipe-oracle.js';
import { system } from '../../../src/transports/socket/steps.js';
import type { Steps } from '../../../src/transports/socket/steps.js';
import { systemOracle } from '../../../src/transports/socket/system-oracle.js';
import { meetingPlace } from '../../support/meeting-place.js';
import { rejection } from '../../support/rejection.js';

const LINK = { destroy: () => {} } as unknown as Link;

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** A kernel that has locks on files, or pipes: what one holds as long as its process lives. */
class Kernel {
  readonly held = new Set<string>();
  readonly log: string[] = [];
  /** What becomes of a connection to what is held. */
  connection: 'taken' | string = 'taken';

  steps(more: Partial<Steps> = {}): Steps {
    return {
      ...system,
      lock: async (path, make) => {
        this.log.push(`lock ${path}${make ? ' anew' : ''}`);
        if (this.held.has(path)) throw fault('EAGAIN');
        if (!make && !this.made.has(path)) throw fault('ENOENT');
        this.made.add(path);
        this.held.add(path);
        return { close: () => void this.held.delete(path) };
      },
      connect: async (path) => {
        if (this.connection === 'taken' && [...this.held].some((held) => held === path || held.replace(/lock$/, 's') === path)) return LINK;
        throw fault(this.connection === 'taken' ? 'ECONNREFUSED' : this.connection);
      },
      write: async (path, text) => void this.files.set(path, text),
      read: async (path) => this.files.get(path),
      ...more,
    };
  }

  readonly made = new Set<string>();
  readonly files = new Map<string, string>();
}

describe('The oracle of a system', () => {
  it('is chosen by it, and there is none where nothing is a proof', () => {
    const generations = new Generations('/hub', system);
    const oracles = ['linux', 'darwin', 'win32', 'sunos'].map((platform) => systemOracle(generations, system, platform)?.constructor);

    expect(oracles).to.deep.equal([ConnectOracle, LockOracle, PipeOracle, undefined]);
  });

  describe('by a lock', () => {
    const begin = async (connection = 'taken') => {
      const kernel = new Kernel();
      const steps = kernel.steps();
      const oracle = new LockOracle(new Generations('/hub', steps), steps);
      const beacon = await oracle.light('/hub/g7');
      kernel.connection = connection;
      return { kernel, oracle, beacon };
    };

    it('knows who is alive, and the way to it', async () => {
      const { oracle, beacon } = await begin();

      expect(beacon.address).to.equal('/hub/g7/s');
      expect(await oracle.ask(7)).to.deep.equal({ life: 'alive', link: LINK });
    });

    for (const code of ['ECONNREFUSED', 'ENOENT', 'EAGAIN', 'EACCES']) {
      it(`takes ${code} for no proof while the lock is held, and the lock for one when it is let go`, async () => {
        const { oracle, beacon } = await begin(code);
        const before = await oracle.ask(7);
        beacon.close();

        expect(before).to.deep.equal({ life: 'unknown' });
        expect(await oracle.ask(7)).to.deep.equal({ life: 'dead' });
        expect(await oracle.ask(7)).to.deep.equal({ life: 'dead' });
      });
    }

    it('proves nothing where the lock is gone, and makes none', async () => {
      const { kernel, oracle, beacon } = await begin('ECONNREFUSED');
      beacon.close();
      kernel.made.clear();

      expect(await oracle.ask(7)).to.deep.equal({ life: 'unknown' });
      expect(kernel.log).to.deep.equal(['lock /hub/g7/lock anew', 'lock /hub/g7/lock']);
    });
  });

  describe('by a named pipe', () => {
    const begin = async (codeOfConnect?: string) => {
      const kernel = new Kernel();
      const steps = kernel.steps({
        connect: async () => {
          if (codeOfConnect !== undefined) throw fault(codeOfConnect);
          return LINK;
        },
      });
      const oracle = new PipeOracle(new Generations('/hub', steps), steps);
      const beacon = await oracle.light('/hub/g7');
      return { kernel, oracle, beacon };
    };

    it('listens under a name that nobody has had before, which stands in its generation', async () => {
      const [one, other] = [await begin(), await begin()];

      expect(one.beacon.address).to.match(/^\\\\\.\\pipe\\interhub-[0-9a-f-]{36}$/);
      expect(one.beacon.address).not.to.equal(other.beacon.address);
      expect(one.kernel.files).to.deep.equal(new Map([['/hub/g7/pipe', one.beacon.address]]));
      expect(await one.oracle.ask(7)).to.deep.equal({ life: 'alive', link: LINK });
    });

    it('takes a name that is gone for a proof, and nothing else', async () => {
      expect(await (await begin('ENOENT')).oracle.ask(7)).to.deep.equal({ life: 'dead' });
      for (const code of ['EBUSY', 'EACCES', 'ETIMEDOUT', 'ECONNREFUSED']) expect(await (await begin(code)).oracle.ask(7)).to.deep.equal({ life: 'unknown' });
    });

    it('proves nothing where no name is written down, or something else', async () => {
      const { kernel, oracle } = await begin('ENOENT');
      kernel.files.set('/hub/g7/pipe', '/etc/passwd');

      expect([await oracle.ask(7), await oracle.ask(8)]).to.deep.equal([{ life: 'unknown' }, { life: 'unknown' }]);
    });
  });

  describe('whose brokers others can reach', () => {
    const place = meetingPlace();

    it('serves no group without a secret', async () => {
      const rendezvous = new FolderRendezvous({ path: place.path, broker: 'auto' }, system, (generations, steps) => new PipeOracle(generations, steps));

      const error = await rejection(rendezvous.meet(new AbortController().signal));

      expect(error).to.be.instanceOf(HubError).with.property('code', 'PATH_INSECURE');
      expect((error as HubError).message).to.include('`secret`');
    });
  });

  describe('by a lock, in a folder', () => {
    const place = meetingPlace();
    const signal = new AbortController().signal;

    it('lets one succeed the other, when the lock is let go and not before', async () => {
      const kernel = new Kernel();
      const steps: Steps = { ...kernel.steps(), write: system.write, read: system.read, lock: lockByFile(kernel), connect: async () => Promise.reject(fault('ECONNREFUSED')) };
      const rendezvous = (): FolderRendezvous => new FolderRendezvous({ path: place.path, broker: 'auto' }, steps, (generations) => new LockOracle(generations, steps));
      const first = await rendezvous().meet(signal);
      const giveUp = new AbortController();
      const waiting = rejection(new FolderRendezvous({ path: place.path, broker: 'auto' }, { ...steps, pause: async () => giveUp.abort(new Error('waited')) }, (generations) => new LockOracle(generations, steps)).meet(giveUp.signal));

      expect(await waiting).to.have.property('message', 'waited');
      if (first.role === 'authority') await first.close();
      const second = await rendezvous().meet(signal);

      expect([first, second].map((meeting) => meeting.role === 'authority' && meeting.epoch)).to.deep.equal([first.role === 'authority' && first.epoch, first.role === 'authority' && first.epoch + 1]);
      if (second.role === 'authority') await second.close();
    });
  });
});

/** A lock on the file itself: it goes with the file when its folder gets another name. */
function lockByFile(kernel: Kernel): Steps['lock'] {
  return async (path, make) => {
    if (make) await system.write(path, '');
    const file = String((await system.look(path))?.ino ?? path);
    if (kernel.held.has(file)) throw fault('EAGAIN');
    kernel.held.add(file);
    return { close: () => void kernel.held.delete(file) };
  };
}

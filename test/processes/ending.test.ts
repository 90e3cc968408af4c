/** What keeps a process alive, and what does not. */
import { expect } from 'chai';
import type { Hub, RemoteFunction } from '../../src/index.js';
import { forkWorker } from '../support/cluster-fixture.js';
import { forkChild } from '../support/fork-fixture.js';
import { MemberProcess } from '../support/member-process.js';
import { HubPlace } from '../support/place.js';
import { RemotePeer } from '../support/remote-peer.js';
import type { RemoteWay } from '../support/remote-peer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Longer than any process with nothing to do goes on. */
const A_WHILE = 400;

describe('A process', () => {
  const folder = temporaryFolder();
  const processes: MemberProcess[] = [];
  const places: HubPlace[] = [];
  let groups = 0;

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.end('SIGKILL')));
    await Promise.all(places.splice(0).map((place) => place.close()));
  });

  const started = (process: MemberProcess): MemberProcess => {
    processes.push(process);
    return process;
  };

  /** An authority, and a member of its group in another process. */
  const WAYS: Readonly<Record<string, () => Promise<{ readonly ann: HubPlace; readonly bob: RemotePeer }>>> = {
    cluster: () => pair(forkWorker, () => ({ transport: 'cluster' })),
    fork: () => pair(forkChild, (process) => (process === undefined ? { transport: 'fork' } : { transport: 'fork', children: [process.child] })),
    socket: () => pair(() => MemberProcess.start(), () => ({ transport: 'socket', path: `${folder.path}/g${groups}` })),
  };

  async function pair(start: () => MemberProcess, way: (process?: MemberProcess) => RemoteWay): Promise<{ readonly ann: HubPlace; readonly bob: RemotePeer }> {
    groups += 1;
    const process = started(start());
    const group = way(process)['path'] === undefined ? { group: `ending-${groups}` } : {};
    const ann = new HubPlace({ ...way(process), ...group }, 'ann');
    places.push(ann);
    await ann.hub.ready();
    return { ann, bob: await RemotePeer.seat(process, 'bob', { ...way(), ...group }) };
  }

  for (const [name, meet] of Object.entries(WAYS)) {
    describe(`with a hub over ${name}`, () => {
      /** A worker of a cluster goes on until it is told otherwise, with or without a hub. */
      const letGo = async (peer: RemotePeer): Promise<void> => {
        if (name === 'cluster') await peer.run(() => void process.channel?.unref());
        await peer.process.obey({ type: 'let-go' });
      };

      it('ends when the hub is idle', async () => {
        const { bob } = await meet();
        await bob.run(async ({ hub, keep }) => {
          await hub.state('map').set('key', 1);
          keep('door', await hub.lock('door'));
          hub.send('nothing', 1);
        });

        await letGo(bob);

        expect(await bob.process.exited).to.deep.equal({ code: 0, signal: null });
      });

      it('goes on while a call is pending', async () => {
        const { ann, bob } = await meet();
        ann.hub.handle('slow', () => new Promise((resolve) => setTimeout(resolve, A_WHILE)));
        await ann.hub.state('settling').size();
        await bob.run(({ hub }) => {
          process.exitCode = 1;
          void hub.request('slow').then(() => {
            process.exitCode = 7;
          });
        });

        await letGo(bob);

        expect(await bob.process.exited).to.deep.equal({ code: 7, signal: null });
      });

      it('goes on until what is big has been taken', async () => {
        const { ann, bob } = await meet();
        const log = ann.log();
        ann.hub.on<Uint8Array>('big', ({ length }) => log.push(length));
        await ann.hub.state('settling').size();
        await bob.run(async ({ hub }) => {
          await hub.state('settling').size();
          for (let n = 0; n < 3; n++) hub.send('big', Buffer.alloc(5_000_000), { to: 'ann' });
        });

        await letGo(bob);

        expect(await bob.process.exited).to.deep.equal({ code: 0, signal: null });
        expect(await log.reach(3)).to.deep.equal([5_000_000, 5_000_000, 5_000_000]);
      });

      it('goes on while it waits for a lock', async () => {
        const { ann, bob } = await meet();
        const lock = await ann.hub.lock('door');
        await bob.run(async ({ hub }) => {
          process.exitCode = 1;
          void hub.lock('door').then(() => {
            process.exitCode = 7;
          });
          await hub.state('settling').size();
        });

        await letGo(bob);
        setTimeout(() => void lock.release(), A_WHILE);

        expect(await bob.process.exited).to.deep.equal({ code: 7, signal: null });
      });

      it('goes on while the hub serves, and ends when it is told not to', async () => {
        const { ann, bob } = await meet();
        await bob.run(({ hub }) => {
          hub.handle('end', () => void setImmediate(() => hub.unref()));
        });
        await letGo(bob);

        await new Promise((resolve) => setTimeout(resolve, A_WHILE));
        await ann.hub.request('end');

        expect(await bob.process.exited).to.deep.equal({ code: 0, signal: null });
      });

      it('goes on while it stands by, is listened to or hears an event, and ends when it is told not to', async () => {
        const { ann, bob } = await meet();
        const bell = new EventTarget();
        ann.hub.expose('bell', Object.assign(bell, { keep: (listener: RemoteFunction) => void listener.retain() }));
        ann.hub.singleton('till', () => ({}));
        await ann.hub.service('till')['nothing']?.().catch(() => {});
        await bob.run(async ({ hub }) => {
          const service = hub.service<{ keep(listener: () => void): void }>('bell');
          process.exitCode = 1;
          await service.on('end', () => {
            process.exitCode = 7;
            hub.unref();
          });
          await service.keep(() => {});
          hub.singleton('till', () => ({}));
          await hub.state('settling').size();
        });
        await letGo(bob);

        await new Promise((resolve) => setTimeout(resolve, A_WHILE));
        bell.dispatchEvent(new Event('end'));

        expect(await bob.process.exited).to.deep.equal({ code: 7, signal: null });
      });

      it('ends when nothing of a service is asked, heard or lent any more', async () => {
        const { ann, bob } = await meet();
        ann.hub.expose('bell', Object.assign(new EventTarget(), { call: (listener: () => void) => listener() }));
        await bob.run(async ({ hub }) => {
          const bell = hub.service<{ call(listener: () => void): void }>('bell');
          const listener = (): void => {};
          await bell.on('end', listener);
          await bell.off('end', listener);
          await bell.call(listener);
          await hub.singleton('till', () => ({}))[Symbol.asyncDispose]();
          await hub.expose('own', {}).close();
        });

        await letGo(bob);

        expect(await bob.process.exited).to.deep.equal({ code: 0, signal: null });
      });

      it('may exit as soon as the hub is closed: what was said arrives (pitfall 11)', async () => {
        const { ann, bob } = await meet();
        const log = ann.log();
        ann.hub.on<string>('last words', (text) => log.push(text.length));
        await ann.hub.state('settling').size();

        await bob.run(({ hub }) => {
          for (let n = 0; n < 200; n++) hub.send('last words', 'x'.repeat(10_000), { to: 'ann' });
          void hub.close().then(() => process.exit(3));
        });

        expect(await bob.process.exited).to.deep.equal({ code: 3, signal: null });
        expect(await log.reach(200)).to.have.length(200);
      });

      it('ends after `close`, whatever the hub was doing', async () => {
        const { bob } = await meet();
        await bob.run(({ hub, keep }) => {
          hub.on('news', () => {});
          hub.handle('who', () => 'bob');
          keep('watch', hub.state('map').watch());
          keep('news', hub.subscribe('news'));
          hub.request('nobody', 1).catch(() => {});
          hub.lock('door').catch(() => {});
        });

        await bob.run(({ hub }) => (hub as Hub).close());
        await letGo(bob);

        expect(await bob.process.exited).to.deep.equal({ code: 0, signal: null });
      });
    });
  }

  for (const [name, way] of Object.entries({ memory: () => ({ transport: 'memory' }), 'a socket that it serves': () => ({ transport: 'socket', path: `${folder.path}/alone` }), 'a cluster without workers': () => ({ transport: 'cluster' }) })) {
    it(`ends when its hub over ${name} is idle`, async () => {
      const ann = await RemotePeer.seat(started(MemberProcess.start()), 'ann', way());
      await ann.run(({ hub }) => hub.state('map').set('key', 1));

      await ann.process.obey({ type: 'let-go' });

      expect(await ann.process.exited).to.deep.equal({ code: 0, signal: null });
    });
  }
});

/** Those who do not speak our protocol harm nobody who does. */
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect } from 'chai';
import { forkChild, startFork } from '../support/fork-fixture.js';
import { gathering } from '../support/gathering.js';
import { MemberProcess } from '../support/member-process.js';
import { HubPlace } from '../support/place.js';
import { RemotePeer } from '../support/remote-peer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** What strangers say to a socket; it is closed on each. */
const NOISES: Readonly<Record<string, Uint8Array>> = {
  'an HTTP request': Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  'a length without measure': Buffer.alloc(64, 0xff),
  'many zeros': Buffer.alloc(100_000),
  'random bytes': randomBytes(100_000),
  'a text without end': Buffer.alloc(300_000, 'A'),
};

describe('A stranger at the socket', () => {
  const folder = temporaryFolder();
  let broker: RemotePeer;
  let bob: RemotePeer;
  let door: string;

  before(async () => {
    const way = { transport: 'socket', path: `${folder.path}/hub` };
    broker = await RemotePeer.seat(MemberProcess.start(), 'broker', way);
    bob = await RemotePeer.seat(MemberProcess.start(), 'bob', way);
    const [generation] = (await readdir(way.path)).filter((name) => name.startsWith('g'));
    door = `${way.path}/${generation}/s`;
    await bob.run(({ hub, log }) => {
      hub.handle('who', () => 'bob');
      hub.onStatus(({ status }) => log('status').push(status));
    });
  });
  after(() => Promise.all([broker.kill(), bob.kill()]));

  const allIsWell = async (): Promise<void> => {
    expect(await broker.run(({ hub }) => hub.request('who'))).to.equal('bob');
    expect(await bob.run(({ hub, log }) => [hub.members.size, log('status').entries])).to.deep.equal([2, []]);
  };

  for (const [noise, bytes] of Object.entries(NOISES)) {
    it(`that says ${noise} is turned away`, async () => {
      const socket = connect(door);
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));

      socket.write(bytes);
      socket.resume();

      await closed;
      await allIsWell();
    });
  }

  it('that comes and goes a hundred times is not noticed', async () => {
    const sockets = Array.from({ length: 100 }, () => connect(door));

    await Promise.all(sockets.map((socket, n) => new Promise((resolve) => {
      socket.on('error', () => {});
      socket.once('close', resolve);
      socket.once('connect', () => {
        if (n % 2 === 0) socket.write(randomBytes(7));
        socket.destroy();
      });
    })));

    await allIsWell();
  });
});

describe('A stranger on the IPC channel', () => {
  const here = gathering(() => startFork('ipc'));

  it('is neither disturbed nor heard (pitfall 15)', async () => {
    const { ann } = await here.group.gather('ann');
    const bob = (await here.group.join('bob')) as RemotePeer;
    const strange = [null, 'text', 42, true, [], {}, { type: 'process:msg', data: 1 }, { cmd: 'other' }, { interhub: 'not ours' }, { interhub: 1, group: 7 }];
    await bob.run(({ log, hub }) => {
      hub.handle('who', () => 'bob');
      process.on('message', (message) => log('foreign').push(message));
      process.on('message', (message) => {
        if (message === 'text') process.send?.('text back');
      });
    });
    const heard = new Promise((resolve) => bob.process.child.on('message', (message) => message === 'text back' && resolve(message)));

    for (const message of strange) bob.process.child.send(message as object);
    await here.group.settled();

    expect(await ann.run(({ hub }) => hub.request('who'))).to.equal('bob');
    await heard;
    const foreign = await bob.run(({ log }) => log('foreign').reach(10));
    for (const message of strange) expect(foreign).to.deep.include(message);
    await bob.run(() => void process.removeAllListeners('message').on('message', () => {}));
  });
});

describe('Two groups on one IPC channel', () => {
  it('do not hear each other', async () => {
    const child = forkChild();
    const parents = ['red', 'blue'].map((group) => new HubPlace({ transport: 'fork', children: [child.child], group }, `${group} parent`));
    const children = await Promise.all(['red', 'blue'].map((group) => RemotePeer.seat(child, `${group} child`, { transport: 'fork', group })));

    for (const [index, parent] of parents.entries()) {
      const other = children[index];
      await other?.run(({ hub }) => void hub.handle('who', () => hub.member.name));
      await other?.run(({ hub }) => hub.state('settling').size());
      expect([...parent.hub.members].map(({ name }) => name)).to.deep.equal([parent.hub.member.name, other?.name]);
      expect(await parent.hub.request('who')).to.equal(other?.name);
    }

    await Promise.all(parents.map((parent) => parent.close()));
    await child.end('SIGKILL');
  });
});

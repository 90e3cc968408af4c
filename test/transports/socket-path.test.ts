import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { HubError } from '../../src/core/errors.js';
import type { HubErrorCode } from '../../src/core/errors.js';
import { socketRendezvous } from '../../src/transports/socket.js';
import { FolderRendezvous } from '../../src/transports/socket/folder-rendezvous.js';
import { system } from '../../src/transports/socket/steps.js';
import type { Steps } from '../../src/transports/socket/steps.js';
import { inventory, meetingPlace } from '../support/meeting-place.js';
import { rejection } from '../support/rejection.js';

describe('The path of a group', () => {
  const place = meetingPlace();
  const { signal } = new AbortController();

  /** Refused with the code and all the words, and the parent folder is as it was. */
  async function refuses(path: string, code: HubErrorCode, ...words: readonly string[]): Promise<void> {
    const before = await inventory(place.parent);
    const error = await rejection(socketRendezvous({ path }).meet(signal));
    expect(error).to.be.instanceOf(HubError).with.property('code', code);
    for (const word of words) expect(error).to.have.property('message').that.includes(word);
    expect(await inventory(place.parent)).to.deep.equal(before);
  }

  /** The same for a step that this test's user (root, often) would not fail at. */
  async function refusesWhen(faults: Partial<Steps>, code: HubErrorCode, ...words: readonly string[]): Promise<void> {
    const error = await rejection(new FolderRendezvous({ path: place.path, broker: 'auto' }, { ...system, ...faults }).meet(signal));
    expect(error).to.be.instanceOf(HubError).with.property('code', code);
    for (const word of words) expect(error).to.have.property('message').that.includes(word);
  }

  it('is a string with something in it, and no NUL', () => {
    for (const path of ['', 'a\0b', 7, undefined]) {
      expect(() => socketRendezvous({ path: path as string })).to.throw(TypeError, 'path');
    }
  });

  it('goes with a role that exists', () => {
    expect(() => socketRendezvous({ path: place.path, broker: 'sometimes' as 'auto' })).to.throw(TypeError, 'sometimes');
  });

  it('has at most 90 bytes, counted in full', async () => {
    const long = join(place.parent, 'é'.repeat(45));
    await refuses(long, 'PATH_TOO_LONG', String(Buffer.byteLength(long)), '90');
    await refuses(relative(process.cwd(), long), 'PATH_TOO_LONG', String(Buffer.byteLength(long)));
  });

  it('may have 90 bytes', async () => {
    const path = join(place.parent, 'x'.repeat(90 - Buffer.byteLength(place.parent) - 1));

    const meeting = await socketRendezvous({ path }).meet(signal);

    expect(meeting.role).to.equal('authority');
    if (meeting.role === 'authority') await meeting.close();
  });

  it('has a parent', async () => {
    await refuses(join(place.parent, 'no', 'hub'), 'PATH_UNUSABLE', join(place.parent, 'no'));
  });

  it('has a folder as parent', async () => {
    await writeFile(join(place.parent, 'file'), '');
    await refuses(join(place.parent, 'file', 'hub'), 'PATH_UNUSABLE', 'ENOTDIR');
  });

  it('has no parent in which anybody may replace it', async () => {
    await mkdir(join(place.parent, 'open'));
    await chmod(join(place.parent, 'open'), 0o777);
    await refuses(join(place.parent, 'open', 'hub'), 'PATH_INSECURE', 'chmod o-w');
  });

  it('has none behind a link, either', async () => {
    await mkdir(join(place.parent, 'open'));
    await chmod(join(place.parent, 'open'), 0o777);
    await symlink(join(place.parent, 'open'), join(place.parent, 'link'));
    await symlink(join(place.parent, 'nowhere'), join(place.parent, 'broken'));
    await refuses(join(place.parent, 'link', 'hub'), 'PATH_INSECURE', 'link', 'chmod o-w');
    await refuses(join(place.parent, 'broken', 'hub'), 'PATH_UNUSABLE', 'broken', 'does not exist');
  });

  it('is not a file', async () => {
    await writeFile(place.path, 'precious');
    await refuses(place.path, 'PATH_IN_USE', place.path, 'file');
  });

  it('is not a socket', async () => {
    const server = createServer().listen(place.path);
    await once(server, 'listening');
    await refuses(place.path, 'PATH_IN_USE', 'socket');
    server.close();
  });

  it('is not a symbolic link, not even to a good folder', async () => {
    await mkdir(join(place.parent, 'real'), { mode: 0o700 });
    await symlink(join(place.parent, 'real'), place.path);
    await refuses(place.path, 'PATH_UNUSABLE', 'symbolic link');
  });

  it('is closed to all other users, although it is empty', async () => {
    await mkdir(place.path);
    await chmod(place.path, 0o755);
    await refuses(place.path, 'PATH_INSECURE', '0755', `chmod 700 ${place.path}`);
  });

  it('belongs to this user', async () => {
    await mkdir(place.path, { mode: 0o700 });
    const look: Steps['look'] = async (path) => {
      const found = await system.look(path);
      return path === place.path && found ? Object.assign(found, { uid: 4711 }) : found;
    };

    await refusesWhen({ look }, 'PATH_INSECURE', '4711');
  });

  it('holds nothing but the group', async () => {
    for (const [name, make] of [
      ['notes.txt', (path: string) => writeFile(path, 'precious')],
      ['g0', (path: string) => mkdir(path)],
      ['g1x', (path: string) => mkdir(path)],
      ['temporary', (path: string) => writeFile(path, '')],
      ['testing', (path: string) => mkdir(path)],
      ['java', (path: string) => mkdir(path)],
      ['s', (path: string) => symlink('/dev/null', path)],
    ] as const) {
      const path = join(place.parent, `with-${name}`);
      await mkdir(path, { mode: 0o700 });
      await make(join(path, name));
      await refuses(path, 'PATH_IN_USE', `"${name}"`);
    }
  });

  it('holds a `current` that is ours', async () => {
    await mkdir(place.path, { mode: 0o700 });
    await writeFile(join(place.path, 'current'), 'of electricity: 16 A');
    await refuses(place.path, 'PATH_IN_USE', 'current');
  });

  it('can be written to', async () => {
    const fault = Object.assign(new Error('EROFS: read-only file system, mkdir'), { code: 'EROFS' });
    const makeFolder = (): Promise<never> => Promise.reject(fault);

    await refusesWhen({ makeFolder }, 'PATH_UNUSABLE', 'EROFS', place.path);

    await mkdir(place.path, { mode: 0o700 });
    await refusesWhen({ makeFolder }, 'PATH_UNUSABLE', 'EROFS', place.path);
    expect(await readdir(place.path)).to.deep.equal(['current']);
  });

  it('has room for what we write', async () => {
    const fault = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    const write: Steps['write'] = (path, text) => (path.endsWith('owner') ? Promise.reject(fault) : system.write(path, text));

    await refusesWhen({ write }, 'PATH_UNUSABLE', 'ENOSPC');

    expect(await readdir(place.path)).to.deep.equal(['current']);
  });

  it('may be relative, and is fixed when it is given', async () => {
    const rendezvous = socketRendezvous({ path: relative(process.cwd(), place.path) });
    const home = process.cwd();
    process.chdir(dirname(place.parent));
    try {
      const meeting = await rendezvous.meet(signal);
      if (meeting.role === 'authority') await meeting.close();
    } finally {
      process.chdir(home);
    }

    expect((await lstat(place.path)).isDirectory()).to.equal(true);
  });

  for (const umask of [0o000, 0o177]) it(`is closed to all other users when we make it, and open to this one, whatever the umask: ${umask.toString(8)}`, async () => {
    const mask = process.umask(umask);
    const meeting = await socketRendezvous({ path: place.path }).meet(signal).finally(() => process.umask(mask));
    const generation = (await readdir(place.path)).find((name) => name.startsWith('g')) ?? '';

    expect((await lstat(place.path)).mode & 0o777).to.equal(0o700);
    expect((await lstat(join(place.path, generation))).mode & 0o777).to.equal(0o700);
    expect((await lstat(join(place.path, generation, 's'))).mode & 0o777).to.equal(0o600);
    expect((await lstat(join(place.path, generation, 'owner'))).mode & 0o777).to.equal(0o600);
    if (meeting.role === 'authority') await meeting.close();
  });

  it('keeps other users out, whoever may come as far as to it (as root only)', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    await chmod(place.parent, 0o1777);
    const meeting = await socketRendezvous({ path: place.path }).meet(signal);
    const generation = (await readdir(place.path)).find((name) => name.startsWith('g')) ?? '';
    const attempts = `
      const { connect } = require('node:net');
      const { readdirSync, renameSync } = require('node:fs');
      const attempt = (act) => { try { act(); return 'done'; } catch ({ code }) { return code; } };
      const [path, socket] = process.argv.slice(1);
      console.log(attempt(() => readdirSync(path)), attempt(() => renameSync(path, path + '2')));
      connect(socket).on('connect', () => { console.log('connected'); process.exit(); }).on('error', ({ code }) => console.log(code));`;

    const { stdout } = await promisify(execFile)(process.execPath, ['-e', attempts, place.path, join(place.path, generation, 's')], { uid: 65_534, gid: 65_534 });
    if (meeting.role === 'authority') await meeting.close();

    expect(stdout).to.match(/^EACCES (EPERM|EACCES)\nEACCES\n$/);
  });
});

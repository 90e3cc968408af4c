import { expect } from 'chai';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rename, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { privateSocket } from '../../../src/adapters/duplex/private-socket.js';
import type { Link } from '../../../src/core/star/link.js';
import { meetingPlace } from '../../support/meeting-place.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { rejection } from '../../support/rejection.js';

const TOKEN = 'a token of this test';

describe('A private socket', () => {
  const usual = process.env['TMPDIR'];
  const temporary = meetingPlace();

  beforeEach(() => {
    process.env['TMPDIR'] = temporary.parent;
  });

  afterEach(() => {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
  });

  it('carries bytes both ways, with nothing before them', async () => {
    const [near, far] = await road();
    const [nearSink, farSink] = [opened(near), opened(far)];

    near.send(Buffer.from('from the child'));
    far.send(Buffer.from('from the parent'));
    await Promise.all([farSink.has(14), nearSink.has(15)]);

    expect([farSink.text, nearSink.text]).to.deep.equal(['from the child', 'from the parent']);
    near.close();
    await farSink.hears('closed');
  });

  it('keeps what comes before it is opened', async () => {
    const [near, far] = await road();

    opened(far);
    for (let sent = 0; sent < 100; sent++) far.send(Buffer.alloc(10_000, sent));
    await turns();
    const sink = opened(near);
    await sink.has(1_000_000);

    expect(sink.bytes.equals(Buffer.concat(Array.from({ length: 100 }, (_, sent) => Buffer.alloc(10_000, sent))))).to.equal(true);
    near.close();
    await sink.hears('closed');
  });

  it('lies in a folder that only this user can enter, which is gone when the parent has come', async () => {
    const { place, link } = await lay();
    const { mode } = await lstat(dirname(place));

    const far = await take(place);

    expect(mode & 0o777).to.equal(0o700);
    expect(await readdir(temporary.parent)).to.deep.equal([]);
    far.close();
    await opened(await link).hears('closed');
  });

  it('tells of the end of both its ends, opened or not', async () => {
    const ends = new EventEmitter();
    const ended = Promise.all([once(ends, 'child'), once(ends, 'parent')]);
    const { place, link } = await privateSocket.lay(TOKEN, new AbortController().signal, () => ends.emit('child'));
    const far = await privateSocket.take(place, TOKEN, () => ends.emit('parent'));
    opened(await link);

    far.close();

    await ended;
  });

  it('turns away whoever has not the token, and waits on', async () => {
    const { place, link } = await lay();

    for (const words of ['the wrong token .....', 'too short']) {
      const stranger = connect(place);
      stranger.on('error', () => {});
      stranger.end(words);
      stranger.resume();
      await once(stranger, 'close');
    }
    const far = await take(place);
    const sink = opened(await link);
    far.send(Buffer.from('hello'));
    await sink.has(5);

    expect(sink.text).to.equal('hello');
    far.close();
    await sink.hears('closed');
  });

  it('leaves nothing behind when nobody is to come any more', async () => {
    const over = new AbortController();
    const { place, link } = await privateSocket.lay(TOKEN, over.signal, () => {});

    over.abort(new Error('Nobody comes.'));
    const reason = await rejection(link);

    expect(reason).to.have.property('message', 'Nobody comes.');
    expect(existsSync(dirname(place))).to.equal(false);
  });

  it('leaves nothing behind when its child is gone before the parent comes', async () => {
    const place = join(await mkdtemp(join(temporary.parent, 'interhub-')), 's');
    const server = createServer().listen(place);
    await once(server, 'listening');
    // A socket whose process was killed stays where it is.
    await rename(place, `${place}2`);
    server.close();
    await once(server, 'close');
    await rename(`${place}2`, place);

    expect(await rejection(take(place))).to.have.property('code', 'ECONNREFUSED');
    expect(await readdir(temporary.parent)).to.deep.equal([]);
  });

  it('is not laid where there is no folder for it, or its path is too long', async () => {
    process.env['TMPDIR'] = join(temporary.parent, 'missing');
    expect(await rejection(lay())).to.have.property('code', 'ENOENT');

    process.env['TMPDIR'] = join(temporary.parent, 'x'.repeat(90));
    expect(await rejection(lay())).to.have.property('message').that.matches(/may have 103; set TMPDIR to a shorter one/);
  });

  describe('is not taken, nor anything removed,', () => {
    for (const [where, prepare] of Object.entries<(path: string) => Promise<unknown>>({
      'in a folder that others may enter': async (path) => {
        await mkdir(path);
        await chmod(path, 0o755);
      },
      'in a symbolic link to a private folder': async (path) => {
        await mkdir(`${path}-private`, { mode: 0o700 });
        await symlink(`${path}-private`, path);
      },
      'in a file': (path) => writeFile(path, '', { mode: 0o700 }),
    })) {
      it(where, async () => {
        const path = join(temporary.parent, 'interhub-abcdef');
        await prepare(path);
        const before = await readdir(temporary.parent);

        expect(await rejection(take(join(path, 's')))).to.have.property('message').that.matches(/only the user of this process can enter/);
        expect(await readdir(temporary.parent)).to.deep.equal(before);
      });
    }

    if (process.getuid?.() === 0) {
      it('in a private folder of another user, whose child this may be', async () => {
        const path = join(temporary.parent, 'interhub-abcdef');
        await mkdir(path, { mode: 0o700 });
        await chown(path, 65534, 65534);

        expect(await rejection(take(join(path, 's')))).to.have.property('message').that.matches(/only the user of this process can enter/);
        expect(await readdir(temporary.parent)).to.deep.equal(['interhub-abcdef']);
      });
    }

    it('in a private folder of another name', async () => {
      const path = join(temporary.parent, 'secrets');
      await mkdir(path, { mode: 0o700 });
      await writeFile(join(path, 's'), 'a secret');

      await rejection(take(join(path, 's')));

      expect(await readdir(path)).to.deep.equal(['s']);
    });
  });
});

function lay() {
  return privateSocket.lay(TOKEN, new AbortController().signal, () => {});
}

function take(place: string): Promise<Link> {
  return privateSocket.take(place, TOKEN, () => {});
}

async function road(): Promise<readonly [near: Link, far: Link]> {
  const { place, link } = await lay();
  const far = await take(place);
  return [await link, far];
}

function opened(link: Link): RecordingSink {
  const sink = new RecordingSink();
  link.open(sink);
  return sink;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

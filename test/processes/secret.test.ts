/** Processes of one user that can all get into the folder, and do not all know the secret. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createHub } from '../../src/index.js';
import type { HubError } from '../../src/index.js';
import { meetingPlace } from '../support/meeting-place.js';
import { MemberProcess } from '../support/member-process.js';
import { Pool } from '../support/pool.js';
import { rejection } from '../support/rejection.js';
import type { RemotePeer } from '../support/remote-peer.js';

const PROGRAM = fileURLToPath(new URL('../../src/bin/interhub.js', import.meta.url));
const SECRET = 'a secret of the group';

describe('A socket group with a secret', () => {
  const place = meetingPlace();
  const pool = new Pool(() => MemberProcess.start());
  const peers: RemotePeer[] = [];

  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.close();
  });
  after(() => pool.close());

  const seat = async (name: string, secret?: string, broker: 'auto' | 'never' = 'auto'): Promise<RemotePeer> => {
    const peer = await pool.seat(pool.take(), name, { transport: 'socket', path: place.path, broker, ...(secret === undefined ? {} : { secret }) });
    peers.push(peer);
    return peer;
  };

  it('lets in who knows it, before and after the death of its broker, and nobody else', async () => {
    const broker = await seat('broker', SECRET);
    const bob = await seat('bob', SECRET);
    const cid = await seat('cid', SECRET);
    const token = await bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);

    const without = (await rejection(seat('dan'))) as HubError;
    const wrong = (await rejection(seat('eve', `${SECRET}!`))) as HubError;
    peers.splice(peers.indexOf(broker), 1);
    await broker.kill();
    await cid.run(async ({ hub }) => {
      while (hub.members.size > 2) await hub.state('settling').size();
    });

    expect([without.code, wrong.code]).to.deep.equal(['REFUSED', 'REFUSED']);
    expect(await bob.run(({ kept }) => [kept<{ token: number; signal: AbortSignal }>('door').token, kept<{ signal: AbortSignal }>('door').signal.aborted])).to.deep.equal([token, false]);
    expect(((await rejection(seat('fay', `${SECRET}?`))) as HubError).code).to.equal('REFUSED');
  });

  for (const [group, secret, others] of [
    ['with a secret', SECRET, { 'has another secret': `${SECRET}!`, 'has a secret, and this process was given none': undefined }],
    ['without one', undefined, { 'has no secret, and this process was given one': SECRET }],
  ] as const) {
    it(`goes on under nobody with another secret while its members live, be it a group ${group}`, async () => {
      const broker = await seat('broker', secret);
      const bob = await seat('bob', secret, 'never');
      const token = await bob.run(async ({ hub, keep }) => keep('door', await hub.lock('door')).token);
      peers.splice(peers.indexOf(broker), 1);
      await broker.kill();

      const refused: [string, string][] = [];
      for (const [what, other] of Object.entries(others)) {
        const { code, message } = await rejection<HubError>(seat('eve', other));
        refused.push([code, message.includes(what) ? what : message]);
      }
      await seat('cid', secret);

      expect(refused).to.deep.equal(Object.keys(others).map((what) => ['REFUSED', what]));
      expect(await bob.run(({ kept }) => [kept<{ token: number }>('door').token, kept<{ signal: AbortSignal }>('door').signal.aborted])).to.deep.equal([token, false]);
    });
  }

  it('may be given another when all its members have ended, and keeps its durable maps', async () => {
    const bob = await seat('bob', SECRET);
    await bob.run(({ hub }) => hub.state('orders', { durable: true }).set('a', 1));
    peers.splice(peers.indexOf(bob), 1);
    await bob.kill();

    const cid = await seat('cid', `${SECRET}!`);

    expect(await cid.run(({ hub }) => hub.state('orders').get('a'))).to.equal(1);
    expect((await rejection(seat('dan', SECRET))).code).to.equal('REFUSED');
  });

  it('may be kept together by a program that reads it from a file, which only this user can read', async () => {
    const file = join(place.parent, 'secret');
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    const broker = spawn(process.execPath, [PROGRAM, 'broker', place.path, '--secret-file', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(broker.stdout, 'data');
    try {
      const bob = await seat('bob', SECRET);

      expect(await bob.run(({ hub }) => hub.state('map').set('key', 1))).to.be.above(0);
      expect(((await rejection(seat('dan'))) as HubError).code).to.equal('REFUSED');
    } finally {
      for (const peer of peers.splice(0)) await peer.close();
      broker.kill('SIGTERM');
      await once(broker, 'exit');
    }
  });

  it('is not kept by a program whose file others can read', async () => {
    const file = join(place.parent, 'secret');
    writeFileSync(file, SECRET, { mode: 0o644 });
    const broker = spawn(process.execPath, [PROGRAM, 'broker', place.path, '--secret-file', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [said] = (await once(broker.stderr, 'data')) as [Buffer];
    const [code] = (await once(broker, 'exit')) as [number];

    expect(String(said)).to.include('chmod 600');
    expect(code).to.equal(1);
  });

  it('is refused at once, without being told, where it is too short or no text', () => {
    const create = (secret: unknown) => () => createHub({ transport: 'socket', path: place.path, secret } as Parameters<typeof createHub>[0]);

    expect(create('hunter2')).to.throw(RangeError).with.property('message').that.does.not.include('hunter2');
    expect(create(Buffer.from(SECRET))).to.throw(TypeError, 'secret');
  });
});

/** What a socket group keeps when all its processes end, and what it does when there is no room to write it down. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Lock } from '../../src/index.js';
import { meetingPlace } from '../support/meeting-place.js';
import { MemberProcess } from '../support/member-process.js';
import { Pool } from '../support/pool.js';
import { rejection } from '../support/rejection.js';
import type { RemotePeer } from '../support/remote-peer.js';

const run = promisify(execFile);

describe('A socket group', () => {
  const place = meetingPlace();
  const pool = new Pool(() => MemberProcess.start());
  const peers: RemotePeer[] = [];

  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.close();
  });
  after(() => pool.close());

  const seat = async (name: string, durability = 'process', broker = 'auto'): Promise<RemotePeer> => {
    const peer = await pool.seat(pool.take(), name, { transport: 'socket', path: place.path, durability, broker });
    peers.push(peer);
    return peer;
  };
  const killAll = async (): Promise<void> => {
    for (const peer of peers.splice(0)) await peer.kill();
  };
  const newestJournal = (): string => {
    const numbers = readdirSync(place.path).flatMap((name) => /^g(\d+)$/.exec(name)?.[1] ?? []);
    return join(place.path, `g${Math.max(...numbers.map(Number))}`, 'journal');
  };
  /** Lets the files of a process grow by so much, or without limit. */
  const giveRoom = async (peer: RemotePeer, bytes?: number): Promise<void> => {
    const limit = bytes === undefined ? 'unlimited' : String(statSync(newestJournal()).size + bytes);
    await run('prlimit', ['--pid', String(peer.pid), `--fsize=${limit}:unlimited`]);
  };

  for (const durability of ['process', 'disk']) {
    it(`has a durable map again when all its processes were killed, with the durability ${durability}`, async () => {
      const ann = await seat('ann', durability);
      const bob = await seat('bob', durability);
      const version = await bob.run(async ({ hub }) => {
        const orders = hub.state<number>('orders', { durable: true });
        await hub.state('sessions').set('x', 1);
        await orders.set('mine', 1, { ephemeral: true });
        await orders.set('brief', 1, { ttl: 1 });
        return orders.add('count', 41);
      });
      await ann.run(({ hub }) => hub.lock('door'));

      await killAll();
      const cid = await seat('cid', durability);

      expect(await cid.run(async ({ hub }) => [...(await hub.state('orders').entries())])).to.deep.equal([['count', version]]);
      expect(await cid.run(({ hub }) => hub.state<number>('orders', { durable: true }).add('count'))).to.equal(42);
      expect(await cid.run(({ hub }) => hub.state('sessions').size())).to.equal(0);
      expect(await cid.run(async ({ hub }) => (await hub.lock('door')).key)).to.equal('door');
    });
  }

  it('has it again when all its processes have closed, and its options, which nobody may contradict', async () => {
    const ann = await seat('ann');
    await ann.run(({ hub }) => hub.state('orders', { durable: true }).set('a', 1));
    peers.splice(peers.indexOf(ann), 1);
    await ann.close();

    const bob = await seat('bob');

    expect(await bob.run(({ hub }) => hub.state('orders').get('a'))).to.equal(1);
    const error = await rejection(bob.run(({ hub }) => hub.state('orders', { maxEntries: 5 }).set('b', 1)));
    expect([error.code, error.message]).to.deep.equal(['CONFLICT', 'The map "orders" has other options, as whoever opened it said: `durable` is true. Give the same ones everywhere, or none.']);
    const denied = await rejection(bob.run(({ hub }) => hub.state('orders', { durable: false }).set('b', 1)));
    expect([denied.code, denied.message]).to.deep.equal([error.code, error.message]);
  });

  it('keeps to it that a map is not durable, where that was said', async () => {
    const ann = await seat('ann');
    await ann.run(({ hub }) => hub.state('brief', { durable: false, maxEntries: 5 }).set('a', 1));

    const error = await rejection(ann.run(({ hub }) => hub.state('brief', { durable: true, maxEntries: 5 }).set('b', 1)));

    expect([error.code, error.message]).to.deep.equal(['CONFLICT', 'The map "brief" has other options, as whoever opened it said: `maxEntries` is 5, `durable` is false. Give the same ones everywhere, or none.']);
    expect(await ann.run(({ hub }) => hub.state('brief', { maxEntries: 5 }).set('b', 1))).to.be.a('number');
  });

  it('promises no durable map where it keeps nothing', async () => {
    const ann = await seat('ann', 'none');

    const error = await rejection(ann.run(({ hub }) => hub.state('orders', { durable: true }).set('a', 1)));

    expect(error.code).to.equal('UNSUPPORTED');
    expect(error.message).to.include('"orders"').and.to.include('durability');
  });

  it('is begun by nobody who would drop its durable maps, and is told what to do', async () => {
    const ann = await seat('ann');
    await ann.run(({ hub }) => hub.state('orders', { durable: true }).set('a', 1));
    await killAll();

    const error = await rejection(seat('bob', 'none'));
    const cid = await seat('cid');

    expect(error.code).to.equal('UNSUPPORTED');
    expect(error.message).to.match(/journal \S+\/g\d+\/journal holds .* the durable map "orders"\. .* Pass "process" or "disk"/).and.to.include(`remove the folder ${place.path} to`);
    expect(await cid.run(({ hub }) => hub.state('orders').get('a'))).to.equal(1);
  });

  it('is begun with nothing by one who keeps nothing, where there is no durable map', async () => {
    const ann = await seat('ann');
    await ann.run(({ hub }) => hub.state('map').set('a', 1));
    await ann.run(async ({ hub }) => {
      const orders = hub.state('orders', { durable: true });
      await orders.set('a', 1);
      await orders.delete('a');
    });
    await killAll();

    const bob = await seat('bob', 'none');

    expect(await bob.run(({ hub }) => hub.state('map').size())).to.equal(0);
  });

  it('goes on under nobody who keeps nothing while its members live', async () => {
    const broker = await seat('broker');
    const bob = await seat('bob', 'process', 'never');
    await bob.run(async ({ hub, keep }) => void keep('door', await hub.lock('door')));
    peers.splice(peers.indexOf(broker), 1);
    await broker.kill();

    const error = await rejection(seat('cid', 'none'));
    const dan = await seat('dan');

    expect([error.code, error.message]).to.deep.equal(['UNSUPPORTED', `The group in ${place.path} has members that live, and keeps what they hold. This process, with the durability "none", would drop that. Pass "process" or "disk", the same in all processes of the group; or end them all first.`]);
    expect(await dan.run(async ({ hub }) => (await hub.tryLock('door')) === undefined)).to.equal(true);
    expect(await bob.run(({ kept }) => kept<Lock>('door').signal.aborted)).to.equal(false);
  });

  it('refuses what there is no room to write down, goes on telling what there is, and goes on when there is room', async () => {
    const broker = await seat('broker');
    const bob = await seat('bob');
    await bob.run(async ({ hub, keep }) => {
      await hub.state('map').set('key', 'before');
      keep('door', await hub.lock('door'));
    });

    await giveRoom(broker, 10);
    const refused = await rejection(bob.run(({ hub }) => hub.state('map').set('key', 'lost')));
    const during = await bob.run(({ hub }) => hub.state('map').get('key'));
    const locking = await rejection(bob.run(({ hub }) => hub.lock('desk')));
    const size = statSync(newestJournal()).size;
    await giveRoom(broker);
    await bob.run(({ hub }) => hub.state('map').set('other', 'after'));

    expect([refused.code, during, locking.code]).to.deep.equal(['JOURNAL', 'before', 'JOURNAL']);
    expect(refused.message).to.match(/EFBIG|ENOSPC/);
    peers.splice(peers.indexOf(broker), 1);
    await broker.kill();
    expect(statSync(newestJournal()).size).to.be.above(size);
    expect(await bob.run(async ({ hub }) => [...(await hub.state('map').entries())])).to.deep.equal([['key', 'before'], ['other', 'after']]);
    expect(await bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
  });

  it('waits for room, and loses nothing, where there is too little for another broker', async () => {
    const broker = await seat('broker');
    const bob = await seat('bob');
    await bob.run(async ({ hub, keep, log }) => {
      hub.onStatus(({ status }) => log('status').push(status));
      keep('door', await hub.lock('door'));
    });

    await run('prlimit', ['--pid', String(bob.pid), '--fsize=10:unlimited']);
    peers.splice(peers.indexOf(broker), 1);
    await broker.kill();
    await bob.run(({ log }) => log('status').reach(1));
    await bob.run(() => new Promise((resolve) => setTimeout(resolve, 200)));
    await run('prlimit', ['--pid', String(bob.pid), '--fsize=unlimited:unlimited']);
    await bob.run(({ log }) => log('status').reach(2));

    expect(await bob.run(({ log }) => log('status').entries)).to.deep.equal(['suspended', 'seated']);
    expect(await bob.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
  });

  it('tells who wants to begin it that there is no room', async () => {
    const process = pool.take();
    await run('prlimit', ['--pid', String(process.pid), '--fsize=0:unlimited']);

    const error = await rejection(pool.seat(process, 'ann', { transport: 'socket', path: place.path }));

    expect(error.code).to.equal('PATH_UNUSABLE');
    expect(error.message).to.match(/EFBIG|ENOSPC/);
  });
});

/** The program `interhub`: a broker that is no member, and a look into the folder of a group. */
import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Lock, StatusChange } from '../../src/index.js';
import { meetingPlace } from '../support/meeting-place.js';
import { Pool } from '../support/pool.js';
import { MemberProcess } from '../support/member-process.js';
import { rejection } from '../support/rejection.js';
import type { RemotePeer } from '../support/remote-peer.js';

const PROGRAM = fileURLToPath(new URL('../../src/bin/interhub.js', import.meta.url));
const run = promisify(execFile);

describe('The program interhub', () => {
  const place = meetingPlace();
  const pool = new Pool(() => MemberProcess.start());
  const brokers: ChildProcess[] = [];
  const peers: RemotePeer[] = [];

  afterEach(async () => {
    for (const peer of peers.splice(0)) await peer.close();
    for (const broker of brokers.splice(0)) {
      broker.kill('SIGKILL');
      if (broker.exitCode === null && broker.signalCode === null) await once(broker, 'exit');
    }
  });
  after(() => pool.close());

  const keep = async (...more: readonly string[]): Promise<ChildProcess> => {
    const broker = spawn(process.execPath, [PROGRAM, 'broker', place.path, ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
    brokers.push(broker);
    await once(broker.stdout ?? broker, 'data');
    return broker;
  };
  const seat = async (name: string, broker: 'auto' | 'never'): Promise<RemotePeer> => {
    const peer = await pool.seat(pool.take(), name, { transport: 'socket', path: place.path, broker });
    peers.push(peer);
    await peer.run(({ hub, log }) => void hub.onStatus(({ status }: StatusChange) => log('status').push(status)));
    return peer;
  };
  const doctor = async (...more: readonly string[]): Promise<string> => (await run(process.execPath, [PROGRAM, 'doctor', place.path, ...more])).stdout;

  it('keeps a group together, and is no member of it', async () => {
    await keep();
    const ann = await seat('ann', 'never');
    const bob = await seat('bob', 'never');

    await ann.run(({ hub }) => hub.state('map').set('key', 1));

    expect(await bob.run(({ hub }) => hub.state('map').get('key'))).to.equal(1);
    expect(await bob.run(({ hub }) => [...hub.members].map(({ name }) => name))).to.deep.equal(['ann', 'bob']);
  });

  it('hands over when it is told to end, and nobody sees an error', async () => {
    const broker = await keep();
    const ann = await seat('ann', 'auto');
    const bob = await seat('bob', 'auto');
    await ann.run(async ({ hub, keep: leave }) => void leave('door', await hub.lock('door')));
    await bob.run(({ hub, keep: leave }) => {
      hub.handle('twice', (value) => new Promise((resolve) => setTimeout(() => resolve((value as number) * 2), 1)));
      leave('door', hub.lock('door'));
    });
    await ann.run(({ hub, keep: leave }) => {
      const asking = async (): Promise<number> => {
        let sum = 0;
        for (let i = 0; i < 150; i++) sum += await hub.request<number>('twice', 1);
        return sum;
      };
      leave('sum', asking());
    });

    broker.kill('SIGTERM');
    const [code] = await once(broker, 'exit');

    expect(code).to.equal(0);
    expect(await ann.run(({ kept }) => kept<Promise<number>>('sum'))).to.equal(300);
    expect(await ann.run(({ kept }) => kept<Lock>('door').release())).to.equal(true);
    expect(await bob.run(async ({ kept }) => (await kept<Promise<Lock>>('door')).release())).to.equal(true);
    expect(await ann.run(({ log }) => log('status').entries)).to.deep.equal(['suspended', 'seated']);
  });

  it('is waited for by those who may not be the broker, and goes on where the last one was killed', async () => {
    const broker = await keep();
    const ann = await seat('ann', 'never');
    const token = await ann.run(async ({ hub, keep: leave }) => (leave('door', await hub.lock('door')) as Lock).token);

    broker.kill('SIGKILL');
    await ann.run(({ log }) => log('status').reach(1));
    const adding = ann.run(({ hub }) => hub.state<number>('n').add('n', 1));
    await keep();

    expect(await adding).to.equal(1);
    expect(await ann.run(({ kept }) => [kept<Lock>('door').signal.aborted, kept<Lock>('door').token])).to.deep.equal([false, token]);
  });

  it('serves on when nobody reads what it says', async () => {
    const broker = spawn(process.execPath, [PROGRAM, 'broker', place.path], { stdio: ['ignore', 'pipe', 'pipe'] });
    brokers.push(broker);
    broker.stdout?.destroy();
    const said: string[] = [];
    broker.stderr?.on('data', (text: Buffer) => said.push(text.toString()));

    const ann = await seat('ann', 'never');
    await ann.run(({ hub }) => hub.state('map').set('key', 1));
    broker.kill('SIGTERM');
    await once(broker, 'close');

    expect(said).to.deep.equal([]);
  });

  it('takes the limits of its group', async () => {
    await keep('--limit', 'members=1', '--limit', 'queue=4096');
    await seat('ann', 'never');

    expect(await rejection(seat('bob', 'never'))).to.include({ code: 'REFUSED' }).and.to.have.property('message').that.includes('has 1 members');
    for (const [limit, fault] of [['members', 'NAME=NUMBER'], ['members=many', 'NAME=NUMBER'], ['memberz=1', 'is no limit'], ['members=0', 'limits.members']] as const) {
      const error = await rejection(run(process.execPath, [PROGRAM, 'broker', `${place.path}2`, '--limit', limit]));
      expect(error).to.include({ code: 1 }).and.to.have.property('stderr').that.includes(fault);
    }
  });

  it('refuses to be the second broker', async () => {
    await keep();

    const error = await rejection(run(process.execPath, [PROGRAM, 'broker', place.path]));

    expect(error).to.include({ code: 1 }).and.to.have.property('stderr').that.matches(/is process \d+, so this process cannot be it/);
  });

  it('says what is there, and why', async () => {
    const nothing = await doctor();
    const broker = await keep();
    await seat('ann', 'never');
    const alive = await doctor();
    broker.kill('SIGKILL');
    await once(broker, 'exit');
    const dead = await doctor();

    expect(nothing).to.match(/No group has met/);
    expect(alive).to.match(new RegExp(`owner\\s+process ${broker.pid}\\n\\s+broker\\s+alive[^]*1 records; members: ann \\(number 1, process \\d+\\)`));
    expect(dead).to.match(/broker\s+dead: its socket refuses/);
  });

  it('says of a living broker that it lives, and what is missing, when somebody has removed the way to it', async () => {
    await keep();
    rmSync(join(place.path, 'current'));

    const error = await rejection(doctor());

    expect(error).to.include({ code: 1 }).and.to.have.property('stdout').that.matches(/broker\s+alive: its socket listens[^]*"current" is missing: somebody has removed it/);
  });

  it('takes what can be read of a damaged journal, and says what it dropped', async () => {
    const broker = await keep();
    const ann = await seat('ann', 'auto');
    for (const value of [1, 2, 3]) await ann.run(({ hub }, next) => hub.state('map').set(`key ${next}`, next), value);
    broker.kill('SIGSTOP');
    await ann.kill();
    peers.splice(peers.indexOf(ann), 1);
    broker.kill('SIGKILL');
    await once(broker, 'exit');
    const [generation = ''] = readdirSync(place.path).filter((name) => name.startsWith('g'));
    const journal = join(place.path, generation, 'journal');
    const bytes = readFileSync(journal);
    bytes[bytes.indexOf('key 2')] = 0;
    writeFileSync(journal, bytes);

    const refused = await rejection(run(process.execPath, [PROGRAM, 'broker', place.path]));
    const said = await doctor('--salvage');
    await keep();

    expect(refused).to.have.property('stderr').that.matches(/journal is damaged: what lies from byte \d+ to \d+/);
    expect(said).to.match(/Dropped from the last journal: bytes \d+ to \d+\./);
    expect(await doctor()).to.match(/alive/);
  });

  it('salvages in no folder that is none of a group, and says so', async () => {
    writeFileSync(place.path, 'precious');

    for (const more of [[], ['--salvage']]) {
      const error = await rejection(doctor(...more));

      expect(error).to.include({ code: 1, stdout: '' }).and.to.have.property('stderr').that.matches(/is a file, and not ours/);
    }
  });

  it('says what is wrong, and how it is used, when it is misused, and does nothing', async () => {
    const misuses: readonly (readonly [string[], RegExp])[] = [
      [[], /what to do/],
      [['brocker', place.path], /no command "brocker"/],
      [['doctor'], /One PATH/],
      [['doctor', place.path, place.path], /One PATH/],
      [['doctor', place.path, '--secret-file', 'secret'], /--secret-file/],
      [['broker', place.path, '--salvage'], /--salvage/],
    ];

    for (const [args, fault] of misuses) {
      const error = await rejection(run(process.execPath, [PROGRAM, ...args]));

      expect(error).to.include({ code: 2, stdout: '' }).and.to.have.property('stderr').that.matches(/\nUsage:/).and.matches(fault);
    }
  });
});

/** Members come when they come: before their authority, after it, and from places where there is none. */
import { expect } from 'chai';
import { forkWorker } from '../support/cluster-fixture.js';
import { forkChild } from '../support/fork-fixture.js';
import { MemberProcess } from '../support/member-process.js';
import { HubPlace } from '../support/place.js';
import { rejection } from '../support/rejection.js';
import { RemotePeer } from '../support/remote-peer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('A member', () => {
  const folder = temporaryFolder();
  const processes: MemberProcess[] = [];
  const places: HubPlace[] = [];

  afterEach(async () => {
    await Promise.all(processes.splice(0).map((process) => process.end('SIGKILL')));
    await Promise.all(places.splice(0).map((place) => place.close()));
  });

  const started = (process: MemberProcess): MemberProcess => {
    processes.push(process);
    return process;
  };
  const opened = (place: HubPlace): HubPlace => {
    places.push(place);
    return place;
  };

  it('may be a worker that came before the primary made its hub, or after (pitfall 10)', async () => {
    const way = { transport: 'cluster', group: 'arriving' };
    const process = started(forkWorker());
    const early = RemotePeer.seat(process, 'early', way);
    // The process obeys in order: by now it has asked to be let in.
    await process.obey({ type: 'close', place: 0 });

    const primary = opened(new HubPlace(way, 'primary'));
    primary.hub.handle('who', () => 'primary');
    const late = await RemotePeer.seat(started(forkWorker()), 'late', way);

    for (const worker of [await early, late]) expect(await worker.run(({ hub }) => hub.request('who'))).to.equal('primary');
    expect([...primary.hub.members].map(({ name }) => name)).to.have.members(['primary', 'early', 'late']);
  });

  it('may be a child that came before it was adopted', async () => {
    const process = started(forkChild());
    const early = RemotePeer.seat(process, 'early', { transport: 'fork' });
    await process.obey({ type: 'close', place: 0 });

    const parent = opened(new HubPlace({ transport: 'fork', children: [process.child] }, 'parent'));

    await early;
    await parent.hub.state('settling').size();
    expect([...parent.hub.members].map(({ name }) => name)).to.have.members(['parent', 'early']);
  });

  it('may wait for a broker that it does not want to be', async () => {
    const way = { transport: 'socket', path: `${folder.path}/waits` };
    const process = started(MemberProcess.start());
    const early = RemotePeer.seat(process, 'early', { ...way, broker: 'never' });
    await process.obey({ type: 'close', place: 0 });

    const broker = opened(new HubPlace({ ...way, broker: 'always' }, 'broker'));

    await early;
    await broker.hub.state('settling').size();
    expect([...broker.hub.members].map(({ name }) => name)).to.deep.equal(['broker', 'early']);
  });

  it('cannot be a second broker', async () => {
    const way = { transport: 'socket', path: `${folder.path}/two` };
    const broker = opened(new HubPlace(way, 'broker'));
    await broker.hub.ready();

    const second = opened(new HubPlace({ ...way, broker: 'always' }, 'second'));

    const error = await rejection(second.hub.ready());
    expect(error).to.include({ name: 'HubError' });
    expect(error.message).to.include(String(process.pid));
    expect(second.hub.status).to.equal('closed');
  });

  it('cannot be a worker of PM2, whose primary is not ours (pitfall 14)', async () => {
    const worker = started(forkWorker('json', { pm_id: '0', NODE_APP_INSTANCE: '0', exec_mode: 'cluster_mode' }));

    const error = await rejection(RemotePeer.seat(worker, 'worker', { transport: 'cluster', group: 'pm2' }));

    expect(error).to.include({ name: 'HubError', code: 'UNSUPPORTED' });
    expect(error.message).to.include('PM2').and.to.include("'socket'");
  });

  it('may be a worker of a program that PM2 runs as it is', async () => {
    const way = { transport: 'cluster', group: 'not pm2' };
    const primary = opened(new HubPlace(way, 'primary'));

    const worker = await RemotePeer.seat(started(forkWorker('json', { pm_id: '0', NODE_APP_INSTANCE: '0', exec_mode: 'fork_mode' })), 'worker', way);

    expect(await worker.run(({ hub }) => hub.members.get('primary')?.pid)).to.equal(primary.hub.member.pid);
  });
});

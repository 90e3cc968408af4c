/** Two copies of the package in one process, as npm may install them, are strangers who do not get in each other's way. */
import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Hub } from '../../src/index.js';
import { forkChild } from '../support/fork-fixture.js';
import { forkWorker } from '../support/cluster-fixture.js';
import { MemberProcess } from '../support/member-process.js';
import { HubPlace } from '../support/place.js';
import { RemotePeer } from '../support/remote-peer.js';
import type { RemoteWay } from '../support/remote-peer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const source = new URL('../../src/', import.meta.url);
const copy = new URL('../../src-copy/', import.meta.url);

describe('Two copies of the package', () => {
  const folder = temporaryFolder();

  before(() => cp(fileURLToPath(source), fileURLToPath(copy), { recursive: true }));
  after(() => rm(fileURLToPath(copy), { recursive: true, force: true }));

  const WAYS: Readonly<Record<string, () => { readonly start: () => MemberProcess; readonly way: (process?: MemberProcess) => RemoteWay }>> = {
    cluster: () => ({ start: forkWorker, way: () => ({ transport: 'cluster', group: 'copies' }) }),
    fork: () => ({ start: forkChild, way: (process) => ({ transport: 'fork', group: 'copies', ...(process && { children: [process.child] }) }) }),
    socket: () => ({ start: () => MemberProcess.start(), way: () => ({ transport: 'socket', path: `${folder.path}/copies` }) }),
  };

  for (const [name, prepare] of Object.entries(WAYS)) {
    it(`in one process are two members over ${name}`, async () => {
      const { start, way } = prepare();
      const process = start();
      const ann = new HubPlace(way(process), 'ann');
      await ann.hub.ready();
      const bob = await RemotePeer.seat(process, 'bob', way());

      const asked = await bob.run(async ({ hub, keep }, url, options) => {
        const { createHub } = (await import(url)) as { readonly createHub: (options: object) => Hub };
        const twin = keep('twin', createHub({ name: 'twin', ...options }));
        twin.handle('who', () => 'twin');
        await twin.lock('door');
        return [twin.constructor === hub.constructor, await hub.request('who'), (await hub.tryLock('door')) === undefined];
      }, new URL('index.js', copy).href, way());

      expect(asked).to.deep.equal([false, 'twin', true]);
      expect([...ann.hub.members].map(({ name }) => name)).to.deep.equal(['ann', 'bob', 'twin']);
      await bob.run(({ kept }) => kept<Hub>('twin').close());
      expect(await bob.run(({ hub }) => hub.tryLock('door').then((lock) => lock?.key))).to.equal('door');

      await process.end('SIGKILL');
      await ann.close();
    });
  }
});

/** A parent, which is this process, and its children. */
import { fork } from 'node:child_process';
import type { ForkHub } from '../../src/index.js';
import type { Fixture } from './fixture.js';
import { LinksTaken } from './links-taken.js';
import { LocalPeer } from './local-peer.js';
import { MEMBER_PROGRAM, MemberProcess, STDIO_WITH_CHANNEL } from './member-process.js';
import { HubPlace } from './place.js';
import { Pool } from './pool.js';

export function startFork(via: 'auto' | 'ipc' = 'auto', serialization: 'json' | 'advanced' = 'json'): Fixture {
  const parents = new Map<string, ForkHub>();
  const children = new Pool(() => forkChild(serialization));
  const links = new LinksTaken();
  return {
    async seat(group, name, options) {
      const way = { transport: 'fork', group, via };
      const parent = parents.get(group);
      if (parent !== undefined) {
        const process = children.take();
        parent.adopt(process.child);
        return children.seat(process, name, way, options);
      }
      const place = new HubPlace({ ...way, role: 'parent' }, name, options);
      parents.set(group, place.hub as ForkHub);
      await place.hub.ready();
      return new LocalPeer(name, place, () => Promise.reject(new TypeError('The parent is this process.')));
    },
    async close() {
      await children.close();
      links.expectAll(via === 'auto' ? 'socket' : 'ipc');
    },
  };
}

export function forkChild(serialization: 'json' | 'advanced' = 'json'): MemberProcess {
  return new MemberProcess(fork(MEMBER_PROGRAM, { stdio: [...STDIO_WITH_CHANNEL], serialization }));
}

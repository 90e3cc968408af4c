/** A primary, which is this process, and its workers. */
import cluster from 'node:cluster';
import type { Fixture } from './fixture.js';
import { LinksTaken } from './links-taken.js';
import { LocalPeer } from './local-peer.js';
import { MEMBER_PROGRAM, MemberProcess, STDIO_WITH_CHANNEL } from './member-process.js';
import { HubPlace } from './place.js';
import { Pool } from './pool.js';

export function startCluster(via: 'auto' | 'ipc' = 'auto'): Fixture {
  const founded = new Set<string>();
  const workers = new Pool(() => forkWorker());
  const links = new LinksTaken();
  return {
    async seat(group, name, options) {
      const way = { transport: 'cluster', group, via };
      if (founded.has(group)) return workers.seat(workers.take(), name, way, options);
      founded.add(group);
      const place = new HubPlace(way, name, options);
      await place.hub.ready();
      return new LocalPeer(name, place, () => Promise.reject(new TypeError('The primary is this process.')));
    },
    async close() {
      await workers.close();
      links.expectAll(via === 'auto' ? 'socket' : 'ipc');
    },
  };
}

export function forkWorker(serialization: 'json' | 'advanced' = 'json', env: NodeJS.ProcessEnv = {}): MemberProcess {
  cluster.setupPrimary({ exec: MEMBER_PROGRAM, args: [], stdio: [...STDIO_WITH_CHANNEL], serialization });
  return new MemberProcess(cluster.fork(env).process);
}

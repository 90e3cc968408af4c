/**
 * The cluster transport: a primary and its workers, over the channels that Node gives them. The primary is the authority
 * for as long as it lives. Its workers may be forked before and after its hub, and join whenever they come.
 */
import nodeCluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { privateSocket } from '../adapters/duplex/private-socket.js';
import { askForLink } from '../adapters/ipc/asking.js';
import { IpcDoors } from '../adapters/ipc/doors.js';
import type { Roads } from '../adapters/ipc/roads.js';
import { HubError } from '../core/errors.js';
import type { Limits } from '../core/limits.js';
import type { Meeting, Rendezvous } from '../core/star/rendezvous.js';
import { star } from '../core/star/star.js';
import type { Transport } from '../core/transport.js';

export interface ClusterOptions extends ClusterMeetingOptions {
  readonly limits?: Partial<Limits>;
}

export interface ClusterMeetingOptions {
  /** Hubs of one group find each other, and share the channel with hubs of other groups undisturbed. Default `default`. */
  readonly group?: string;
  /** `auto`, the default: by a private socket, or where there can be none over the IPC channel. `ipc`: over the channel in any case. */
  readonly via?: 'auto' | 'ipc';
}

export function cluster({ limits = {}, ...options }: ClusterOptions = {}): Transport {
  return star(clusterRendezvous(options), { limits });
}

export function clusterRendezvous({ group = 'default', via = 'auto' }: ClusterMeetingOptions = {}): Rendezvous {
  const { worker } = nodeCluster;
  const roads = via === 'auto' ? privateSocket : undefined;
  if (worker === undefined) return { name: 'cluster', suggestedName: 'primary', meet: async () => found(group, roads) };
  return { name: 'cluster', suggestedName: `worker-${worker.id}`, meet: (signal) => join(worker, group, roads, signal) };
}

function found(group: string, roads: Roads | undefined): Meeting {
  let doors: IpcDoors | undefined;
  return {
    role: 'authority',
    epoch: 1,
    accept(onLink) {
      doors = new IpcDoors({ group, roads, onLink });
      openDoors.add(doors);
      nodeCluster.off('fork', admit).on('fork', admit);
      for (const worker of Object.values(nodeCluster.workers ?? {})) if (worker !== undefined) doors.add(worker.process);
    },
    async close() {
      if (doors === undefined) return;
      openDoors.delete(doors);
      if (openDoors.size === 0) nodeCluster.off('fork', admit);
      doors.close();
    },
  };
}

/** The doors of all primaries in this process, behind one listener: one for each would look like a leak to Node. */
const openDoors = new Set<IpcDoors>();

function admit(worker: Worker): void {
  for (const doors of openDoors) doors.add(worker.process);
}

async function join(worker: Worker, group: string, roads: Roads | undefined, signal: AbortSignal): Promise<Meeting> {
  if (isRunByPm2()) {
    throw new HubError('UNSUPPORTED', 'PM2 in cluster mode is the primary itself, and runs no hub. Use createHub({ transport: \'socket\', path }) in all processes, or start the app in PM2\'s fork mode and let it fork its own workers.');
  }
  const advice = 'Call createHub({ transport: \'cluster\' }) in the primary too, in the same group.';
  return { role: 'member', link: await askForLink(worker.process, { group, peer: 'the primary', advice, roads }, signal) };
}

/**
 * PM2 leaves its settings in the environment, and workers of an app that it runs in fork mode inherit them: only
 * `exec_mode` tells whose worker this is.
 */
function isRunByPm2(): boolean {
  return process.env['pm_id'] !== undefined && process.env['exec_mode'] === 'cluster_mode';
}

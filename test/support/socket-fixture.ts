/** Unrelated processes, each group in a folder of its own. The first to come is the broker; none of them is this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SocketOptions } from '../../src/index.js';
import type { Fixture } from './fixture.js';
import { MemberProcess } from './member-process.js';
import { Pool } from './pool.js';

export async function startSocket(more: Pick<SocketOptions, 'durability' | 'limits'> = {}): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'ih-'));
  const processes = new Pool(() => MemberProcess.start());
  return {
    seat: (group, name, options) => processes.seat(processes.take(), name, { transport: 'socket', path: join(folder, group), ...more }, options),
    async close() {
      await processes.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

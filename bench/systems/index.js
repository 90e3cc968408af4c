/** The systems, ours first: the first of them is what the ratios are of. Each is a file here that exports `system`. */
import { spawnSync } from 'node:child_process';

export const names = [
  'interhub-socket', 'interhub-cluster', 'interhub-cluster-ipc', 'interhub-fork',
  'ipc-json', 'ipc-advanced', 'raw-socket', 'raw-bytes',
  'node-ipc', 'cluster-hub', 'cluster-client', 'birpc', 'ws',
  'ioredis', 'nats', 'redlock', 'memored', 'lmdb', 'async-mutex',
];

/** What the short table is about: the media themselves, and the peer of each kind that is nearest. */
export const short = ['interhub-socket', 'interhub-cluster', 'ipc-json', 'raw-socket', 'raw-bytes', 'node-ipc', 'cluster-hub', 'ioredis'];

/** A system that cannot be loaded is told of as `missing`: with the reason, never in silence. */
export async function load(name, url = new URL(`${name}.js`, import.meta.url).href) {
  try {
    const { system } = await import(url);
    const { program } = system;
    if (program !== undefined && spawnSync(program, ['--version']).error !== undefined) {
      return { key: name, url, missing: `the program ${program} is not installed (on Debian: apt-get install ${program}).` };
    }
    return { ...system, key: name, url };
  } catch (error) {
    return { key: name, url, missing: error.message.split('\n', 1)[0] };
  }
}

/** What an entry of a shared map takes in the broker's memory, beside its key and its value, where there are a million. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHub } from '../../dist/bundle/index.js';
import { bytes, order } from '../harness/payload.js';

const ENTRIES = 1_000_000;
const AT_ONCE = 1_000;

/** What is written, and how many bytes it has of its own. */
const VALUES = {
  'a number': { value: 4711, size: 4 },
  'an order': { value: order(), size: JSON.stringify(order()).length },
  '64 bytes': { value: bytes(64), size: 64 },
};

export async function entries(folder) {
  const path = `${folder}/entries`;
  const hub = createHub({ transport: 'socket', path, name: 'broker' });
  await hub.ready();
  const writer = fork(new URL(import.meta.url), ['writer', path]);
  await once(writer, 'message');
  const rows = [];
  for (const [value, { size }] of Object.entries(VALUES)) {
    const before = await used();
    writer.send(value);
    await once(writer, 'message');
    const each = ((await used()) - before) / ENTRIES;
    const own = size + Buffer.byteLength(keyOf(ENTRIES / 2));
    rows.push({ value, 'bytes an entry': Math.round(each), 'of these key and value': own, 'beside them': Math.round(each - own) });
    await hub.state(value).clear();
  }
  writer.kill('SIGKILL');
  await hub.close({ grace: 0 });
  return rows;
}

/** What nothing refers to any more is gone when it has been collected a few times, and what is under way has ended. */
async function used() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function keyOf(index) {
  return `key-${index}`;
}

const [role, path] = process.argv.slice(2);
if (role === 'writer') {
  const hub = createHub({ transport: 'socket', path, broker: 'never', timeout: 120_000 });
  await hub.ready();
  process.on('message', async (name) => {
    const map = hub.state(name);
    for (let from = 0; from < ENTRIES; from += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => map.set(keyOf(from + i), VALUES[name].value)));
    }
    process.send('written');
  });
  process.send('ready');
}

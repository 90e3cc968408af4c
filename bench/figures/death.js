/**
 * How soon a group goes on: from the death of a broker to the first answer of the next one, and from the death of a holder
 * to the grant of the next in line.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHub } from '../../dist/bundle/index.js';

const KILLS = 40;
const MEMBERS = 6;

export async function death(folder) {
  return [await brokers(`${folder}/brokers`), await holders(`${folder}/holders`)];
}

/** The first of them is always the broker, and is killed; the last one asks. */
async function brokers(path) {
  const group = [];
  const times = [];
  for (let i = 0; i < MEMBERS; i++) group.push(await begin(path, 'member'));
  for (let kill = 0; kill < KILLS; kill++) {
    const broker = await brokerOf(path, group);
    group.splice(group.indexOf(broker), 1);
    const asker = group[0];
    const begun = now();
    broker.kill('SIGKILL');
    asker.send('ask');
    const [answered] = await once(asker, 'message');
    times.push(answered - begun);
    group.push(await begin(path, 'member'));
  }
  for (const child of group) child.kill('SIGKILL');
  return { figure: 'a broker is killed: the next answer', ...summary(times) };
}

async function holders(path) {
  const hub = createHub({ transport: 'socket', path, name: 'broker' });
  await hub.ready();
  const times = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const holder = await begin(path, 'holder');
    const next = await begin(path, 'waiter');
    const begun = now();
    holder.kill('SIGKILL');
    const [granted] = await once(next, 'message');
    times.push(granted - begun);
    next.kill('SIGKILL');
    await once(next, 'exit');
  }
  await hub.close({ grace: 0 });
  return { figure: 'a holder is killed: the next grant', ...summary(times) };
}

async function brokerOf(path, group) {
  const { examine } = await import('../../dist/src/transports/socket/doctor.js');
  const last = (await examine(path)).at(-1);
  return group.find(({ pid }) => pid === last?.owner?.pid) ?? group[0];
}

async function begin(path, role) {
  const child = fork(new URL(import.meta.url), [role, path]);
  await once(child, 'message');
  return child;
}

function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => Number((sorted[Math.floor((sorted.length - 1) * share)] / 1e6).toFixed(1));
  return { times: sorted.length, 'p50 ms': at(0.5), 'p90 ms': at(0.9), 'p99 ms': at(0.99) };
}

/** On a clock that all processes share, in ns. */
function now() {
  return Number(process.hrtime.bigint());
}

const [role, path] = process.argv.slice(2);
if (role === 'member' || role === 'holder' || role === 'waiter') {
  const hub = createHub({ transport: 'socket', path, timeout: 60_000 });
  await hub.ready();
  if (role === 'holder') await hub.lock('door');
  if (role === 'waiter') {
    void hub.lock('door').then(() => process.send(now()));
    await hub.state('m').size();
  }
  process.on('message', async () => {
    // What was asked of the dead broker is answered by the next one.
    await hub.state('m').add('n', 1);
    process.send(now());
  });
  process.send('ready');
}

/** What a broker's process takes: for a thousand members, and for a gigabyte that is said to one who is stopped. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHub } from '../../dist/bundle/index.js';

const PROCESSES = 4;
const HUBS = 250;

export async function memory(folder) {
  return [await crowd(`${folder}/crowd`), await stopped(`${folder}/stopped`, 'the broker'), await stopped(`${folder}/stopped2`, 'a member')];
}

async function crowd(path) {
  const hub = createHub({ transport: 'socket', path, name: 'broker' });
  await hub.ready();
  const before = resident();
  const begun = performance.now();
  const children = Array.from({ length: PROCESSES }, () => fork(new URL(import.meta.url), ['crowd', path]));
  await Promise.all(children.map((child) => once(child, 'message')));
  const joined = performance.now() - begun;
  const took = resident() - before;
  let heard = 0;
  const all = new Promise((resolve) => hub.on('heard', () => (heard += 1) === PROCESSES * HUBS && resolve()));
  await hub.state('m').size();
  const said = performance.now();
  hub.broadcast('news', 'x'.repeat(100));
  await all;
  const told = performance.now() - said;
  for (const child of children) child.kill('SIGKILL');
  await hub.close({ grace: 0 });
  return { figure: `${PROCESSES * HUBS} members`, 'MB more': took, 'note': `all in after ${Math.round(joined)} ms; a broadcast and each one's answer: ${Math.round(told)} ms` };
}

/** Who says it: the broker itself, or a member of its. */
async function stopped(path, who) {
  const hub = createHub({ transport: 'socket', path, name: 'broker', onUndelivered: () => {}, onError: () => {} });
  await hub.ready();
  const child = fork(new URL(import.meta.url), ['listener', path]);
  await once(child, 'message');
  const teller = who === 'the broker' ? hub : createHub({ transport: 'socket', path, name: 'teller', onUndelivered: () => {}, onError: () => {} });
  await teller.ready();
  const value = Buffer.alloc(64 * 1024);
  for (let i = 0; i < 100; i++) teller.send('news', value, { to: 'listener' });
  await teller.drained();
  child.kill('SIGSTOP');
  globalThis.gc?.();
  const before = resident();
  let most = before;
  for (let i = 0; i < 16_384; i++) {
    teller.send('news', value, { to: 'listener' });
    if (i % 64 === 63) {
      await teller.drained();
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, resident());
    }
  }
  child.kill('SIGKILL');
  if (teller !== hub) await teller.close({ grace: 0 });
  await hub.close({ grace: 0 });
  return { figure: `1 GB to one that is stopped, by ${who}`, 'MB more': most - before, note: '' };
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

const [role, path] = process.argv.slice(2);
if (role === 'crowd') {
  const hubs = Array.from({ length: HUBS }, (_, i) => createHub({ transport: 'socket', path, broker: 'never', name: `m${process.pid}-${i}`, timeout: 120_000 }));
  for (const hub of hubs) hub.on('news', () => hub.send('heard', 1, { to: 'broker' }));
  await Promise.all(hubs.map((hub) => hub.ready()));
  await Promise.all(hubs.map((hub) => hub.state('m').size()));
  process.send('ready');
}
if (role === 'listener') {
  const hub = createHub({ transport: 'socket', path, broker: 'never', name: 'listener' });
  hub.on('news', () => {});
  await hub.ready();
  await hub.state('m').size();
  process.send('ready');
}

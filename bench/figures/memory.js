/** What a broker's process takes: for a thousand members, and for a gigabyte that is said to one who is stopped. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHub } from '../../dist/bundle/index.js';

const PROCESSES = 4;
const HUBS = 250;

export async function memory(folder) {
  return [
    await crowd(`${folder}/crowd`),
    ...(await told(`${folder}/member`, { by: 'member', how: 'send' })),
    ...(await told(`${folder}/broker`, { by: 'broker', how: 'send' })),
    ...(await told(`${folder}/all`, { by: 'member', how: 'broadcast' })),
  ];
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

/** Each of them in processes of its own: the memory that one takes is the next one's otherwise. */
async function told(path, { by, how }) {
  const stopped = await most(`${path}-stopped`, { by, how, isStopped: true });
  const reading = await most(`${path}-reading`, { by, how, isStopped: false });
  return stopped.map(({ of, more }, i) => ({
    figure: `1 GB ${how === 'send' ? 'to one that is stopped' : 'to all, one of them stopped'}, by ${by === 'broker' ? 'the broker' : 'a member'}: ${of}`,
    'MB more': more,
    note: `${reading[i].more} MB when it reads`,
  }));
}

async function most(path, { by, how, isStopped }) {
  const parties = [];
  for (const name of ['broker', 'teller', 'listener']) parties.push(await party(path, name));
  const [broker, teller, listener] = parties;
  const speaker = by === 'broker' ? broker : teller;
  try {
    await ask(speaker, { how, count: 100 });
    if (isStopped) listener.kill('SIGSTOP');
    for (const one of [broker, teller]) await ask(one, 'watch');
    await ask(speaker, { how, count: 16_384 });
    return by === 'broker' ? [{ of: 'both', more: await ask(broker, 'grown') }] : [{ of: 'the broker', more: await ask(broker, 'grown') }, { of: 'the member', more: await ask(teller, 'grown') }];
  } finally {
    for (const one of parties.reverse()) one.kill('SIGKILL');
  }
}

async function party(path, name) {
  const child = fork(new URL(import.meta.url), ['party', path, name]);
  await once(child, 'message');
  return child;
}

async function ask(child, what) {
  child.send(what);
  const [answer] = await once(child, 'message');
  return answer;
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

const [role, path, name] = process.argv.slice(2);
if (role === 'crowd') {
  const hubs = Array.from({ length: HUBS }, (_, i) => createHub({ transport: 'socket', path, broker: 'never', name: `m${process.pid}-${i}`, timeout: 120_000 }));
  for (const hub of hubs) hub.on('news', () => hub.send('heard', 1, { to: 'broker' }));
  await Promise.all(hubs.map((hub) => hub.ready()));
  await Promise.all(hubs.map((hub) => hub.state('m').size()));
  process.send('ready');
}
if (role === 'party') {
  const hub = createHub({ transport: 'socket', path, broker: name === 'broker' ? 'auto' : 'never', name, onUndelivered: () => {}, onError: () => {} });
  if (name === 'listener') hub.on('news', () => {});
  await hub.ready();
  await hub.state('m').size();
  const value = Buffer.alloc(64 * 1024);
  let before = 0;
  let most = 0;
  process.on('message', async (what) => {
    if (what === 'grown') return process.send(most - before);
    if (what === 'watch') {
      most = before = resident();
      setInterval(() => (most = Math.max(most, resident())), 2);
      return process.send('watching');
    }
    for (let i = 0; i < what.count; i++) {
      if (what.how === 'send') hub.send('news', value, { to: 'listener' });
      else hub.broadcast('news', value);
      if (i % 64 !== 63) continue;
      await hub.drained();
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, resident());
    }
    await hub.state('m').size();
    process.send('told');
  });
  process.send('ready');
}

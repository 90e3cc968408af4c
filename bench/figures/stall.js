/**
 * For how long one member can keep the broker from everybody else, by the worst that it may ask for: the most processor
 * time that the broker has taken in one turn of its event loop, and how long another member's question has waited.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readSync } from 'node:fs';
import { createHub } from '../../dist/bundle/index.js';

const ENTRIES = 100_000;

/** What the attacker does, by name: its hub, and what it has made before. */
const ATTACKS = {
  'nothing': async () => {},
  '100 000 entries': async ({ map }) => {
    const all = [];
    for (let i = 0; i < ENTRIES; i++) all.push(map.set(`key ${i}`, i));
    await Promise.all(all);
  },
  'all entries at once': async ({ map }) => {
    await map.entries();
  },
  'all entries a hundred times, and changes': async ({ map }) => {
    await Promise.all(Array.from({ length: 100 }, (_, i) => Promise.all([map.set(`key ${i}`, -i), map.entries()])));
  },
  'ten watches of all entries': async ({ map }) => {
    const watches = Array.from({ length: 10 }, () => map.watch());
    await Promise.all(watches.map((watch) => watch.next()));
    await Promise.all(watches.map((watch) => watch.return()));
  },
  'a hundred transactions of 1 000 steps': async ({ map }) => {
    const then = Array.from({ length: 1_000 }, (_, i) => ({ type: 'set', key: `key ${i}`, value: i }));
    await Promise.all(Array.from({ length: 100 }, () => map.transact({ then })));
  },
  'clearing 100 000 entries': async ({ map }) => {
    await map.clear();
  },
  'ten values of 16 MB': async ({ hub }) => {
    const value = 'x'.repeat((16 << 20) - 2);
    const large = hub.state('large');
    for (let i = 0; i < 10; i++) await large.set('key', value);
    await large.get('key');
    await large.delete('key');
  },
  '10 000 patterns of 100 levels': async ({ hub }) => {
    const ends = Array.from({ length: 10_000 }, (_, i) => hub.on(`${'*.'.repeat(99)}${i}`, () => {}));
    for (let i = 0; i < 1_000; i++) hub.broadcast(`${'a.'.repeat(99)}${i}`, i);
    await hub.state('m').size();
    for (const end of ends) end[Symbol.dispose]();
    await hub.state('m').size();
  },
  '10 000 topics, each with its listeners': async ({ hub }) => {
    const ends = Array.from({ length: 10_000 }, (_, i) => hub.on(`topic ${i}`, () => {}));
    for (let i = 0; i < 10_000; i++) hub.send(`topic ${i}`, i);
    await hub.state('m').size();
    for (const end of ends) end[Symbol.dispose]();
    await hub.state('m').size();
  },
  '50 000 locks, and every line': async ({ hub, held }) => {
    for (let i = 0; i < 50_000; i += 5_000) held.push(...(await Promise.all(Array.from({ length: 5_000 }, (_, n) => hub.lock(`lock ${i + n}`)))));
    await hub.locks();
  },
  'their end': async ({ end }) => end(),
};

export async function stall(folder) {
  const hub = createHub({ transport: 'socket', path: `${folder}/stall`, name: 'broker' });
  await hub.ready();
  const other = fork(new URL(import.meta.url), ['other', `${folder}/stall`]);
  await once(other, 'message');
  const figures = [];
  let attacker = fork(new URL(import.meta.url), ['attacker', `${folder}/stall`]);
  await once(attacker, 'message');
  for (const name of Object.keys(ATTACKS)) {
    other.send('begin');
    const watch = turns();
    attacker.send(name);
    if (name === 'their end') await once(attacker, 'exit');
    else await once(attacker, 'message');
    const longest = watch.end();
    other.send('end');
    const [waited] = await once(other, 'message');
    figures.push({ attack: name, 'ms of one turn': Math.round(longest), 'ms another waited': Math.round(waited) });
  }
  attacker.kill('SIGKILL');
  other.kill('SIGKILL');
  await hub.close({ grace: 0 });
  return figures;
}

/** The most processor time that one turn takes. */
function turns() {
  let before = ownTime();
  let longest = 0;
  let isOver = false;
  const turn = () => {
    const now = ownTime();
    longest = Math.max(longest, now - before);
    before = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    end() {
      isOver = true;
      return longest;
    },
  };
}

/** In ms, of the thread that runs the event loop: what others do, the collector's and the compiler's, keeps nobody waiting. */
const ownTime = process.platform === 'linux' ? timeOfThread() : timeOfProcess;

function timeOfThread() {
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  const bytes = Buffer.alloc(64);
  return () => Number(bytes.latin1Slice(0, readSync(file, bytes, 0, 64, 0)).split(' ')[0]) / 1e6;
}

function timeOfProcess() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function attack(path) {
  const hub = createHub({ transport: 'socket', path, broker: 'never', name: 'attacker', timeout: 120_000, onError: () => {} });
  await hub.ready();
  const context = { hub, map: hub.state('map'), held: [], end: () => process.kill(process.pid, 'SIGKILL') };
  process.on('message', async (name) => {
    await ATTACKS[name](context).catch((error) => console.error(`${name}: ${error.message}`));
    process.send('done');
  });
  process.send('ready');
}

async function ask(path) {
  const hub = createHub({ transport: 'socket', path, broker: 'never', name: 'other', timeout: 120_000 });
  await hub.ready();
  let isOn = false;
  process.on('message', async (order) => {
    isOn = order === 'begin';
    if (!isOn) return;
    let longest = 0;
    while (isOn) {
      const begun = performance.now();
      await hub.state('m').size();
      longest = Math.max(longest, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    process.send(longest);
  });
  process.send('ready');
}

const [role, path] = process.argv.slice(2);
if (role === 'attacker') await attack(path);
if (role === 'other') await ask(path);

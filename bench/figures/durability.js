/** How much of the rate without a journal is left with one, that is written (`process`) before anything is told. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHub } from '../../dist/bundle/index.js';

const ROUNDS = 5;
const WARM = 1_500;
const TIME = 800;

const OPERATIONS = {
  'lock + unlock': ({ hub }, lane) => hub.lock(`key ${lane}`).then((lock) => lock[Symbol.dispose]()),
  'state set': ({ map }, lane) => map.set(`key ${lane}`, ORDER),
  'state add': ({ map }, lane) => map.add(`count ${lane}`),
};
const ORDER = { id: 4711, customer: 'ann', items: [{ sku: 'a-1', count: 2 }, { sku: 'b-2', count: 1 }], total: 99.5, isPaid: true };

export async function durability(folder) {
  const rows = [];
  for (const operation of Object.keys(OPERATIONS)) {
    for (const lanes of [64, 256]) {
      const shares = [];
      for (let round = 0; round < ROUNDS; round++) {
        const order = round % 2 === 0 ? ['process', 'none'] : ['none', 'process'];
        const rates = {};
        for (const kind of order) rates[kind] = await rate(`${folder}/${kind}`, kind, operation, lanes);
        shares.push(rates.process / rates.none);
      }
      shares.sort((a, b) => a - b);
      const shown = (share) => Math.round(share * 100) / 100;
      rows.push({ figure: `${operation}, ${lanes} at a time`, 'of none': shown(shares[ROUNDS >> 1]), from: shown(shares[0]), to: shown(shares[ROUNDS - 1]) });
    }
  }
  return rows;
}

async function rate(path, kind, operation, lanes) {
  const broker = fork(new URL(import.meta.url), ['broker', path, kind]);
  await once(broker, 'message');
  const member = fork(new URL(import.meta.url), ['member', path, operation, lanes]);
  const [{ rate }] = await once(member, 'message');
  broker.send('end');
  await Promise.all([once(broker, 'exit'), member.exitCode === null ? once(member, 'exit') : undefined]);
  return rate;
}

const [role, path, what, count] = process.argv.slice(2);
if (role === 'broker') {
  const hub = createHub({ transport: 'socket', path, durability: what });
  await hub.ready();
  process.send('ready');
  await once(process, 'message');
  await hub.close({ grace: 0 });
  process.disconnect();
}
if (role === 'member') {
  const hub = createHub({ transport: 'socket', path, broker: 'never' });
  const map = hub.state('map');
  let done = 0;
  let isOver = false;
  const lanes = Array.from({ length: Number(count) }, async (_, lane) => {
    for (; !isOver; done++) await OPERATIONS[what]({ hub, map }, lane);
  });
  const after = (time) => new Promise((resolve) => setTimeout(resolve, time));
  await after(WARM);
  const from = { done, at: performance.now() };
  await after(TIME);
  const rate = (done - from.done) / (performance.now() - from.at);
  isOver = true;
  await Promise.all(lanes);
  await hub.close();
  process.send({ rate });
  process.disconnect();
}

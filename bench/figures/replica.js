/** What it takes to read a replica, beside a `Map` of the same entries: two loops, in turns, in one process. */
import { createHub } from '../../dist/bundle/index.js';
import { order } from '../harness/payload.js';

const SIZES = [1_000, 100_000];
const READS = 200_000;
const ROUNDS = 50;

export async function replica(folder) {
  const hub = createHub({ transport: 'socket', path: `${folder}/replica` });
  const rows = [];
  for (const size of SIZES) {
    const map = hub.state(`of ${size}`);
    const keys = Array.from({ length: size }, (_, i) => `key-${i}`);
    for (let from = 0; from < size; from += 1_000) {
      await Promise.all(keys.slice(from, from + 1_000).map((key, i) => map.set(key, order(from + i))));
    }
    const followed = await map.replica();
    const plain = new Map(followed);
    // Two loops, and not one that is given either: so each call has seen one class, as a user's has.
    const ofReplica = () => keys.reduce((sum, key) => sum + followed.get(key).id, 0);
    const ofMap = () => keys.reduce((sum, key) => sum + plain.get(key).id, 0);
    const times = { followed: [], plain: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.followed.push(timeOf(ofReplica, READS / size));
      times.plain.push(timeOf(ofMap, READS / size));
    }
    const [ofOne, ofOther] = [median(times.followed), median(times.plain)];
    rows.push({ entries: size, 'replica ns': round(ofOne), 'Map ns': round(ofOther), ratio: round(ofOne / ofOther) });
    followed[Symbol.dispose]();
  }
  await hub.close({ grace: 0 });
  return rows;
}

/** Of one read, in ns. */
function timeOf(read, times) {
  const from = performance.now();
  for (let i = 0; i < times; i++) read();
  return ((performance.now() - from) * 1e6) / READS;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function round(value) {
  return Number(value.toFixed(2));
}

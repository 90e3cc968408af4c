/** Workers ask the primary for one file after the other, and add what they count to a map that all of them share. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createHub } from 'interhub';
import { figure, ms, say } from './narrator.js';
import { countWords, textFiles } from './words.js';

const WORKERS = 3;

export async function clusterAct() {
  const files = await textFiles();
  const todo = [...files];
  const hub = createHub({ transport: 'cluster' });
  const shares = new Map();

  hub.handle('next file', (done, { from }) => {
    if (done !== undefined) shares.set(from.name, (shares.get(from.name) ?? 0) + 1);
    return todo.pop();
  });

  say(`${WORKERS} workers ask the primary for one of ${figure(files.length)} text files, then for the next ...`);
  const start = performance.now();
  cluster.setupPrimary({ exec: fileURLToPath(new URL('cluster-worker.js', import.meta.url)) });
  const workers = Array.from({ length: WORKERS }, () => cluster.fork());
  await Promise.all(workers.map((worker) => once(worker, 'exit')));

  const shared = await hub.state('words').entries();
  say(`... and have counted them in ${ms(start)}. Files for each: ${[...shares].sort().map(([name, count]) => `${name} ${count}`).join(', ')}.`);
  const top = [...shared].sort(([, a], [, b]) => b - a).slice(0, 5);
  say(`The shared map holds ${figure(shared.size)} words. The most frequent: ${top.map(([word, count]) => `${word} ${count}`).join(', ')}.`);

  const alone = await countAlone(files);
  const isSame = alone.size === shared.size && [...alone].every(([word, count]) => shared.get(word) === count);
  say(isSame ? 'One process, counting alone, comes to exactly the same: no concurrent write was lost.' : 'One process, counting alone, DIFFERS.');
  if (!isSame) process.exitCode = 1;
  await hub.close();
}

async function countAlone(files) {
  const total = new Map();
  for (const file of files) {
    for (const [word, count] of await countWords(file)) total.set(word, (total.get(word) ?? 0) + count);
  }
  return total;
}

/** The code of docs/guide/asking.md. */
import { setTimeout as pause } from 'node:timers/promises';
import { createHub } from 'interhub';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });

// --- answering
bob.handle('area', ({ width, height }, { from }) => {
  if (width < 0 || height < 0) throw new RangeError(`${from.name} asks for the area of less than nothing`);
  return width * height;
});

// --- asking
await bob.ready();
console.log(`area: ${await ann.request('area', { width: 2, height: 3 })}`);

// --- errors come back as what they were
try {
  await ann.request('area', { width: -1, height: 3 });
} catch (error) {
  console.log(`${error instanceof RangeError}: ${error.message}`);
}

// --- every wait has an end
bob.handle('slow', async (input, { signal, remaining }) => {
  console.log(`the asker waits ${remaining === Infinity ? 'without limit' : 'for a while'}`);
  try {
    await pause(60_000, undefined, { signal });
  } catch {
    console.log('nobody waits any more: stopped');
    throw signal.reason;
  }
});
await ann.request('slow', undefined, { timeout: 20 }).catch(({ code }) => console.log(code));
const abort = new AbortController();
const answer = ann.request('slow', undefined, { timeout: 0, signal: abort.signal });
setTimeout(() => abort.abort(new Error('changed my mind')), 20);
await answer.catch(({ message }) => console.log(message));
await ann.request('nothing of the kind').catch(({ code, mayHaveRun }) => console.log(code, mayHaveRun));

// --- a queue in front of a handler
let running = 0;
let most = 0;
bob.handle('careful', async () => {
  most = Math.max(most, (running += 1));
  await pause(5);
  running -= 1;
}, { concurrency: 2 });
await Promise.all(Array.from({ length: 10 }, () => ann.request('careful')));
console.log(`at once: ${most}`);

// --- parts
bob.handle('count', async function* (to) {
  for (let n = 1; n <= to; n++) yield n;
});
for await (const n of ann.stream('count', 1_000_000)) {
  if (n === 3) break;
  console.log(`part: ${n}`);
}

// --- all of them
for (const [member, settled] of await ann.gather('area', { width: 2, height: 2 })) {
  console.log(`${member.name}: ${settled.status}`);
}

// --- hops
bob.handle('cost', async ({ width, height }, call) => 3 * (await bob.request('area', { width, height }, { within: call })));
console.log(`cost: ${await ann.request('cost', { width: 2, height: 3 }, { timeout: 1_000, retries: 2 })}`);

await bob.close();
await ann.close();

/** The code of docs/guide/locks.md. */
import { createHub } from 'interhub';
import { lockManager } from 'interhub/compat/web-locks';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });

// --- from writer to reader
const writing = await ann.lock('page');
const reading = bob.lock('page', { mode: 'shared' });
console.log(`ann shares: ${await writing.downgrade()}, and bob reads: ${(await reading).mode}`);
await Promise.all([writing.release(), (await reading).release()]);

// --- a deadlock is told, not waited for
await ann.lock('a', async () => {
  await ann.lock('a', () => 'never runs').catch(({ code, message }) => console.log(`${code}: ${message}`));
});

// --- a lock that is not held for ever
const slow = await ann.lock('report', { maxHold: 20 });
await bob.lock('report', () => console.log(`bob has it, and ann has lost it: ${slow.signal.reason.code}`));

// --- who holds, who waits
const held = await ann.lock('door');
void bob.lock('door', { timeout: 1_000 }, () => {});
for (const { key, holders, waiters } of await bob.locks()) {
  console.log(`${key}: held by ${holders.map(({ member }) => member.name)}, awaited by ${waiters.map(({ member }) => member.name)}`);
}
await held.release();

// --- one run for all
const answers = await Promise.all([ann, bob].map((hub) => hub.once('answer', async () => Math.random())));
console.log(`one answer for both: ${answers[0] === answers[1]}`);

// --- one run for all, and for those who come within a minute
let runs = 0;
const fetchRates = () => (runs += 1);
await ann.once('rates', fetchRates, { ttl: 60_000 });
await bob.once('rates', fetchRates, { ttl: 60_000 });
console.log(`runs: ${runs}`);

// --- so many wait for one another
await Promise.all([ann, bob].map((hub) => hub.barrier('start', 2, { timeout: 5_000 })));
console.log('both are here');

// --- at most so many in a span
const mails = ann.limit('mails', { permits: 2, per: 60_000 });
console.log(`three mails at once: ${[await mails.tryTake(), await mails.tryTake(), await mails.tryTake()].join(', ')}`);

// --- as in a browser
const locks = lockManager(ann);
await locks.request('door', async ({ name, mode }) => console.log(`${name} is held, ${mode}`));

await Promise.all([ann.close(), bob.close()]);

/** The code of docs/guide/agreeing.md. */
import { createHub } from 'interhub';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });

// --- a lock around a body
const result = await ann.lock('door', async (lock) => {
  console.log(`${lock.key} is held by ann`);
  return 'what the body returns';
});
console.log(result);

// --- a lock in the hand
const lock = await ann.lock('door');
console.log(`bob tries: ${await bob.tryLock('door')}`);
const waiting = bob.lock('door', { timeout: 20 });
await waiting.catch(({ code }) => console.log(`bob waits: ${code}`));
console.log(`released: ${await lock.release()}, again: ${await lock.release()}`);

// --- readers together, writers alone
const reading = await Promise.all([ann, bob].map((hub) => hub.lock('page', { mode: 'shared' })));
console.log(`a writer tries: ${await ann.tryLock('page')}`);
await Promise.all(reading.map((reader) => reader.release()));

// --- several keys, all or none
await ann.lock(['account 1', 'account 2'], (both) => console.log(`held together: ${both.keys.join(', ')}`));

// --- so many at a time
const printers = ann.semaphore('printers', { permits: 2 });
await printers.acquire((permits) => console.log(`permits taken: ${permits.permits}`));

// --- one that leads
const term = await ann.elect('cleaner');
const next = bob.elect('cleaner');
await term.resign();
console.log(`after ann leads bob, with a higher token: ${(await next).token > term.token}`);

// --- a map of the group
const stock = ann.state('stock');
await stock.set('apples', 10);
console.log(`after a sale: ${await bob.state('stock').add('apples', -3)}`);
await stock.update('opened', (dates = []) => [...dates, new Date(0)]);
console.log(`dates stay dates: ${(await stock.get('opened'))[0] instanceof Date}`);

// --- only if nobody was faster
const { version } = await stock.entry('apples');
await stock.set('apples', 5, { expect: version });
await stock.set('apples', 6, { expect: version }).catch(({ code }) => console.log(code));
await stock.set('pears', 1, { expect: 0 });

// --- every change
const watch = bob.state('stock').watch();
const { value: first } = await watch.next();
console.log(`${first.type}: ${[...first.entries.keys()].sort().join(', ')}`);
await stock.delete('pears');
const { value: second } = await watch.next();
console.log(`${second.type}: ${second.key}`);
await watch.return();

// --- who is there
for await (const { type, member } of ann.members.watch()) {
  console.log(`${type}: ${member.name}`);
  if (ann.members.size === 2 && member.name === 'bob') break;
}

await bob.close();
await ann.close();

/** The code of docs/guide/state.md. */
import { createHub } from 'interhub';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });
await Promise.all([ann.ready(), bob.ready()]);

// --- several keys, one step
const accounts = ann.state('accounts');
await accounts.set('ann', 100);
const { succeeded, results } = await accounts.transact({
  if: [{ key: 'ann', expect: 'present' }, { key: 'bob', expect: 'absent' }],
  then: [{ type: 'add', key: 'ann', amount: -30 }, { type: 'set', key: 'bob', value: 30 }],
  else: [{ type: 'get', key: 'bob' }],
});
console.log(`${succeeded}: ann has ${results[0].sum}, bob has ${await bob.state('accounts').get('bob')}`);
console.log(`together: ${[...(await accounts.getMany(['ann', 'bob'])).values()].join(' and ')}`);

// --- entries that end by themselves
const sessions = ann.state('sessions', { ttl: 60_000 });
await sessions.set('s1', { user: 'ann' });
await sessions.set('brief', { user: 'bob' }, { ttl: 10 });
for await (const { type, key, ended } of bob.state('sessions').watch({ initial: 'none' })) {
  if (type === 'delete') {
    console.log(`${key} has gone: ${ended?.reason ?? 'deleted'}`);
    break;
  }
}

// --- a cache that stays small
const cache = ann.state('cache', { maxEntries: 2 });
for (const key of ['a', 'b']) await cache.set(key, key.toUpperCase());
await cache.get('a');
await cache.set('c', 'C');
console.log(`the cache holds ${[...(await cache.entries()).keys()].sort().join(' and ')}`);
await bob.state('cache', { maxEntries: 3 }).set('d', 'D').catch(({ code }) => console.log(`other options: ${code}`));

// --- what leaves with its member
const workers = bob.state('workers');
await workers.set(bob.member.id, { busy: false }, { ephemeral: true });

// --- a copy to read from without waiting
const replica = await ann.state('workers').replica();
console.log(`workers: ${replica.size}`);
const version = await workers.set('fixed', { busy: true });
await replica.reached(version);
console.log(`busy: ${[...replica.values()].filter(({ busy }) => busy).length}`);

// --- a part of a map
const jobs = ann.state('jobs').watch({ prefix: 'mail.', initial: 'none' });
await bob.state('jobs').set('print.1', 'a page');
await bob.state('jobs').set('mail.1', 'a letter');
const { value: change } = await jobs.next();
console.log(`${change.type} ${change.key}: ${change.value}`);
await jobs.return();

await bob.close();
console.log(`workers: ${(await ann.state('workers').entries()).size}`);
replica[Symbol.dispose]();
await ann.close();

/** The code of docs/guide/telling.md. */
import { createHub } from 'interhub';

const undelivered = [];
const ann = createHub({ transport: 'memory', name: 'ann', onUndelivered: ({ topic }) => undelivered.push(topic) });
const bob = createHub({ transport: 'memory', name: 'bob' });
await Promise.all([ann.ready(), bob.ready()]);

// --- listening
const listening = bob.on('order.placed', (order, { topic, from }) => {
  console.log(`${topic} from ${from.name}: ${order.fruit}`);
});
bob.on('order.*', (order, { topic }) => console.log(`one token: ${topic}`));
bob.on('order.>', (order, { topic }) => console.log(`one token or more: ${topic}`));

// --- sending
await bob.state('any').size();
ann.send('order.placed', { fruit: 'apple' });
ann.send('order.paid.late', undefined, { to: 'bob' });
ann.broadcast('order.shipped');

// --- asking for the rest to be through: a request goes behind everything that was sent before
bob.handle('all heard', () => true);
await ann.request('all heard', undefined, { to: 'bob' });

// --- what a topic keeps
ann.broadcast('weather.london', 'rain', { retain: true });
ann.broadcast('weather.paris', 'sun', { retain: true });
await ann.state('any').size();
bob.on('weather.*', (weather, { topic, retained }) => console.log(`${topic}: ${weather}${retained ? ', as it was said before' : ''}`));
await bob.state('any').size();
ann.broadcast('weather.london', 'fog', { retain: true });
await ann.request('all heard', undefined, { to: 'bob' });

// --- a stream of messages
const subscription = bob.subscribe('tick', { buffer: 2, overflow: 'drop-oldest' });
await bob.state('any').size();
for (let n = 1; n <= 5; n++) ann.broadcast('tick', n);
await ann.request('all heard', undefined, { to: 'bob' });
console.log(`the newest ticks: ${(await subscription.next()).value.value}, ${(await subscription.next()).value.value}; dropped: ${subscription.dropped}`);
await subscription.return();

// --- nobody there
ann.send('nobody.listens', 1);
ann.send('order.placed', 2, { to: 'cid' });
await ann.request('all heard', undefined, { to: 'bob' });
console.log(`undelivered: ${undelivered.join(', ')}`);

listening[Symbol.dispose]();
await bob.close();
await ann.close();

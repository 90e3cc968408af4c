/** A group that ends, and begins again: what is durable is there, in a folder that only those can use who know the secret. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHub } from 'interhub';

const folder = await mkdtemp(join(tmpdir(), 'shop-'));
const path = join(folder, 'hub');
process.env.SHOP_SECRET = 'as long and as random as you like';

const ann = createHub({ transport: 'socket', path, name: 'ann', secret: process.env.SHOP_SECRET });
const orders = ann.state('orders', { durable: true });
await orders.set('4711', { what: 'nails', count: 12 });
await orders.set('4712', { what: 'screws', count: 3 }, { ttl: 60_000 });
await ann.state('visitors').set('ann', true);
await ann.close();

const bob = createHub({ transport: 'socket', path, name: 'bob', secret: process.env.SHOP_SECRET });
console.log(`orders: ${[...(await bob.state('orders').entries()).keys()].join(' and ')}`);
console.log(`visitors: ${await bob.state('visitors').size()}`);

const stranger = createHub({ transport: 'socket', path, name: 'stranger' });
await stranger.ready().catch(({ code, message }) => console.log(`${code}: ${message}`));
await bob.close();

await createHub({ transport: 'memory' })
  .state('orders', { durable: true })
  .set('4713', {})
  .catch(({ code }) => console.log(`in memory: ${code}`));
await rm(folder, { recursive: true });

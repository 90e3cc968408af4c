/** What compiles with a contract, and what does not. */
import { createHub } from 'interhub';
import type { ContractedHub, ForkHub, Gathering, Hub, Message, Remote, RemoteSingleton, SharedMap, Stream, Subscription } from 'interhub';
import type { Mailer, Order, Shop } from './shop.js';

/** Whether two types are the same; not only assignable, and not `any`. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

const hub = createHub<Shop>({ transport: 'memory' });
is<Same<typeof hub, Hub<Shop>>>();
is<Same<typeof hub, ContractedHub<Shop>>>();

// Topics
hub.on('order.placed', (order, message) => {
  is<Same<typeof order, Order>>();
  is<Same<typeof message, Message<Order>>>();
});
hub.on('order.placed', ({ fruit }: Order) => fruit, { concurrency: 1 });
hub.on('order.*', (value) => is<Same<typeof value, Order | number>>());
hub.on('order.>', (value) => is<Same<typeof value, Order | number | Date>>());
hub.on('*.paid.*', (value) => is<Same<typeof value, Date>>());
hub.on('>', (value) => is<Same<typeof value, Order | number | Date | string | undefined>>());
const subscription = hub.subscribe('order.paid', { buffer: 10 });
is<Same<typeof subscription, Subscription<number>>>();
hub.send('order.placed', { fruit: 'apple', count: 1 });
hub.send('order.placed', { fruit: 'apple', count: 1 }, { to: 'till' });
hub.broadcast('order.paid', 3, { self: true });
hub.broadcast('closing');
hub.broadcast('notice', undefined, { retain: true });

// @ts-expect-error There is no such topic.
hub.on('order.plcaed', () => {});
// @ts-expect-error No topic matches.
hub.on('invoice.*', () => {});
// @ts-expect-error It has no third token.
hub.subscribe('order.placed.*');
// @ts-expect-error Patterns are for listening.
hub.send('order.*', { fruit: 'apple', count: 1 });
// @ts-expect-error The count is missing.
hub.send('order.placed', { fruit: 'apple' });
// @ts-expect-error The value is missing.
hub.broadcast('order.paid');
// @ts-expect-error It is told a number.
hub.on('order.paid', (paid: string) => paid);
// @ts-expect-error There is no such option.
hub.broadcast('order.paid', 3, { retian: true });

// Methods
hub.handle('price', (fruit, { remaining }) => fruit.length + remaining);
hub.handle('price', async (fruit) => fruit.length);
hub.handle('order', ({ count }) => String(count));
hub.handle('order', async ({ count }) => String(count));
hub.handle('count', () => 3);
hub.handle('tail', async function* (from) {
  yield String(from + 1);
});
hub.handle('sum', async (numbers) => {
  let sum = 0;
  for await (const number of numbers) sum += number;
  return sum;
});
const price = hub.request('price', 'apple', { timeout: 5 });
is<Same<typeof price, Promise<number>>>();
const order = hub.request('order', { fruit: 'apple', count: 2 });
is<Same<typeof order, Promise<string>>>();
const counted = hub.request('count');
is<Same<typeof counted, Promise<number>>>();
const found = hub.request('find');
is<Same<typeof found, Promise<readonly Order[]>>>();
void hub.request('find', 'apple');
void hub.request('count', undefined, { to: 'till' });
const tail = hub.stream('tail', 5);
is<Same<typeof tail, Stream<string>>>();
const streamed = hub.stream('price', 'apple');
is<Same<typeof streamed, Stream<number>>>();
const gathered = hub.gather('price', 'apple');
is<Same<typeof gathered, Gathering<number>>>();
async function* numbers(): AsyncGenerator<number> {
  yield 1;
}
void hub.request('sum', numbers());

// @ts-expect-error There is no such method.
void hub.request('prise', 'apple');
// @ts-expect-error Its input is a string.
void hub.request('price', 5);
// @ts-expect-error Its input is missing.
void hub.request('price');
// @ts-expect-error It has none.
void hub.request('count', 5);
// @ts-expect-error It answers in parts: that is for `stream`.
void hub.request('tail', 5);
// @ts-expect-error The same.
void hub.gather('tail', 5);
// @ts-expect-error It answers with a number.
hub.handle('price', (fruit) => fruit);
// @ts-expect-error It takes a string.
hub.handle('price', (fruit: number) => fruit);
// @ts-expect-error It answers with an async iterable.
hub.handle('tail', (from) => [String(from)]);
// @ts-expect-error Its answer comes at once: there is nothing to retry in parts.
hub.stream('tail', 5, { retries: 2 });

// Services
class PostOffice implements Mailer {
  readonly sent: string[] = [];

  async send(to: string): Promise<boolean> {
    return this.sent.push(to) > 0;
  }

  async *addresses(): AsyncGenerator<string> {
    yield* this.sent;
  }
}
hub.expose('mailer', new PostOffice(), { methods: ['send'] });
const mailer = hub.service('mailer', { waitFor: 100 });
is<Same<typeof mailer, Remote<Mailer>>>();
const isSent = mailer.send('ann', 'hello');
is<Same<typeof isSent, Promise<boolean>>>();
for await (const address of mailer.addresses()) is<Same<typeof address, string>>();
const office = hub.singleton('mailer', async ({ token }) => (token > 0 ? new PostOffice() : new PostOffice()));
is<Same<typeof office, RemoteSingleton<Mailer>>>();

// @ts-expect-error There is no such service.
hub.service('mialer');
// @ts-expect-error It has no such method.
void mailer.sned('ann', 'hello');
// @ts-expect-error The text is missing.
void mailer.send('ann');
// @ts-expect-error This is no mailer.
hub.expose('mailer', { send: () => true });
// @ts-expect-error It has no such method.
hub.expose('mailer', new PostOffice(), { methods: ['post'] });
// @ts-expect-error Nor is this a mailer.
hub.singleton('mailer', () => ({ send: async () => true }));

// Maps
const stock = hub.state('stock', { maxEntries: 100 });
is<Same<typeof stock, SharedMap<number>>>();
const orders = hub.state('orders');
is<Same<typeof orders, SharedMap<Order>>>();
void orders.set('1', { fruit: 'apple', count: 1 });
// @ts-expect-error There is no such map.
hub.state('stok');
// @ts-expect-error It holds numbers.
void hub.state('stock').set('apples', 'many');

// The rest of a hub is as ever.
void hub.lock('till', () => 5).then((five) => is<Same<typeof five, number>>());
const same = hub.unref().ref();
is<Same<typeof same, typeof hub>>();
await using _used = createHub<Shop>({ transport: 'memory' });
const parent = createHub<Shop>({ transport: 'fork', children: [] });
is<Same<typeof parent, ForkHub<Shop>>>();
void parent.request('price', 'apple');

// A part of it can be asked for. That it is given to who may say anything has to be said.
const any = hub as Hub;
void any.request<number>('anything');
const part = (to: Pick<Hub<Shop>, 'request'>): Promise<number> => to.request('price', 'apple');
void part(hub);

// A type does as well as an interface, and what is left out has no names.
type Asked = { methods: { ping: () => 'pong' } };
const asked = createHub<Asked>({ transport: 'memory' });
const pong = asked.request('ping');
is<Same<typeof pong, Promise<'pong'>>>();
// @ts-expect-error It has no topics.
asked.broadcast('news');
// @ts-expect-error And no maps.
asked.state('stock');
// @ts-expect-error A contract has topics, methods, services and maps.
createHub<{ method: { ping: () => 'pong' } }>({ transport: 'memory' });

/** The code of docs/guide/services.md. */
import { EventEmitter } from 'node:events';
import { createHub } from 'interhub';

const ann = createHub({ transport: 'memory', name: 'ann' });
const bob = createHub({ transport: 'memory', name: 'bob' });
const pause = (ms, { signal }) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

// --- exposing
class Stock extends EventEmitter {
  #fruits = new Map([['apple', 3], ['pear', 4]]);

  take(fruit, count) {
    const left = (this.#fruits.get(fruit) ?? 0) - count;
    if (left < 0) throw new RangeError(`there are not ${count} of ${fruit}`);
    this.#fruits.set(fruit, left);
    this.emit('taken', fruit, left);
    return left;
  }

  async *list() {
    for (const [fruit, count] of this.#fruits) yield `${count} x ${fruit}`;
  }

  async each(visit) {
    for (const [fruit, count] of this.#fruits) await visit(fruit, count);
  }

  async count(days, { signal }) {
    await pause(days * 1_000, { signal });
  }

  _restock() {}
}

const exposed = ann.expose('stock', new Stock());

// --- calling
const stock = bob.service('stock');
console.log(`apples left: ${await stock.take('apple', 1)}`);
await stock.take('pear', 10).catch((error) => console.log(`${error instanceof RangeError}: ${error.message}`));

// --- what may be called
await stock._restock().catch(({ name }) => console.log(`_restock: ${name}`));

// --- functions
await stock.each((fruit, count) => console.log(`visited: ${fruit}, ${count}`));

// --- functions that stay
ann.expose('news', {
  readers: new Set(),
  subscribe(reader) { this.readers.add(reader.retain()); },
  unsubscribe(reader) { this.readers.delete(reader); reader.release(); },
  async publish(text) { await Promise.all([...this.readers].map((reader) => reader(text))); },
});
const news = bob.service('news');
const reader = (text) => console.log(`read: ${text}`);
await news.subscribe(reader);
await news.publish('fruit is cheap');
await news.unsubscribe(reader);
await news.publish('nobody reads this');

// --- parts
for await (const line of stock.list()) console.log(line);

// --- giving up
const abort = new AbortController();
const counting = stock.count(365, { signal: abort.signal });
setTimeout(() => abort.abort(new Error('changed my mind')), 20);
await counting.catch(({ message }) => console.log(message));

// --- events
const listener = (fruit, left) => console.log(`taken: ${fruit}, left: ${left}`);
await stock.on('taken', listener);
await stock.take('pear', 1);
await stock.off('taken', listener);

// --- who calls
ann.expose('greeter', { greet: async () => `hello ${ann.currentCall.from.name}` });
console.log(await bob.service('greeter').greet());

// --- not too much at once
ann.expose('printer', { print: (page) => pause(10, ann.currentCall).then(() => page) }, { concurrency: 2, queue: 3 });
const printed = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((page) => bob.service('printer').print(page)));
console.log(printed.map(({ value, reason }) => value ?? reason.code).join(', '));

// --- one at a time
ann.expose('account', {
  balance: 0,
  async deposit(amount) {
    const { balance } = this;
    await pause(1, ann.currentCall);
    return (this.balance = balance + amount);
  },
}, { serial: true });
const account = bob.service('account');
await Promise.all([1, 2, 3].map((amount) => account.deposit(amount)));
console.log(`in the account: ${await account.deposit(0)}`);

// --- no provider
await exposed.close();
await bob.service('stock', { waitFor: 20 }).take('pear', 1).catch(({ code }) => console.log(code));
setTimeout(() => bob.expose('stock', { take: () => 0 }), 20);
console.log(`another one has ${await stock.take('pear', 1)}`);

// --- singletons
const openTill = (hub) => hub.singleton('till', async ({ token }) => {
  const opened = `opened by ${hub.member.name}`;
  return { where: () => opened, close: () => console.log(`${hub.member.name} closes its till`) };
});
const till = openTill(bob);
openTill(ann);
console.log(await till.where());

await bob.close();
console.log(await ann.service('till').where());
await ann.close();

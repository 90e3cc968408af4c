/** The code of docs/guide/contracts.md. It is compiled, and not run. */
import { createHub } from 'interhub';
import type { Hub } from 'interhub';

// --- the contract
interface Order {
  fruit: string;
  count: number;
}

interface Mailer {
  send(to: string, text: string): Promise<boolean>;
}

interface Shop {
  topics: {
    'order.placed': Order;
    'order.paid': { number: number };
    closing: undefined;
  };
  methods: {
    price(fruit: string): number;
    place(order: Order): Promise<number>;
    lines(from: number): AsyncIterable<string>;
  };
  services: {
    mailer: Mailer;
  };
  maps: {
    stock: number;
  };
}

// --- the hub
const hub = createHub<Shop>({ transport: 'cluster' });

// --- use
hub.on('order.placed', ({ fruit, count }) => console.log(`${count} of ${fruit}`));
hub.on('order.*', (value) => console.log('fruit' in value ? value.fruit : value.number));
hub.broadcast('order.placed', { fruit: 'apple', count: 2 });
hub.broadcast('closing');

hub.handle('price', (fruit) => (fruit === 'apple' ? 3 : 4));
const price = await hub.request('price', 'apple');
for await (const line of hub.stream('lines', 1)) console.log(line.length + price);

await hub.service('mailer').send('ann', 'It is on its way.');

const left = await hub.state('stock').add('apples', -2);

// --- passing it on
async function pay(shop: Hub<Shop>, number: number): Promise<void> {
  shop.broadcast('order.paid', { number });
}

await pay(hub, left);

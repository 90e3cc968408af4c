/** Mistakes, and what the compiler is to say of each: the comment above it. */
import { createHub } from 'interhub';
import type { Shop } from '../programs/shop.js';

const hub = createHub<Shop>({ transport: 'memory' });

// Argument of type '"order.plcaed"' is not assignable to parameter of type '"
hub.send('order.plcaed', { fruit: 'apple', count: 1 });

// Argument of type '"order.plcaed"' is not assignable to parameter of type '"
hub.on('order.plcaed', () => {});

// Argument of type '"order.plcaed.*"' is not assignable to parameter of type '"
hub.subscribe('order.plcaed.*');

// Property 'count' is missing in type '{ fruit: string; }' but required in type 'Order'.
hub.broadcast('order.placed', { fruit: 'apple' });

// Expected 2-3 arguments, but got 1.
hub.broadcast('order.paid');

// Property 'price' does not exist on type 'Order'.
hub.on('order.placed', (order) => order.price);

// Argument of type '"prise"' is not assignable to parameter of type '"
void hub.request('prise', 'apple');

// Argument of type 'number' is not assignable to parameter of type 'string'.
void hub.request('price', 5);

// Argument of type '"tail"' is not assignable to parameter of type '"
void hub.request('tail', 5);

// Type 'string' is not assignable to type 'number | Promise<number>'.
hub.handle('price', (fruit) => fruit);

// Argument of type '"stok"' is not assignable to parameter of type '"stock" | "orders"'.
hub.state('stok');

// has no properties in common with type 'Contract'.
createHub<{ method: { ping: () => 'pong' } }>({ transport: 'memory' });

/** Without a contract everything is as it always was. */
import { createHub } from 'interhub';
import type { ForkHub, Hub, HubError, Message, SharedMap } from 'interhub';
import { createHub as createHubAgain } from 'interhub';
import type { Rendezvous } from 'interhub/transport';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

const hub = createHub({ transport: 'cluster' });
is<Same<typeof hub, Hub>>();
const parent = createHubAgain({ transport: 'fork' });
is<Same<typeof parent, ForkHub>>();

hub.on('anything', (value, message) => {
  is<Same<typeof value, unknown>>();
  is<Same<typeof message, Message<unknown>>>();
});
hub.on<number>('anything', (value) => value + 1);
hub.on('anything', (value: { readonly fruit: string }) => value.fruit);
hub.handle('price', (fruit: string) => fruit.length);
hub.broadcast('anything');
const asked = hub.request('price', 'apple');
is<Same<typeof asked, Promise<unknown>>>();
const price = hub.request<number>('price', 'apple');
is<Same<typeof price, Promise<number>>>();
const map = hub.state<Date>('days');
is<Same<typeof map, SharedMap<Date>>>();

interface Wider extends Hub {
  readonly more: true;
}
declare const wider: Wider;
void wider.request('price');
declare const error: HubError;
is<Same<(typeof error)['name'], 'HubError'>>();
declare const rendezvous: Rendezvous;
void rendezvous.name;

// @ts-expect-error The options have to say how to meet.
createHub({});
// @ts-expect-error A misspelt option.
void hub.request('price', 'apple', { tiemout: 5 });

/** What services give and take, without a contract. */
import { createHub } from 'interhub';
import type { Exposed, Remote, RemoteFunction, RemoteSingleton } from 'interhub';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(): T | undefined => undefined;

class Stock {
  readonly #left = new Map<string, number>();
  readonly opened = new Date();

  take(fruit: string, count = 1): number {
    return (this.#left.get(fruit) ?? 0) - count;
  }

  async find(query: { readonly fruit: string }, options?: { readonly signal?: AbortSignal }): Promise<readonly string[]> {
    return options?.signal?.aborted === true ? [] : [query.fruit];
  }

  async *list(): AsyncGenerator<string, void> {
    yield* this.#left.keys();
  }

  each(visit: (fruit: string) => void): void {
    for (const fruit of this.#left.keys()) visit(fruit);
  }

  watch(listener: RemoteFunction<[fruit: string], boolean>): void {
    using retained = listener.retain();
    is<Same<ReturnType<typeof retained>, Promise<boolean>>>();
  }

  _restock(): void {}

  then(): void {}
}

const hub = createHub({ transport: 'memory' });
const exposed = hub.expose('stock', new Stock(), { methods: { take: { concurrency: 2, queue: 10 }, find: {} } });
is<Same<typeof exposed, Exposed>>();
hub.expose('stock', new Stock(), { methods: ['list', 'each'], concurrency: 2, serial: false });
// @ts-expect-error It has no such method.
hub.expose('stock', new Stock(), { methods: ['lsit'] });
// @ts-expect-error It is no method.
hub.expose('stock', new Stock(), { methods: ['opened'] });
// @ts-expect-error It is no object.
hub.expose('stock', 'text');

const stock = hub.service<Stock>('stock', { timeout: 100, waitFor: 0 });
is<Same<typeof stock, Remote<Stock>>>();
is<Same<keyof typeof stock & string, 'take' | 'find' | 'list' | 'each' | 'watch' | 'on' | 'off'>>();
const taken = await stock.take('apple');
is<Same<typeof taken, number>>();
const found = await stock.find({ fruit: 'apple' }, { signal: new AbortController().signal });
is<Same<typeof found, readonly string[]>>();
for await (const line of stock.list()) is<Same<typeof line, string>>();
for await (const line of await stock.list()) is<Same<typeof line, string>>();
await stock.each((fruit) => fruit.length);
await stock.on('taken', (fruit: string, left: number) => fruit.length + left);
// @ts-expect-error A fruit is a text.
await stock.take(1);
// @ts-expect-error Fields stay where they are.
stock.opened;
// @ts-expect-error It begins with an underscore.
stock._restock;
// @ts-expect-error It is no promise.
stock.then;

const till = hub.singleton('till', async ({ token, signal }) => ({ token: () => token, isOpen: () => !signal.aborted }), { waitFor: 10_000, stop: (object) => object.isOpen() });
is<Same<ReturnType<typeof till.token>, Promise<number>>>();
const same: RemoteSingleton<{ token: () => number }> = till;
await same[Symbol.asyncDispose]();

const untyped = hub.service('anything');
const answer = await untyped['method']?.(1, 'two');
is<Same<typeof answer, unknown>>();

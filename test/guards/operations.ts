/** The hot paths, each as a number of operations that it runs and waits for. */
import type { Hub } from '../../src/index.js';
import { CountedGroup } from './counted-group.js';

export interface Operation {
  /** How many are under way at a time. */
  readonly atATime: number;
  prepare(group: CountedGroup): Promise<Run>;
}

/** Runs so many at a time, once, and resolves when all have had their effect. */
export type Run = () => Promise<unknown>;

const ORDER = { id: 17, customer: 'c-48151623', items: [{ sku: 'apple', count: 3 }, { sku: 'pear', count: 1 }], paid: true };

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'a message': {
    atATime: 64,
    async prepare(group) {
      const { ann, bob } = await pair(group);
      const heard = counter(64);
      bob.on('order', () => heard.one());
      await known(bob);
      return () => {
        for (let sent = 0; sent < 64; sent++) ann.send('order', ORDER);
        return heard.all();
      };
    },
  },
  'a broadcast to four': {
    atATime: 64,
    async prepare(group) {
      const { ann } = await pair(group);
      const heard = counter(64 * 4);
      for (const name of ['cid', 'dan', 'eve', 'fay']) {
        const hub = await group.join(name);
        hub.on('news', () => heard.one());
        await known(hub);
      }
      return () => {
        for (let sent = 0; sent < 64; sent++) ann.broadcast('news', ORDER);
        return heard.all();
      };
    },
  },
  'a request, one at a time': { atATime: 1, prepare: (group) => requests(group, 1) },
  'a request, 64 at a time': { atATime: 64, prepare: (group) => requests(group, 64) },
  'a part of a stream': {
    atATime: 64,
    async prepare(group) {
      const { ann, bob } = await pair(group);
      bob.handle('orders', async function* () {
        for (let told = 0; told < 64; told++) yield ORDER;
      });
      await known(bob);
      return async () => {
        for await (const _ of ann.stream('orders'));
      };
    },
  },
  'a lock that is free': {
    atATime: 1,
    async prepare(group) {
      const { ann } = await pair(group);
      return async () => (await ann.lock('door')).release();
    },
  },
  'locks of their own, 64 at a time': {
    atATime: 64,
    async prepare(group) {
      const { ann } = await pair(group);
      const keys = Array.from({ length: 64 }, (_, n) => `door ${n}`);
      return () => Promise.all(keys.map(async (key) => (await ann.lock(key)).release()));
    },
  },
  'a lock that eight wait for': {
    atATime: 8,
    async prepare(group) {
      await group.join('broker');
      const hubs: Hub[] = [];
      for (let n = 0; n < 8; n++) hubs.push(await group.join(`hub ${n}`));
      return () => Promise.all(hubs.map(async (hub) => (await hub.lock('door')).release()));
    },
  },
  'reading a map': { atATime: 64, prepare: (group) => onMap(group, async (map, key) => map.get(key)) },
  'writing a map': { atATime: 64, prepare: (group) => onMap(group, async (map, key) => map.set(key, ORDER)) },
  'counting in a map': { atATime: 64, prepare: (group) => onMap(group, async (map, key) => map.add(`${key} of all`)) },
};

async function pair(group: CountedGroup): Promise<{ readonly ann: Hub; readonly bob: Hub }> {
  await group.join('broker');
  return { ann: await group.join('ann'), bob: await group.join('bob') };
}

/** The authority knows what this hub listens to when it answers what was asked behind it. */
async function known(hub: Hub): Promise<void> {
  await hub.state('any').size();
}

async function requests(group: CountedGroup, atATime: number): Promise<Run> {
  const { ann, bob } = await pair(group);
  bob.handle('price', () => ORDER);
  await known(bob);
  if (atATime === 1) return () => ann.request('price', ORDER);
  return () => Promise.all(Array.from({ length: atATime }, () => ann.request('price', ORDER)));
}

async function onMap(group: CountedGroup, act: (map: ReturnType<Hub['state']>, key: string) => Promise<unknown>): Promise<Run> {
  const { ann } = await pair(group);
  const map = ann.state('orders');
  const keys = Array.from({ length: 64 }, (_, n) => `order ${n}`);
  await Promise.all(keys.map((key) => map.set(key, ORDER)));
  return () => Promise.all(keys.map((key) => act(map, key)));
}

/** Counts up to `most`, and begins anew. */
function counter(most: number): { one(): void; all(): Promise<void> } {
  let count = 0;
  let reached = (): void => {};
  return {
    one() {
      count += 1;
      if (count % most === 0) reached();
    },
    all: () => new Promise((resolve) => (reached = resolve)),
  };
}

/** What a member does while its history is recorded. It is sent to the member's process as it stands here. */
import type { Held } from '../../src/index.js';
import type { Place } from '../support/place.js';

/** Five callers at once, each with so many calls; resolves to how many that were. Each answer is counted in the log `answers`. */
export async function work({ hub, log, recording }: Place, path: string, member: string, rounds: number): Promise<number> {
  const record = recording(path, member);
  const alone = 2 ** 30;
  let tickets = 0;

  const chance = (below: number): number => Math.floor(Math.random() * below);
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

  const release = async (key: string, ticket: string, held: Held): Promise<void> => {
    if (chance(2) === 0) await pause();
    await record.during({ type: 'release', key, ticket }, async () => {
      const released = await held.release();
      // Of a hub without a group it is not known.
      if (held.signal.aborted) throw held.signal.reason;
      return { type: 'released', released };
    });
  };

  /** Two operations: until it is known to stand in line, and until it holds. */
  const wait = async (key: string, weight: number, acquire: (timeout: number) => Promise<Held>): Promise<void> => {
    const ticket = `${member} ${(tickets += 1)}`;
    const asked = record.call({ type: 'ask', key, ticket, member, weight });
    const held = record.call({ type: 'hold', key, ticket });
    const timeout = chance(8) === 0 ? 1 + chance(5) : 0;
    const begun = record.now();
    const acquiring = acquire(timeout);
    // Any question behind it says that it has arrived.
    void hub.state('settling').size().then(() => asked({ type: 'asked' }), () => {});
    try {
      const lock = await acquiring;
      held({ type: 'held', token: lock.token });
      await release(key, ticket, lock);
    } catch (error) {
      if (codeOf(error) !== 'TIMEOUT') return;
      // It was given up before we hear of that, by a clock of whole milliseconds.
      record.call({ type: 'release', key, ticket }, begun + (timeout - 1) * 1e6);
      held({ type: 'not-held' });
    }
  };

  const attempt = async (key: string): Promise<void> => {
    const ticket = `${member} ${(tickets += 1)}`;
    let lock: Held | undefined;
    await record.during({ type: 'try', key, ticket, member, weight: alone }, async () => {
      lock = await hub.tryLock(key);
      return lock === undefined ? { type: 'not-held' } : { type: 'held', token: lock.token };
    });
    if (lock !== undefined) await release(key, ticket, lock);
  };

  const entries = hub.state('entries');
  const versions = new Map<string, number>();
  const write = (key: string): Promise<unknown> => {
    const expect = chance(2) === 0 ? versions.get(key) : undefined;
    const options = expect === undefined ? {} : { expect };
    const value = `${member} ${chance(1e9)}`;
    const isDelete = chance(6) === 0;
    return record.during({ type: isDelete ? 'delete' : 'set', key, value, ...options }, async () => {
      try {
        if (isDelete) return { type: 'deleted', deleted: await entries.delete(key, options) };
        const version = await entries.set(key, value, options);
        versions.set(key, version);
        return { type: 'stored', version };
      } catch (error) {
        if (codeOf(error) === 'CONFLICT') return { type: 'conflict' };
        throw error;
      }
    });
  };
  const read = (key: string): Promise<unknown> =>
    record.during({ type: 'get', key }, async () => {
      const entry = await entries.entry(key);
      versions.set(key, entry?.version ?? 0);
      return { type: 'entry', version: entry?.version ?? 0, value: entry?.value };
    });

  const counters = hub.state<number>('counters');
  const add = (key: string, amount: number): Promise<unknown> => record.during({ type: 'add', key, amount }, () => counters.add(key, amount));
  const sum = (key: string): Promise<unknown> => record.during({ type: 'read', key }, async () => (await counters.get(key)) ?? 0);

  const call = (): Promise<unknown> => {
    const lock = `lock.${chance(2) === 0 ? 'a' : 'b'}`;
    const permits = 1 + chance(2);
    const entry = `entry.${chance(3)}`;
    switch (chance(8)) {
      case 0:
        return wait(lock, alone, (timeout) => hub.lock(lock, { timeout }));
      case 1:
        return wait(lock, 1, (timeout) => hub.lock(lock, { mode: 'shared', timeout }));
      case 2:
        return attempt(lock);
      case 3:
        return wait('permits', permits, (timeout) => hub.semaphore('permits', { permits: 3 }).acquire({ permits, timeout }));
      case 4:
        return write(entry);
      case 5:
        return read(entry);
      case 6:
        return add('counter.1', 1 + chance(9));
      default:
        return sum('counter.1');
    }
  };

  const calling = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      await call();
      log('answers').push(1);
    }
  };
  await Promise.all(Array.from({ length: 5 }, calling));
  return 5 * rounds;
}

import { expect } from 'chai';
import type { Change, SharedMap } from '../../../src/core/api.js';
import { HubError } from '../../../src/core/errors.js';
import type { MapEntry } from '../../../src/core/protocol.js';
import { FakeSession, fakeTransport, seatedHub } from '../../support/fake-transport.js';
import { rejection } from '../../support/rejection.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('A shared map', () => {
  let session: FakeSession;
  let next: FakeSession;
  let prices: SharedMap<number>;
  beforeEach(async () => {
    session = new FakeSession();
    next = new FakeSession();
    const hub = await seatedHub(session, { transport: fakeTransport(session, next) });
    prices = hub.state<number>('prices');
  });

  const apple = (value: number, version: number): MapEntry => ({ key: 'apple', value: String(value), version });
  const whole = (version: number, ...entries: readonly MapEntry[]) => ({ type: 'map.whole', map: 'prices', version, entries }) as const;
  const set = (value: number, version: number) => ({ type: 'map.changed', map: 'prices', change: { type: 'set', ...apple(value, version) } }) as const;

  async function read(watch: AsyncIterator<Change<number>>, count: number): Promise<string[]> {
    const changes: string[] = [];
    while (changes.length < count) {
      const { value } = await watch.next();
      changes.push(value.type === 'whole' ? `whole ${[...value.entries.values()]}` : `${value.type} ${value.version}`);
    }
    return changes;
  }

  it('names the map, the key and both versions of a conflict', async () => {
    const stored = prices.set('apple', 1, { expect: 3 });
    session.command('map.set').settle({ type: 'conflict', version: 5 });

    const { code, message } = await rejection(stored);

    expect(code).to.equal('CONFLICT');
    expect(message).to.match(/"apple".*"prices".*version 5, not 3/);
  });

  it('updates again when somebody was faster', async () => {
    const updated = prices.update('apple', (value = 0) => value + 1);
    session.command('map.get').settle({ type: 'absent' });
    await turn();
    const first = session.command('map.set');
    first.settle({ type: 'conflict', version: 5 });
    await turn();
    session.command('map.get').settle({ type: 'entry', version: 5, value: '10' });
    await turn();
    const second = session.command('map.set');
    second.settle({ type: 'stored', version: 6 });

    expect(await updated).to.equal(11);
    expect(first.command).to.include({ expect: 0, value: '1' });
    expect(second.command).to.include({ expect: 5, value: '11' });
  });

  it('gives up updating with its signal, also while it waits for the authority', async () => {
    const controller = new AbortController();
    const updated = prices.update('apple', () => 1, { signal: controller.signal });

    controller.abort('enough');

    expect(await updated.catch((reason: unknown) => reason)).to.equal('enough');
  });

  it('tells a second watch its own whole, and no change twice nor any too few', async () => {
    const first = prices.watch();
    session.hears(whole(3, apple(1, 3)));
    const second = prices.watch();

    session.hears(set(2, 4));
    session.hears(set(3, 5));
    session.command('map.entries').settle({ type: 'entries', version: 4, entries: [apple(2, 4)] });
    session.hears(set(4, 6));

    expect(await read(first, 4)).to.deep.equal(['whole 1', 'set 4', 'set 5', 'set 6']);
    expect(await read(second, 3)).to.deep.equal(['whole 2', 'set 5', 'set 6']);
  });

  it('tells all watches the whole again after a loss', async () => {
    const [first, second] = [prices.watch(), prices.watch()];
    session.hears(whole(3, apple(1, 3)));
    const lost = new HubError('LOST', 'The broker died.');
    session.command('map.entries').settle(lost);
    session.ear.lost(lost);
    await turn();

    next.hears(whole(9, apple(7, 9)));

    expect(next.follow.args).to.deep.equal([[{ type: 'map', name: 'prices' }]]);
    expect(await read(first, 2)).to.deep.equal(['whole 1', 'whole 7']);
    expect(await read(second, 2)).to.deep.equal(['whole 1', 'whole 7']);
  });

  it('is followed while it is watched, and no longer', async () => {
    const [first, second] = [prices.watch(), prices.watch()];

    await first.return?.();
    expect(session.unfollow.args).to.deep.equal([]);
    await second.return?.();

    expect(session.unfollow.args).to.deep.equal([[{ type: 'map', name: 'prices' }]]);
  });

  it('tells those who watch of a transaction change by change, and of its end by itself', async () => {
    const watch = prices.watch();
    session.hears(whole(3, apple(1, 3)));
    session.hears({ type: 'map.transacted', map: 'prices', version: 4, changes: [{ type: 'set', ...apple(2, 4) }, { type: 'delete', key: 'apple', version: 4 }] });
    session.hears({ type: 'map.changed', map: 'prices', change: { type: 'delete', key: 'pear', version: 5, ended: { reason: 'expired', version: 2 } } });

    expect(await read(watch, 3)).to.deep.equal(['whole 1', 'set 4', 'delete 4']);
    expect((await watch.next()).value).to.deep.equal({ type: 'delete', key: 'pear', version: 5, ended: { reason: 'expired', version: 2 } });
  });

  it('tells a watch without a beginning the whole after a loss, for it may have missed something', async () => {
    const watch = prices.watch({ initial: 'none' });
    session.hears(whole(3, apple(1, 3)));
    session.hears(set(2, 4));
    session.ear.lost(new HubError('LOST', 'The broker died.'));
    await turn();
    next.hears(whole(9, apple(7, 9)));

    expect(await read(watch, 2)).to.deep.equal(['set 4', 'whole 7']);
  });

  describe('whose reader is too slow', () => {
    const changes = (count: number, keyOf: (n: number) => string): void => {
      for (let n = 1; n <= count; n++) session.hears({ type: 'map.changed', map: 'prices', change: { type: 'set', key: keyOf(n), version: 10 + n, value: String(n) } });
    };

    it('keeps what it has not read of the whole in the whole', async () => {
      const watch = prices.watch({ buffer: 4 });
      session.hears(whole(3, apple(1, 3)));
      changes(9, (n) => `key ${n}`);

      const { value } = await watch.next();

      expect(value).to.deep.include({ type: 'whole', version: 18 });
      expect((value as { readonly entries: ReadonlyMap<string, number> }).entries.size).to.equal(9);
      expect(await read(watch, 1)).to.deep.equal(['set 19']);
    });

    it('keeps the newest of each key, in the order of their versions', async () => {
      const watch = prices.watch({ buffer: 4 });
      session.hears(whole(3));
      await watch.next();
      changes(5, (n) => (n % 2 === 0 ? 'even' : 'odd'));

      expect(await read(watch, 2)).to.deep.equal(['set 14', 'set 15']);
    });

    it('lets all pass when that is too much as well, and asks for the whole when its reader is back', async () => {
      const watch = prices.watch({ buffer: 4 });
      session.hears(whole(3));
      await watch.next();
      changes(9, (n) => `key ${n}`);

      const back = read(watch, 2);
      session.hears(set(5, 30));
      session.command('map.entries').settle({ type: 'entries', version: 29, entries: [apple(4, 28)] });

      expect(await back).to.deep.equal(['whole 4', 'set 30']);
    });
  });

  describe('as a replica', () => {
    it('is there when it is whole, and follows from then on', async () => {
      const promise = prices.replica();
      session.hears(whole(3, apple(1, 3)));
      const replica = await promise;

      session.hears(set(2, 4));

      expect([replica.version, replica.size, replica.get('apple'), [...replica.entries()]]).to.deep.equal([4, 1, 2, [['apple', 2]]]);
      session.hears({ type: 'map.changed', map: 'prices', change: { type: 'clear', version: 5 } });
      expect([replica.version, replica.size]).to.deep.equal([5, 0]);
    });

    it('says what it said last while the group is lost, and then what is there', async () => {
      const promise = prices.replica();
      session.hears(whole(3, apple(1, 3)));
      const replica = await promise;

      session.ear.lost(new HubError('LOST', 'The broker died.'));
      await turn();
      expect([...replica.values()]).to.deep.equal([1]);
      next.hears(whole(9));

      expect([replica.version, replica.size]).to.deep.equal([9, 0]);
    });

    it('lets nobody see a part of a transaction', async () => {
      const promise = prices.replica();
      session.hears(whole(3, apple(1, 3)));
      const replica = await promise;
      const reached = replica.reached(4).then(() => [...replica]);

      session.hears({ type: 'map.transacted', map: 'prices', version: 4, changes: [{ type: 'delete', key: 'apple', version: 4 }, { type: 'set', key: 'pear', version: 4, value: '2' }] });

      expect(await reached).to.deep.equal([['pear', 2]]);
    });

    it('waits for a version until its signal aborts', async () => {
      const promise = prices.replica();
      session.hears(whole(3));
      const replica = await promise;
      const controller = new AbortController();
      const reached = replica.reached(4, { signal: controller.signal });

      controller.abort('enough');

      expect(await reached.catch((reason: unknown) => reason)).to.equal('enough');
      expect(await replica.reached(9, { signal: AbortSignal.abort('too late') }).catch((reason: unknown) => reason)).to.equal('too late');
    });

    it('follows no longer than it is wanted', async () => {
      const controller = new AbortController();
      const waiting = prices.replica({ signal: controller.signal });
      controller.abort('enough');
      expect(await waiting.catch((reason: unknown) => reason)).to.equal('enough');
      expect(session.unfollow.args).to.deep.equal([[{ type: 'map', name: 'prices' }]]);

      const promise = prices.replica();
      session.hears(whole(3, apple(1, 3)));
      const replica = await promise;
      replica[Symbol.dispose]();
      session.hears(set(2, 4));

      expect([replica.get('apple'), replica.version]).to.deep.equal([1, 3]);
      expect(session.unfollow.callCount).to.equal(2);
    });
  });
});

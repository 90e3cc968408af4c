import { expect } from 'chai';
import type { Change, SharedMap } from '../../../src/core/api.js';
import { HubError } from '../../../src/core/errors.js';
import type { MapEntry } from '../../../src/core/protocol.js';
import { FakeSession, fakeTransport, rejection, seatedHub } from '../../support/fake-transport.js';

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
});

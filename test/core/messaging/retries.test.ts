import { expect } from 'chai';
import type { Hub } from '../../../src/core/hub.js';
import type { RequestOptions } from '../../../src/index.js';
import { ANN, BOB, FakeSession, seatedHub } from '../../support/fake-transport.js';
import { rejection } from '../../support/rejection.js';
import { VirtualHost } from '../../support/virtual-host.js';

describe('Retries', () => {
  let session: FakeSession;
  let host: VirtualHost;
  let hub: Hub;
  beforeEach(async () => {
    session = new FakeSession(ANN, BOB);
    host = new VirtualHost();
    hub = await seatedHub(session, { host });
  });
  afterEach(() => hub.close());

  const ask = (options: RequestOptions): Promise<unknown> => {
    const asked = hub.request('price', 1, { timeout: 10_000, ...options });
    session.hears({ type: 'listeners', of: 'method', name: 'price', members: [2, 3] });
    return asked;
  };

  it('ask again after a rest when nothing can have run', async () => {
    const asked = hub.request('price', 1, { retries: 2 });
    session.hears({ type: 'listeners', of: 'method', name: 'price', members: [] });
    await host.settle();
    session.hears({ type: 'listeners', of: 'method', name: 'price', members: [3] });
    expect(session.sent).to.deep.equal([]);

    await host.pass(100);
    await host.settle();
    session.receives({ type: 'reply', member: 3, call: session.envelope('request').call, payload: '7' });

    expect(await asked).to.equal(7);
  });

  it('never repeat what may have run (pitfall 31)', async () => {
    const asked = ask({ retries: 5 });

    session.hears({ type: 'member.left', number: 2, reason: 'lost' });

    expect(await rejection(asked)).to.include({ code: 'LOST', mayHaveRun: true });
    expect(session.sent).to.deep.equal(['request 2 price']);
  });

  it('repeat it when its asker says that it does no harm', async () => {
    const asked = ask({ retries: 1, idempotent: true });
    session.hears({ type: 'member.left', number: 2, reason: 'lost' });
    await host.settle();
    await host.pass(100);
    await host.settle();
    expect(session.sent).to.deep.equal(['request 2 price', 'request 3 price']);

    session.hears({ type: 'member.left', number: 3, reason: 'lost' });

    expect(await rejection(asked)).to.include({ code: 'LOST' });
  });

  it('end with their signal and with their hub', async () => {
    const abort = new AbortController();
    const given = hub.request('price', 1, { retries: 9, signal: abort.signal, to: 'zoe' });
    const closed = hub.request('price', 1, { retries: 9, to: 'zoe' });
    await host.settle();

    abort.abort('enough');
    await hub.close();

    expect(await given.catch((reason: unknown) => reason)).to.equal('enough');
    expect(await rejection(closed)).to.include({ code: 'CLOSED' });
  });
});

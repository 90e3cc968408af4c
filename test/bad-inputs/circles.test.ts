import { expect } from 'chai';
import { createHub } from '../../src/index.js';
import type { Hub } from '../../src/index.js';
import { MemoryPlace } from '../../src/transports/memory.js';

describe('A circle', () => {
  let hub: Hub;

  beforeEach(() => {
    hub = createHub({ transport: 'memory', group: new MemoryPlace(), timeout: 200 });
  });
  afterEach(() => hub.close({ grace: 0 }));

  it('42: goes on beside a listener that says again what it hears', async () => {
    let heard = 0;
    hub.on('echo', () => {
      heard += 1;
      if (heard < 20_000) hub.broadcast('echo', heard, { self: true });
    });
    hub.broadcast('echo', 0, { self: true });

    const sizes: number[] = [];
    while (heard < 20_000) sizes.push(await hub.state('m').size());

    expect(heard).to.equal(20_000);
    expect(sizes.length).to.be.above(10);
  });

  it('42: ends a request that goes round in a circle', async () => {
    hub.handle('one', (input, call) => hub.request('two', input, { within: call } as never));
    hub.handle('two', (input, call) => hub.request('one', input, { within: call } as never));

    const error = await hub.request('one', 1).catch((failure: { readonly code?: string }) => failure.code);

    expect(error).to.equal('TIMEOUT');
  });
});

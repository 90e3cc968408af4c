import { expect } from 'chai';
import { HubError } from '../../../src/core/errors.js';
import type { Hub } from '../../../src/core/hub.js';
import { createHub } from '../../../src/index.js';
import { ANN, FakeSession, seatedHub } from '../../support/fake-transport.js';
import { rejection } from '../../support/rejection.js';

describe('Streams', () => {
  describe('at their reader', () => {
    let session: FakeSession;
    let hub: Hub;
    beforeEach(async () => {
      session = new FakeSession(ANN);
      hub = await seatedHub(session);
    });
    afterEach(() => hub.close());

    it('miss no part in silence', async () => {
      const stream = hub.stream('tail', 0, { to: 'ann' });
      const first = stream.next();
      const second = stream.next();
      const { call } = session.envelope('stream');

      session.receives({ type: 'chunk', member: 2, call, payload: '"a"', extra: 0 });
      session.receives({ type: 'chunk', member: 2, call, payload: '"c"', extra: 2 });

      expect(await first).to.deep.equal({ done: false, value: 'a' });
      expect(await rejection(second)).to.include({ code: 'LOST' });
      expect(session.sent).to.deep.equal(['stream 2 tail', 'cancel 2']);
    });

    it('give credit for half a window at a time', async () => {
      const stream = hub.stream('tail', 0, { to: 'ann' });
      const first = stream.next();
      const { call } = session.envelope('stream');
      for (let place = 0; place < 16; place++) session.receives({ type: 'chunk', member: 2, call, payload: '1', extra: place });
      await first;

      for (let n = 1; n < 16; n++) await stream.next();

      expect(session.send.args.map(([{ type, extra }]) => [type, extra])).to.deep.equal([['stream', 0], ['credit', 8], ['credit', 8]]);
    });

    it('take no part of an answer that was given up', async () => {
      const stream = hub.stream('tail', 0, { to: 'ann' });
      void stream.next();
      const { call } = session.envelope('stream');

      await stream.return?.();
      session.receives({ type: 'chunk', member: 2, call, payload: '1', extra: 0 });

      expect(await stream.next()).to.deep.equal({ done: true, value: undefined });
    });

    it('fail when the hub is closed', async () => {
      const next = rejection(hub.stream('tail', 0, { to: 'ann' }).next());

      await hub.close();

      expect(await next).to.be.instanceOf(HubError).and.include({ code: 'CLOSED' });
    });
  });

  it('take no memory for what has been read', async () => {
    await using ann = createHub({ transport: 'memory', group: 'streams', name: 'ann' });
    await using bob = createHub({ transport: 'memory', group: 'streams', name: 'bob' });
    bob.handle('blocks', async function* (count: number) {
      for (let n = 0; n < count; n++) yield new Uint8Array(1_048_576).fill(n);
    });
    await bob.ready();
    const before = process.memoryUsage().rss;
    let size = 0;
    let peak = before;

    for await (const block of ann.stream<Uint8Array>('blocks', 1_024)) {
      size += block.length;
      peak = Math.max(peak, process.memoryUsage().rss);
    }

    expect(size).to.equal(1_073_741_824);
    expect(peak - before).to.be.below(256 * 1_048_576);
  });
});

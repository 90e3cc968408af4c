import { expect } from 'chai';
import sinon from 'sinon';
import { HubError } from '../../src/core/errors.js';
import { Feed } from '../../src/core/feed.js';
import type { FeedOptions } from '../../src/core/feed.js';

function feed(options: Partial<FeedOptions<number>> = {}, ended = sinon.fake()): Feed<number> {
  return new Feed<number>({ title: 'the feed', limit: 2, overflow: 'error', ...options }, ended);
}

async function rest(values: AsyncIterable<number>): Promise<number[]> {
  const read: number[] = [];
  for await (const value of values) read.push(value);
  return read;
}

describe('A feed', () => {
  it('gives its values in order to readers that wait and to readers that come later', async () => {
    const values = feed();
    const first = values.next();

    for (const value of [1, 2, 3]) values.push(value);
    values.end();

    expect(await first).to.deep.equal({ done: false, value: 1 });
    expect(await rest(values)).to.deep.equal([2, 3]);
  });

  it('drops the oldest, the newest or itself when it is full', async () => {
    const oldest = feed({ overflow: 'drop-oldest' });
    const newest = feed({ overflow: 'drop-newest' });
    const strict = feed({ overflow: 'error' });

    for (const values of [oldest, newest, strict]) {
      for (const value of [1, 2, 3]) values.push(value);
      values.end();
    }

    expect(await rest(oldest)).to.deep.equal([2, 3]);
    expect(await rest(newest)).to.deep.equal([1, 2]);
    expect([oldest.dropped, newest.dropped]).to.deep.equal([1, 1]);
    expect((await strict.next()).value).to.equal(1);
    expect((await strict.next()).value).to.equal(2);
    expect(await strict.next().catch((error: unknown) => error)).to.be.instanceOf(HubError).with.property('code', 'OVERLOADED');
    expect(await strict.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('throws the reason of its signal at once, and ends', async () => {
    const controller = new AbortController();
    const ended = sinon.fake();
    const values = feed({ signal: controller.signal }, ended);
    values.push(1);

    controller.abort('enough');

    expect(await values.next().catch((reason: unknown) => reason)).to.equal('enough');
    expect(await values.next()).to.deep.equal({ done: true, value: undefined });
    sinon.assert.calledOnce(ended);
  });

  it('ends with the loop that reads it, and tells so once', async () => {
    const ended = sinon.fake();
    const values = feed({}, ended);
    values.push(1);

    for await (const _ of values) break;
    await values.return();

    expect(await values.next()).to.deep.equal({ done: true, value: undefined });
    sinon.assert.calledOnce(ended);
  });
});

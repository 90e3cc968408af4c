import { expect } from 'chai';
import { shownName } from '../../src/core/shown-name.js';
import { createHub } from '../../src/index.js';
import { rejection } from '../support/rejection.js';

describe('Names in errors', () => {
  it('are those that their user gave', () => {
    expect(['interhub.service:stock', 'interhub.once:a:b', 'stock', 'interhub.mine'].map(shownName)).to.deep.equal(['stock', 'a:b', 'stock', 'interhub.mine']);
  });

  it('are no longer than their reader needs', async () => {
    await using hub = createHub({ transport: 'memory', group: 'long names in errors' });
    const long = 'x'.repeat(70_000);

    const error = await rejection(hub.request('work', 1, { to: long }));

    expect(error).to.include({ code: 'NO_MEMBER', message: `"work" was for "${'x'.repeat(100)}...", and no member of the group has that number, id or name.` });
  });

  it('are so of a service that is exposed twice or too slow, and of a circle of runs', async () => {
    await using hub = createHub({ transport: 'memory', group: 'names in errors' });
    hub.expose('stock', { count: () => new Promise(() => {}) });

    expect(() => hub.expose('stock', {})).to.throw(TypeError, 'This hub exposes "stock" already.');
    expect(await rejection(hub.service('stock', { timeout: 5 }).count?.() as Promise<unknown>)).to.have.property('message').that.matches(/^"stock" was not answered within \d ms\.$/);
    expect(await rejection(hub.once('work', () => hub.once('work', () => 1)))).to.have.property('message').that.contains('holds "work"').and.not.contains('interhub');
    await hub.close({ grace: 0 });
  });
});

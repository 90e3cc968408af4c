import { expect } from 'chai';
import { createHub } from '../../src/index.js';
import { MemoryPlace } from '../../src/transports/memory.js';

describe('A pattern', () => {
  it('41: takes no longer for many stars', async () => {
    const hub = createHub({ transport: 'memory', group: new MemoryPlace() });
    const topic = Array.from({ length: 40 }, () => 'a').join('.');
    const heard: string[] = [];
    hub.on(`${'*.'.repeat(39)}b`, () => heard.push('stars'));
    hub.on(`${'*.'.repeat(12)}>`, (_value, { topic: of }) => heard.push(of));
    await hub.ready();

    const begun = performance.now();
    for (let i = 0; i < 1_000; i++) hub.broadcast(topic, i, { self: true });
    await hub.state('m').size();
    const time = performance.now() - begun;
    await hub.close();

    expect(new Set(heard)).to.deep.equal(new Set([topic]));
    expect(time).to.be.below(2_000);
  });
});

import { expect } from 'chai';
import { createHub } from '../../src/create-hub.js';
import type { Hub } from '../../src/index.js';
import { MemoryPlace } from '../../src/transports/memory.js';

describe('A hub that closes', () => {
  it('turns away what is on its way to it, and others answer that', async () => {
    const group = new MemoryPlace();
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((name) => createHub({ transport: 'memory', group, name })) as [Hub, Hub, Hub];
    await Promise.all([ann.ready(), bob.ready(), cid.ready()]);
    for (const hub of [bob, cid]) hub.handle('who', () => hub.member.name);
    await ann.request('who');

    let isAsking = true;
    const answers: unknown[] = [];
    const asking = Array.from({ length: 10 }, async () => {
      while (isAsking) answers.push(await ann.request('who').catch((error: unknown) => error));
    });
    await bob.close();
    isAsking = false;
    await Promise.all(asking);
    await Promise.all([cid.close(), ann.close()]);

    expect(answers.filter((answer) => answer !== 'bob' && answer !== 'cid')).to.deep.equal([]);
    expect(answers).to.include('cid');
  });
});

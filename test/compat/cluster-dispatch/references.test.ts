import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { Callbacks } from '../../../src/compat/cluster-dispatch/callbacks.js';
import { References } from '../../../src/compat/cluster-dispatch/references.js';
import { RELEASED } from '../../../src/compat/cluster-dispatch/words.js';
import type { Released } from '../../../src/compat/cluster-dispatch/words.js';
import { createHub } from '../../../src/create-hub.js';
import { MemoryPlace } from '../../../src/transports/memory.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('Functions of an agent', () => {
  it('have one number each, for as long as the library holds them', () => {
    const callbacks = new Callbacks();
    const ann = (): void => {};

    const first = callbacks.pass(ann);
    const again = callbacks.pass(ann);
    callbacks.released({ callback: first, received: 1 });
    const sizeWhileOneIsOnItsWay = callbacks.size;
    callbacks.released({ callback: first, received: 2 });

    expect(again).to.equal(first);
    expect(sizeWhileOneIsOnItsWay).to.equal(1);
    expect(callbacks.size).to.equal(0);
    expect(callbacks.pass(ann)).to.not.equal(first);
  });

  it('are forgotten when nobody in the library holds them any more', async () => {
    const group = new MemoryPlace();
    await using library = createHub({ transport: 'memory', group });
    await using app = createHub({ transport: 'memory', group });
    const callbacks = new Callbacks();
    app.on<Released>(RELEASED, (released) => callbacks.released(released));
    await Promise.all([library.ready(), app.ready()]);
    const references = new References(library);

    for (let call = 0; call < 10_000; call++) references.of(app.member, callbacks.pass(() => {}));
    while (callbacks.size > 0) {
      collectGarbage();
      await turn();
    }

    expect(callbacks.size).to.equal(0);
  });
});

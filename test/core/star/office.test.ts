/** A broker that ends by its own will: its process may end as soon as it says that it is through. */
import { expect } from 'chai';
import type { Link } from '../../../src/core/star/link.js';
import { linkPair } from '../../../src/core/star/pair.js';
import { serve } from '../../../src/core/star/serve.js';
import type { Served } from '../../../src/core/star/serve.js';
import { star } from '../../../src/core/star/star.js';
import { ListeningSeat } from '../../support/listening-seat.js';
import { MemoryJournal } from '../../support/memory-journal.js';
import { VirtualHost } from '../../support/virtual-host.js';

for (const [group, journal] of Object.entries({ 'that ends with it': undefined, 'that outlives it': new MemoryJournal() })) {
  describe(`The broker of a group ${group}`, () => {
    let host: VirtualHost;
    let served: Served;
    let letGo: (() => void)[];
    let isThrough: boolean;
    let isShut: boolean;

    beforeEach(async () => {
      host = new VirtualHost();
      letGo = [];
      isThrough = isShut = false;
      let onLink: (link: Link) => void = () => {};
      const options = { host };
      served = await serve({ name: 'test', meet: async () => ({ role: 'authority', epoch: 1, ...(journal && { journal }), accept: (accept) => (onLink = accept), close: async () => {} }) }, new AbortController().signal, options);
      for (const name of ['ann', 'bob']) {
        const [near, far] = linkPair(host);
        onLink(slow(far, () => isShut, letGo));
        const joining = star({ name: 'test', meet: async () => ({ role: 'member', link: near }) }, options).join(new ListeningSeat(name));
        await host.settle();
        await joining;
      }
    });

    const close = async (): Promise<void> => {
      // Who is handed over answers first.
      isShut = journal === undefined;
      void served.close().then(() => (isThrough = true));
      await host.settle();
    };

    it('is through when all that it said has gone out', async () => {
      await close();
      letGo[0]?.();
      await host.settle();
      const before = isThrough;
      letGo[1]?.();
      await host.settle();

      expect([letGo.length, before, isThrough]).to.deep.equal([2, false, true]);
    });

    it('does not wait long for one that takes nothing', async () => {
      await close();
      await host.pass(999);
      const before = isThrough;
      await host.pass(1);

      expect([before, isThrough]).to.deep.equal([false, true]);
    });
  });
}

/** A link whose last bytes are with the system only when they are let go: the last ones, or all from when it is shut. */
function slow(link: Link, isShut: () => boolean, letGo: (() => void)[]): Link {
  const kept: Uint8Array[] = [];
  return {
    open: (sink) => link.open(sink),
    send: (bytes) => (isShut() ? kept.push(Uint8Array.from(bytes)) === 0 : link.send(bytes)),
    close: (reason) =>
      void letGo.push(() => {
        for (const bytes of kept) link.send(bytes);
        link.close(reason);
      }),
    destroy: (reason) => link.destroy(reason),
  };
}

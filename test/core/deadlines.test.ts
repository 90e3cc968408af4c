import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines } from '../../src/core/deadlines.js';
import type { Deadline } from '../../src/core/deadlines.js';
import { VirtualHost } from '../support/virtual-host.js';

describe('Deadlines', () => {
  it('expire when their time is over, and not before', async () => {
    const host = new VirtualHost();
    const expired: string[] = [];
    const deadlines = new Deadlines(host);
    deadlines.add(200, { expired: () => expired.push('late') });
    deadlines.add(100, { expired: () => expired.push('early') });

    await host.pass(99);
    expect(expired).to.deep.equal([]);
    await host.pass(1);
    expect(expired).to.deep.equal(['early']);
    await host.pass(100);
    expect(expired).to.deep.equal(['early', 'late']);
  });

  it('may be cancelled and added by one that expires', async () => {
    const host = new VirtualHost();
    const expired: string[] = [];
    const deadlines = new Deadlines(host);
    const later: Deadline[] = [];
    deadlines.add(10, {
      expired() {
        for (const deadline of later) deadline.cancel();
        deadlines.add(5, { expired: () => expired.push('added') });
      },
    });
    later.push(deadlines.add(10, { expired: () => expired.push('cancelled') }));

    await host.pass(20);

    expect(expired).to.deep.equal(['added']);
  });

  it('waits longer than a timer can', async () => {
    const host = new VirtualHost();
    const expired: number[] = [];
    const deadlines = new Deadlines(host);
    deadlines.add(2 ** 32, { expired: () => expired.push(host.now()) });

    await host.pass(2 ** 33);

    expect(expired).to.deep.equal([2 ** 32]);
  });

  it('expires each that was not cancelled, once, whatever came in between', async () => {
    const step = fc.record({ wait: fc.nat(30), delay: fc.integer({ min: 1, max: 50 }), cancel: fc.option(fc.nat(20)) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const host = new VirtualHost();
        const deadlines = new Deadlines(host);
        const added: { readonly deadline: Deadline; readonly due: number; cancelledAt: number; readonly expired: number[] }[] = [];
        for (const { wait, delay, cancel } of steps) {
          await host.pass(wait);
          const expired: number[] = [];
          added.push({ deadline: deadlines.add(delay, { expired: () => expired.push(host.now()) }), due: host.now() + delay, cancelledAt: Infinity, expired });
          const cancelled = cancel === null ? undefined : added[cancel];
          cancelled?.deadline.cancel();
          if (cancelled !== undefined) cancelled.cancelledAt = Math.min(cancelled.cancelledAt, host.now());
        }
        await host.pass(100);

        for (const { due, cancelledAt, expired } of added) expect(expired).to.deep.equal(cancelledAt < due ? [] : [due]);
      }),
      { numRuns: 50 },
    );
  });
});

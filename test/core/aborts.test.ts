import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { offAbort, onAbort } from '../../src/core/aborts.js';
import type { Aborted } from '../../src/core/aborts.js';

describe('Waits for a signal', () => {
  it('are told in their order, and once, functions as well as objects', () => {
    const told: string[] = [];
    const controller = new AbortController();
    onAbort(controller.signal, () => told.push('function'));
    onAbort(controller.signal, { handleEvent: () => told.push('object') });

    controller.abort();

    expect(told).to.deep.equal(['function', 'object']);
  });

  it('are one listener of the signal, however many they are, and none when the last has gone', () => {
    const { signal } = new AbortController();
    const waits = Array.from({ length: 20 }, (): Aborted => () => {});

    for (const wait of waits) onAbort(signal, wait);
    expect(getEventListeners(signal, 'abort')).to.have.length(1);

    for (const wait of waits) offAbort(signal, wait);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('are told no more once they are taken off, also by one that is told before them', () => {
    const told: string[] = [];
    const controller = new AbortController();
    const later = (): void => void told.push('later');
    onAbort(controller.signal, () => {
      told.push('first');
      offAbort(controller.signal, later);
    });
    onAbort(controller.signal, later);

    controller.abort();

    expect(told).to.deep.equal(['first']);
  });

  it('begin anew after the last has gone', () => {
    const told: string[] = [];
    const controller = new AbortController();
    const first = (): void => void told.push('first');
    onAbort(controller.signal, first);
    offAbort(controller.signal, first);
    onAbort(controller.signal, () => told.push('second'));

    controller.abort();

    expect(told).to.deep.equal(['second']);
  });

  it('need no signal', () => {
    const wait = (): void => {};

    expect(() => {
      onAbort(undefined, wait);
      offAbort(undefined, wait);
    }).not.to.throw();
  });
});

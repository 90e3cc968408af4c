import { expect } from 'chai';
import sinon from 'sinon';
import { KeepAlive } from '../../src/core/keep-alive.js';

describe('Keeping the process alive', () => {
  let clock: sinon.SinonFakeTimers;
  let timer: { hasRef(): boolean } | undefined;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    timer = undefined;
    const start = globalThis.setInterval;
    sinon.replace(globalThis, 'setInterval', ((...args: Parameters<typeof start>) => (timer = start(...args))) as typeof start);
  });
  afterEach(() => {
    sinon.restore();
    clock.restore();
  });

  const isAlive = (): boolean => timer?.hasRef() ?? false;

  it('is for what is pending, and for as long', () => {
    const keepAlive = new KeepAlive();
    expect(isAlive()).to.equal(false);

    keepAlive.begin();
    keepAlive.begin();
    keepAlive.end();
    expect(isAlive()).to.equal(true);
    keepAlive.end();

    expect(isAlive()).to.equal(false);
  });

  it('is for listening, unless that is no reason', () => {
    const keepAlive = new KeepAlive();
    keepAlive.listen();
    expect(isAlive()).to.equal(true);

    keepAlive.forListening = false;
    expect(isAlive()).to.equal(false);
    keepAlive.begin();
    expect(isAlive()).to.equal(true);
    keepAlive.end();
    keepAlive.forListening = true;

    expect(isAlive()).to.equal(true);
  });

  it('is over when the hub is, whatever is begun after that', () => {
    const keepAlive = new KeepAlive();

    keepAlive.stop();
    keepAlive.listen();
    keepAlive.begin();

    expect(isAlive()).to.equal(false);
  });
});

import { expect } from 'chai';
import sinon from 'sinon';
import { decodeFailure } from '../../../src/core/codec/failure.js';
import { HubError } from '../../../src/core/errors.js';
import type { Call } from '../../../src/core/api.js';
import type { Envelope } from '../../../src/core/protocol.js';
import type { Hub } from '../../../src/core/hub.js';
import { ANN, FakeSession, seatedHub } from '../../support/fake-transport.js';
import { VirtualHost } from '../../support/virtual-host.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('Answers', () => {
  let session: FakeSession;
  let host: VirtualHost;
  let hub: Hub;
  beforeEach(async () => {
    session = new FakeSession(ANN);
    host = new VirtualHost();
    hub = await seatedHub(session, { host });
  });

  /** A handler that goes on until it is told to end. */
  function slow(): { readonly call: Call; end(value: unknown): void }[] {
    const running: { readonly call: Call; end(value: unknown): void }[] = [];
    hub.handle('slow', (_, call) => new Promise((end) => running.push({ call, end })));
    return running;
  }

  it('go out in the turn in which a handler returns', () => {
    hub.handle<number>('double', (n) => n * 2);

    session.receives({ type: 'request', member: 2, name: 'double', call: 5, payload: '21' });

    expect(session.envelope('reply')).to.include({ member: 2, call: 5, payload: '42' });
  });

  it('refuse what nobody handles here, and say that nothing has run', () => {
    session.receives({ type: 'request', member: 2, name: 'nothing', call: 5 });

    expect(decodeFailure(session.envelope('failure').payload)).to.include({ code: 'NO_RECEIVER', mayHaveRun: false });
  });

  it('never let a handler pass for a refusal: it has run', async () => {
    hub.handle('nested', () => Promise.reject(new HubError('NO_RECEIVER', 'Of another.', { mayHaveRun: false })));

    session.receives({ type: 'request', member: 2, name: 'nested', call: 5 });
    await turn();

    expect(decodeFailure(session.envelope('failure').payload)).to.include({ code: 'NO_RECEIVER', mayHaveRun: true });
  });

  it('are failures when what was returned throws as soon as it is looked at', () => {
    hub.handle('trap', () => ({
      get then(): never {
        throw new RangeError('A getter.');
      },
    }));

    session.receives({ type: 'request', member: 2, name: 'trap', call: 5 });

    expect(decodeFailure(session.envelope('failure').payload)).to.be.instanceOf(RangeError);
  });

  it('are failures when what was promised does', async () => {
    const trap = (): never => {
      throw new RangeError('A trap.');
    };
    hub.handle('trap', async () => new Proxy({}, { has: trap, ownKeys: trap }));

    session.receives({ type: 'request', member: 2, name: 'trap', call: 5 });
    await turn();

    expect(decodeFailure(session.envelope('failure').payload)).to.be.instanceOf(RangeError);
  });

  it('are given at once to what is cancelled, and not again', async () => {
    const running = slow();
    session.receives({ type: 'request', member: 2, name: 'slow', call: 5 });

    session.receives({ type: 'cancel', member: 2, call: 5 });
    expect(session.sent).to.deep.equal(['reply 2']);
    expect(running[0]?.call.signal.aborted).to.equal(true);
    running[0]?.end('late');
    await turn();

    expect(session.sent).to.deep.equal(['reply 2']);
  });

  it('are not given to a cancelling that crossed the answer', () => {
    hub.handle('fast', () => 1);
    session.receives({ type: 'request', member: 2, name: 'fast', call: 5 });

    session.receives({ type: 'cancel', member: 2, call: 5 });

    expect(session.sent).to.deep.equal(['reply 2']);
  });

  it('are given up with their asker, and with the group', () => {
    const running = slow();
    session.receives({ type: 'request', member: 2, name: 'slow', call: 5 });
    session.receives({ type: 'request', member: 1, name: 'slow', call: 6 });

    session.hears({ type: 'member.left', number: 2, reason: 'lost' });
    expect(running.map(({ call }) => call.signal.aborted)).to.deep.equal([true, false]);
    session.ear.lost(new HubError('LOST', 'The broker died.'));

    expect(running.map(({ call }) => (call.signal.reason as HubError).code)).to.deep.equal(['LOST', 'LOST']);
  });

  it('are given up when the asker waits no longer', async () => {
    const running = slow();
    session.receives({ type: 'request', member: 2, name: 'slow', call: 5, extra: 100 });
    session.receives({ type: 'request', member: 2, name: 'slow', call: 6 });
    const signals = running.map(({ call }) => call.signal);

    await host.pass(40);
    expect(running.map(({ call }) => call.remaining)).to.deep.equal([60, Infinity]);
    await host.pass(60);

    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([true, false]);
  });

  it('say when they are more than the wire takes', async () => {
    const narrow = new NarrowSession(ANN);
    (await seatedHub(narrow)).handle('huge', () => 'x');

    narrow.receives({ type: 'request', member: 2, name: 'huge', call: 5 });

    const failure = decodeFailure(narrow.envelope('failure').payload);
    expect(failure).to.include({ code: 'TOO_LARGE', message: 'The answer to "huge" is too large. Over the limit.' });
  });
});

/** No reply goes through. */
class NarrowSession extends FakeSession {
  override readonly send = sinon.fake((envelope: Envelope): void => {
    if (envelope.type === 'reply') throw new HubError('TOO_LARGE', 'Over the limit.');
  });
}

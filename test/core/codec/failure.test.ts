import { expect } from 'chai';

import { decodeFailure, encodeFailure } from '../../../src/core/codec/failure.js';
import { HubError } from '../../../src/core/errors.js';

function crossed(thrown: unknown): unknown {
  return decodeFailure(encodeFailure(thrown));
}

function crossedError(thrown: unknown): Error & Record<string, unknown> {
  const error = crossed(thrown);
  expect(error).to.be.instanceOf(Error);
  return error as Error & Record<string, unknown>;
}

describe('Failures', () => {
  for (const thrown of [0, undefined, null, '', 'no', { reason: 1 }]) {
    it(`keep ${JSON.stringify(thrown)} as it was thrown`, () => {
      expect(crossed(thrown)).to.deep.equal(thrown);
    });
  }

  for (const [thrown, name] of [[function save() {}, 'a function "save"'], [Symbol('over'), 'Symbol(over)']] as const) {
    it(`name ${name}, which cannot cross processes`, () => {
      const error = crossedError(thrown);

      expect(error.message).to.equal(`The handler threw ${name}, not an error.`);
      expect(error.cause).to.be.instanceOf(HubError).with.property('code', 'UNSERIALIZABLE');
    });
  }

  it('keep what an error says of itself', () => {
    const thrown = Object.assign(new TypeError('no such order', { cause: new RangeError('17') }), { code: 'E_ORDER', order: 17 });

    const error = crossedError(thrown);

    expect(error).to.be.instanceOf(TypeError);
    expect(error).to.include({ name: 'TypeError', message: 'no such order', code: 'E_ORDER', order: 17 });
    expect(error.cause).to.be.instanceOf(RangeError).with.property('message', '17');
  });

  it("tell the asker's stack from the handler's", () => {
    const thrown = new Error('broken');
    thrown.stack = 'Error: broken\n    at handler (shop.js:1:1)';

    const error = crossedError(thrown);

    expect(error['remoteStack']).to.equal(thrown.stack);
    expect(error.stack).to.match(/^Error: broken\n\s+at /).and.not.include('shop.js');
    expect(Object.keys(error)).to.deep.equal([]);
  });

  it('revive a HubError with its code and whether a handler may have run', () => {
    const error = crossed(new HubError('LOST', 'It is gone.', { mayHaveRun: true }));

    expect(error).to.be.instanceOf(HubError).that.includes({ name: 'HubError', code: 'LOST', message: 'It is gone.', mayHaveRun: true });
  });

  it('keep the name and message of an error that cannot be sent whole, and say why in its cause', () => {
    const thrown = Object.assign(new RangeError('too far'), { code: 'E_FAR', retry: () => 1 });

    const error = crossedError(thrown);

    expect(error).to.be.instanceOf(RangeError).that.includes({ message: 'too far', code: 'E_FAR' });
    expect(error['remoteStack']).to.equal(thrown.stack);
    expect(error.cause).to.be.instanceOf(HubError).that.has.property('code', 'UNSERIALIZABLE');
    expect((error.cause as HubError).message).to.include('$.retry is a function');
  });

  const worst: Record<string, unknown> = {
    'an error whose message throws a function': Object.defineProperty(new Error(), 'message', {
      get() {
        throw () => 1;
      },
    }),
    'a revoked proxy': revokedProxy(),
  };
  for (const [name, thrown] of Object.entries(worst)) {
    it(`say that ${name} cannot be sent`, () => {
      expect(crossed(thrown)).to.be.instanceOf(HubError).with.property('code', 'UNSERIALIZABLE');
    });
  }
});

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

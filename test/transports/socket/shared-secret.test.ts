import { expect } from 'chai';
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { SharedSecret } from '../../../src/transports/socket/shared-secret.js';

const TEXT = 'correct horse battery staple';

describe('A shared secret', () => {
  const secret = new SharedSecret(TEXT);

  it('signs by HMAC-SHA-256', () => {
    expect(secret.sign('words')).to.equal(createHmac('sha256', TEXT).update('words').digest('base64'));
  });

  it('takes its own signature of the same words, and no other', () => {
    const signature = secret.sign('words');

    expect(secret.verify('words', signature)).to.equal(true);
    expect(secret.verify('other words', signature)).to.equal(false);
    expect(new SharedSecret(`${TEXT}!`).verify('words', signature)).to.equal(false);
    for (const wrong of ['', 'x', signature.slice(0, -4), `${signature}AAAA`]) expect(secret.verify('words', wrong)).to.equal(false);
  });

  it('makes up other words each time', () => {
    expect(new Set(Array.from({ length: 100 }, () => secret.nonce())).size).to.equal(100);
  });

  it('is not seen by whoever looks into it', () => {
    expect(inspect(secret, { showHidden: true, depth: 9 })).not.to.include('horse');
  });
});

import { expect } from 'chai';
import { checkName } from '../../src/core/arguments.js';
import { HubError } from '../../src/core/errors.js';
import { MAX_NAME_BYTES } from '../../src/core/protocol.js';

describe('A name', () => {
  it('may be any text, the empty one too', () => {
    for (const name of ['', '__proto__', 'constructor', 'a.b', 'größe', '😀', '\0', 'x'.repeat(MAX_NAME_BYTES)]) {
      expect(() => checkName('key', name)).not.to.throw();
    }
  });

  it('may not be half of a surrogate pair: two such names would become one on the way', () => {
    expect(() => checkName('key', 'a\ud83d')).to.throw(TypeError, 'half a surrogate pair');
    expect(() => checkName('key', '\ude00a')).to.throw(TypeError, 'half a surrogate pair');
  });

  it('may not be longer than its limit, counted in bytes', () => {
    expect(() => checkName('topic', 'ü'.repeat(MAX_NAME_BYTES / 2))).not.to.throw();
    expect(() => checkName('topic', `${'ü'.repeat(MAX_NAME_BYTES / 2)}a`)).to.throw(HubError).with.property('code', 'TOO_LARGE');
  });

  it('may not be anything but text', () => {
    for (const name of [undefined, null, 1, {}, ['a']]) expect(() => checkName('key', name)).to.throw(TypeError, 'The key is a string');
  });
});

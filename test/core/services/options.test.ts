import { expect } from 'chai';
import { checkObject } from '../../../src/core/services/options.js';

describe('What is exposed', () => {
  it('is an object that is there', () => {
    for (const object of [{}, [], new Map(), Object.create(null)]) expect(() => checkObject(object)).not.to.throw();
    for (const none of [undefined, null, 7, 'text', () => {}]) expect(() => checkObject(none)).to.throw(TypeError, 'A service is an object');
  });

  it('is no promise of one: whose methods those are would be seen only when they are missed', () => {
    expect(() => checkObject(Promise.resolve({}))).to.throw(TypeError, 'await it first');
  });
});

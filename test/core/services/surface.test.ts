import { expect } from 'chai';
import { NEVER, Surface } from '../../../src/core/services/surface.js';

describe('Surface', () => {
  const names = ['own', 'class', 'inherited', 'hidden', '_private', 'getter', 'shadowed', 'field', 'toString', 'apply', 'emit', 'symbol', ...NEVER];

  class Base {
    inherited(): void {}
    shadowed(): void {}
    static apply(): void {}
  }
  class Derived extends Base {
    readonly own = (): void => {};
    readonly field = 1;
    class(): void {}
    hidden(): void {}
    _private(): void {}
    emit(): void {}
    override toString(): string {
      return '';
    }
    get getter(): () => void {
      throw new Error('A getter was asked.');
    }
  }
  Object.defineProperty(Derived.prototype, 'shadowed', { get: () => expect.fail('A getter was asked.'), configurable: true });

  it('is the own and class methods of an object, and nothing of all objects', () => {
    const surface = new Surface(new Derived(), undefined, ['hidden']);

    expect(names.filter((name) => surface.has(name))).to.deep.equal(['own', 'class', 'inherited']);
    expect([Symbol('own'), 1, null, undefined, ['own'], { toString: () => 'own' }].filter((name) => surface.has(name))).to.deep.equal([]);
  });

  it('has methods that are called what functions have, if they are the object\'s own', () => {
    const surface = new Surface({ apply: () => 1, name: () => 2 }, undefined);

    expect(['apply', 'name', 'call', 'bind', 'length'].filter((name) => surface.has(name))).to.deep.equal(['apply', 'name']);
  });

  it('is what is listed, where something is', () => {
    const surface = new Surface(new Derived(), ['_private', 'hidden', 'emit'], ['hidden']);

    expect(names.filter((name) => surface.has(name))).to.deep.equal(['hidden', '_private', 'emit']);
  });

  it('refuses a list of what is no method, or must never be called', () => {
    for (const name of [...NEVER, 'field', 'getter', 'nothing', 'hasOwnProperty']) {
      expect(() => new Surface(new Derived(), [name]), name).to.throw(TypeError, `"${name}"`);
    }
  });

  it('is settled when it is made, but follows what is put in the place of a method', () => {
    const object: Record<string, unknown> = { method: () => 1 };
    const surface = new Surface(object, undefined);

    object['later'] = () => 2;
    expect(surface.has('later')).to.equal(false);
    object['method'] = () => 3;
    expect(surface.method('method')?.call(object)).to.equal(3);
    object['method'] = 'no function';
    expect(surface.method('method')).to.equal(undefined);
  });

  it('of an object without a prototype is what it has', () => {
    const object = Object.assign(Object.create(null) as object, { method: () => 1 });

    expect(new Surface(object, undefined).has('method')).to.equal(true);
  });
});

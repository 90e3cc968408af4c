import { expect } from 'chai';
import sinon from 'sinon';
import { LruCache } from '../../../src/compat/shared-memory/lru-cache.js';

describe('The LRU cache', () => {
  it('forgets what was used least lately', () => {
    const cache = new LruCache({ max: 2 });

    cache.set('a', 1, 0);
    cache.set('b', 2, 0);
    cache.get('a', 0);
    cache.set('c', 3, 0);

    expect(['a', 'b', 'c'].map((key) => cache.get(key, 0))).to.deep.equal([1, undefined, 3]);
  });

  it('forgets what is too old, counted from when it was set, or got', () => {
    const cache = new LruCache({ maxAge: 10 });
    const renewing = new LruCache({ maxAge: 10, updateAgeOnGet: true });

    for (const each of [cache, renewing]) {
      each.set('a', 1, 0);
      each.get('a', 8);
    }

    expect([cache.get('a', 10), cache.get('a', 11)]).to.deep.equal([1, undefined]);
    expect([renewing.get('a', 18), renewing.get('a', 29)]).to.deep.equal([1, undefined]);
  });

  it('gives out once more what is stale, if it is told to', () => {
    const cache = new LruCache({ maxAge: 10, stale: true });

    cache.set('a', 1, 0);

    expect([cache.get('a', 11), cache.get('a', 11)]).to.deep.equal([1, undefined]);
  });

  it('counts as it is told, and tells what goes', () => {
    const dispose = sinon.spy();
    const cache = new LruCache({ max: 5, length: (value) => String(value).length, dispose });

    cache.set('a', 'aaa', 0);
    cache.set('b', 'bbb', 0);
    cache.set('b', 'b', 0);
    cache.set('c', 'cccccc', 0);

    expect(dispose.args).to.deep.equal([['a', 'aaa'], ['b', 'bbb'], ['b', 'b'], ['c', 'cccccc']]);
    expect(cache.get('c', 0)).to.equal(undefined);
  });

  it('refuses options that it does not have', () => {
    expect(() => new LruCache({ ttl: 1 } as object)).to.throw(TypeError, '`ttl` is no option');
    expect(() => new LruCache({ max: -1 })).to.throw(TypeError, '`max` is a number that is not negative, not -1');
  });
});

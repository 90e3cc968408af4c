import { expect } from 'chai';

import { swapped } from '../../../src/core/codec/binary.js';

describe('Binary', () => {
  it('turns the bytes of each item round for hosts that have the highest byte first', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);

    expect([...swapped(bytes, 'Uint16Array')]).to.deep.equal([2, 1, 4, 3]);
    expect([...swapped(bytes, 'Float32Array')]).to.deep.equal([4, 3, 2, 1]);
    expect([...swapped(bytes, 'Buffer')]).to.deep.equal([1, 2, 3, 4]);
    expect([...bytes]).to.deep.equal([1, 2, 3, 4]);
  });
});

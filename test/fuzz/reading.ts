/** Bytes that are nearly right, read as what they are near to. */
import { decode } from '../../src/core/codec/codec.js';
import { writeTagged } from '../../src/core/codec/tagged-writer.js';
import { HubError } from '../../src/core/errors.js';
import { Random } from '../simulation/random.js';
import { Allocation } from './allocation.js';
import { mutate } from './mutate.js';

/** Reads so many inputs as values in tagged form. Returns the most memory that one of them took, in bytes. */
export function readValues(inputs: number): number {
  const random = new Random(1);
  const memory = new Allocation();
  const values = [undefined, -0, 1n << 70n, 'ü'.repeat(50), [1, [2, [3]]], new Map([[{ a: 1 }, new Set([1])]]), new Error('no', { cause: new RangeError() }), new Date(), /a+/g, new Float64Array(4), Buffer.from('b'), { a: { b: { c: [,, 1] } } }];
  const real = values.map((value) => writeTagged(value));

  for (let i = 0; i < inputs; i++) {
    const bytes = mutate(random.pick(real), real, random);
    memory.begin();
    expectReadable(() => decode({ form: 'tagged', bytes }), ['UNSERIALIZABLE', 'BAD_PACKET'], bytes);
    memory.end();
  }
  return memory.most;
}

/** Nothing but these comes out of a reader, whatever goes in; and none reads for long. */
export function expectReadable(read: () => unknown, codes: readonly string[], input: Uint8Array): void {
  const begun = performance.now();
  try {
    read();
  } catch (error) {
    if (!(error instanceof HubError) || !codes.includes(error.code)) throw new Error(`${Buffer.from(input).toString('hex')}: ${String(error)}`, { cause: error });
  }
  const time = performance.now() - begun;
  if (time > 1_000) throw new Error(`${Buffer.from(input).toString('hex').slice(0, 200)} took ${time} ms`);
}

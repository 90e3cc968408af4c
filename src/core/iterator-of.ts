/** Begins to read what comes in parts. Throws a `TypeError` for what only looks as if it did: whoever reads it would hear of our insides. */
export function iteratorOf(source: AsyncIterable<unknown>): AsyncIterator<unknown> {
  const begin: unknown = source[Symbol.asyncIterator];
  const iterator: unknown = typeof begin === 'function' ? Reflect.apply(begin, source, []) : undefined;
  if (isIterator(iterator)) return iterator;
  throw new TypeError('What is to be read part by part has a `Symbol.asyncIterator` that gives no iterator, which has a method `next`. Hand over an async generator, or a stream of Node.');
}

function isIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function';
}

/** How an object that a singleton's factory has made is ended, when nothing else is said: by the first of these that it has. */
export const ENDINGS = ['close', 'stop'] as const;

export function endObject(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  for (const name of [Symbol.asyncDispose, Symbol.dispose, ...ENDINGS]) {
    const end: unknown = Reflect.get(object, name);
    if (typeof end === 'function') return Reflect.apply(end, object, []);
  }
  return undefined;
}
